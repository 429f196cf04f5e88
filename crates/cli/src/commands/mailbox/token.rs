//! What is shown of a source that pushes, once.

use crate::terminal::Terminal;
use crate::views::Mailbox;
use serde::Deserialize;
use url::Url;

/// A source with its token.
#[derive(Deserialize)]
pub(crate) struct Pushing {
    #[serde(flatten)]
    pub(crate) source: Mailbox,
    token: String,
    /// What a phone's app signs with.
    signing_key: Option<String>,
}

/// Prints the token and where to send what; nobody can show it again.
pub(crate) fn show(made: &Pushing, gateway: &Url, terminal: &mut Terminal) {
    let (id, kind) = (made.source.id, &made.source.kind);
    terminal.line(format!("{kind} source {id} ({})", made.source.label()));
    let base = gateway.as_str().trim_end_matches('/');
    let route = if kind == "phone" { "sms" } else { "mail" };
    terminal.line(format!("  token: {}", made.token));
    if let Some(key) = &made.signing_key {
        terminal.line(format!("  signing key: {key}"));
        terminal.line(format!("  POST {base}/api/v1/alerts/{route}/{id}, signed"));
    } else {
        terminal.line(format!("  POST {base}/api/v1/alerts/{route}"));
    }
    terminal.line(format!(
        "  POST {base}/api/v1/alerts/heartbeat, every two minutes or so"
    ));
    terminal
        .line("The token goes into Authorization: Bearer, X-Alert-Token or the end of the path.");
    terminal.line("This is shown once: keep it.");
}
