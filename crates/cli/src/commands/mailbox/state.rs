//! What `pause`, `resume` and `remove` share.

use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::scope::Scope;
use crate::terminal::Terminal;
use crate::views::Mailbox;
use serde_json::json;
use uuid::Uuid;

/// Sets a mailbox's state, and says what it is now.
pub(in crate::commands) async fn set(
    gateway: &Gateway,
    scope: Scope,
    mailbox: Uuid,
    state: &str,
    terminal: &mut Terminal,
) -> Result<(), Failure> {
    let path = format!("mailboxes/{mailbox}/state");
    let request = json!({ "state": state });
    let answer = gateway.post(&path, &scope.query(), &request).await?;
    let mailbox: Mailbox = answer.read()?;
    terminal.line(format!("{} is {}", mailbox.label(), mailbox.state));
    terminal.result(answer.raw())
}
