//! `noxpay dead replay`

use super::Service;
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use serde::{Deserialize, Serialize};

/// Hand dead messages to their service again
///
/// What was handled before is recognised and changes nothing.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Replay {
    /// Whose messages
    #[arg(long, value_enum)]
    service: Service,
    /// Which ones, by their ids: noxpay dead list. All of them, unless said
    ids: Vec<String>,
}

const HELP: &str = "\
Examples:
  noxpay dead replay --service intent-service 01930000-0000-7000-8000-000000000009
  noxpay dead replay --service intent-service";

#[derive(Serialize)]
struct Request {
    service: &'static str,
    ids: Vec<String>,
}

#[derive(Deserialize)]
struct Answer {
    replayed: u32,
}

impl Replay {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let request = Request {
            service: self.service.name(),
            ids: self.ids,
        };
        let answer = context
            .gateway()?
            .post("dead/replay", &[], &request)
            .await?;
        let replayed = answer.read::<Answer>()?.replayed;
        terminal.line(format!("{replayed} replayed"));
        terminal.result(answer.raw())
    }
}
