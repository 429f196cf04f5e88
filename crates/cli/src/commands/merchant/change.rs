//! What `disable` and `enable` share.

use crate::context::Context;
use crate::failure::Failure;
use crate::scope;
use crate::terminal::Terminal;
use crate::views::Merchant;
use serde::Serialize;

#[derive(Serialize)]
pub(super) struct Request {
    pub(super) active: bool,
}

pub(super) async fn change(
    context: &mut Context,
    terminal: &mut Terminal,
    merchant: &str,
    request: Request,
) -> Result<(), Failure> {
    let gateway = context.gateway()?;
    let id = scope::merchant(&gateway, Some(merchant)).await?;
    let answer = gateway.patch(&format!("merchants/{id}"), &request).await?;
    let merchant: Merchant = answer.read()?;
    let state = if merchant.active {
        "active"
    } else {
        "disabled"
    };
    terminal.line(format!("{} ({}) is {state}", merchant.name, merchant.id));
    terminal.result(answer.raw())
}
