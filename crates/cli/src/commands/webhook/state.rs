//! `noxpay webhook enable|disable|delete|accept-secret`: what needs no more than an endpoint.

use super::view::Endpoint;
use crate::context::Context;
use crate::failure::Failure;
use crate::scope::ScopeArgs;
use crate::terminal::Terminal;
use clap::Args;
use uuid::Uuid;

#[derive(Args)]
pub(crate) struct One {
    #[command(flatten)]
    scope: ScopeArgs,
    /// The endpoint: noxpay webhook list
    endpoint: Uuid,
}

#[derive(Clone, Copy)]
pub(super) enum Word {
    Enable,
    Disable,
    Delete,
    AcceptSecret,
}

impl One {
    pub(super) async fn enter(
        self,
        word: Word,
        context: &mut Context,
        terminal: &mut Terminal,
    ) -> Result<(), Failure> {
        let gateway = context.gateway()?;
        let scope = self.scope.find(context, &gateway).await?;
        let (path, query) = (
            format!("webhook-endpoints/{}", self.endpoint),
            scope.query(),
        );
        let nothing = serde_json::json!({});
        let post = async |below: &str| {
            gateway
                .post(&format!("{path}/{below}"), &query, &nothing)
                .await
        };
        let (answer, done) = match word {
            Word::Enable => (post("enable").await?, "is sent to again"),
            Word::Disable => (post("disable").await?, "is disabled"),
            Word::Delete => (gateway.delete(&path, &query).await?, "is deleted"),
            Word::AcceptSecret => (
                post("accept-secret").await?,
                "is signed for with the new secret alone, where a header holds one signature",
            ),
        };
        let endpoint: Endpoint = answer.read()?;
        terminal.line(format!("{} {done}", endpoint.url));
        terminal.result(answer.raw())
    }
}
