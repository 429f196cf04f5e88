//! `noxpay key rotate`

use super::{Issued, KeyId, show_issued};
use crate::context::Context;
use crate::failure::Failure;
use crate::terminal::Terminal;
use clap::Args;
use serde::Serialize;

/// Give a key a new secret and print it, this once
///
/// The old secret goes on working for the overlap, so that the merchant's servers can be changed one by one. If it leaked,
/// say --overlap 0.
#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Rotate {
    /// The client id, or key_…
    key: KeyId,
    /// Seconds for which the old secret goes on working, at most 30 days; a day, unless said
    #[arg(long, value_name = "SECONDS")]
    overlap: Option<u32>,
}

const HELP: &str = "\
Example:
  noxpay key rotate 0f3c9a52-8f4e-4f7e-9a55-0d7f6a1f2b3c --overlap 3600";

#[derive(Serialize)]
struct Request {
    #[serde(skip_serializing_if = "Option::is_none")]
    overlap_s: Option<u32>,
}

impl Rotate {
    pub(crate) async fn run(
        self,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let path = format!("keys/{}/rotate", self.key.0);
        let request = Request {
            overlap_s: self.overlap,
        };
        let answer = context.gateway()?.post(&path, &[], &request).await?;
        show_issued(&[answer.read::<Issued>()?], terminal);
        terminal.result(answer.raw())
    }
}
