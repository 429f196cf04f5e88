//! `noxpay demo …`: bank, payer and merchant, played on a development installation.

mod bank;
mod endpoint;
mod listener;
mod lmtp;
mod pay;
mod setup;
mod shop;
mod stages;

use crate::context::Context;
use crate::failure::Failure;
use crate::scope::Scope;
use crate::terminal::Terminal;
use clap::Subcommand;
use domain::{Clock, Mode};
use jiff::{SignedDuration, Timestamp};
use uuid::{Uuid, uuid};

/// Play bank, payer and merchant on a development installation.
#[derive(Subcommand)]
pub(crate) enum Demo {
    Setup(setup::Setup),
    Pay(pay::Pay),
}

impl Demo {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        if context.environment().is_production() {
            return Err(Failure::usage(
                "NOXPAY_ENV: the demo needs development; production does not know its merchant and its bank",
            ));
        }
        match self {
            Self::Setup(command) => command.run(context, terminal).await,
            Self::Pay(command) => command.run(context, terminal).await,
        }
    }
}

const MERCHANT: Uuid = uuid!("550e8400-e29b-41d4-a716-446655440000");

/// The demo merchant works in test mode only.
const SCOPE: Scope = Scope {
    merchant: MERCHANT,
    mode: Mode::Test,
};

/// The clock of business rules, which development may move: bank and merchant follow it. `just_now` is a moment that the
/// installation has just told; small differences are the way that it took.
fn installation_clock(just_now: Timestamp) -> Clock {
    const TOLERABLE: SignedDuration = SignedDuration::from_secs(10);
    let clock = Clock::new();
    let offset = just_now.duration_since(clock.now());
    if offset.abs() > TOLERABLE {
        clock.set_offset(offset);
    }
    clock
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bank_and_merchant_follow_a_moved_clock_and_no_delay() {
        let here = Clock::new().now();
        let off = |by: i64| {
            let told = here + SignedDuration::from_secs(by);
            installation_clock(told)
                .now()
                .duration_since(here)
                .as_secs()
        };
        assert!((0..5).contains(&off(-2)));
        assert!((86_400..86_405).contains(&off(86_400)));
        assert!((-86_400..-86_395).contains(&off(-86_400)));
    }
}
