//! `/webhook-endpoints`: where a merchant is told.

pub(crate) mod create;
pub(crate) mod list;
pub(crate) mod ping;
pub(crate) mod rotate;
pub(crate) mod show;
pub(crate) mod state;
pub(crate) mod test;
pub(crate) mod update;

use super::{Asking, Stopped};
use crate::app::App;
use std::time::Instant;

const ENDPOINT: &str = "endpoint";
/// Tests and pings together, per merchant and mode: they make this server call another one.
const TESTS_PER_MINUTE: u32 = 10;

/// Counts one.
pub(crate) fn take_test(app: &App, asking: &Asking<'_>) -> Result<(), Stopped> {
    app.webhook_tests
        .take(asking.scope, TESTS_PER_MINUTE, Instant::now())
        .map_err(Stopped::too_often("tests of endpoints"))
}
