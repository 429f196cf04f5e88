//! `POST /api/v1/admin/mailboxes/{id}/state` `{merchant_id, mode, state}`: `active`, `paused` or `removed`.

use crate::admin::view::MailboxBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::{MailboxState, SetMailboxStateRequest};
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    let (state, action) = match input.text("state")?.as_str() {
        "active" => (MailboxState::Active, "mailbox.resume"),
        "paused" => (MailboxState::Paused, "mailbox.pause"),
        "removed" => (MailboxState::Removed, "mailbox.remove"),
        _ => {
            return Err(Problem::invalid(
                "state",
                "must be active, paused or removed",
            ));
        }
    };
    let mailbox_id = id.to_string();
    admin.record(&app, action, &mailbox_id, Some(scope)).await?;
    let context = admin.scoped(scope);
    let mailbox = repeatable(async || {
        let message = SetMailboxStateRequest {
            mailbox_id: mailbox_id.clone(),
            state: state.into(),
        };
        app.peers
            .mail()
            .set_mailbox_state(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(MailboxBody::try_from(mailbox)?))
}
