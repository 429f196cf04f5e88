//! `POST /api/v1/admin/mailboxes/{id}/revoke` `{merchant_id, mode, reason, since?}`: a phone was lost or stolen, and what it alone
//! vouched for is doubted.

use crate::admin::view::MailboxBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::decisions::Said;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use jiff::Timestamp;
use proto::convert::timestamp;
use proto::mail::RevokeDeviceRequest;
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
    let said = Said::parse(body.bytes(), false)?;
    let wanted = "a moment such as 2026-11-21T10:00:00Z";
    let since: Option<Timestamp> = input.parsed_if("since", wanted)?;
    let message = RevokeDeviceRequest {
        mailbox_id: id.to_string(),
        since: since.map(timestamp),
        reason: said.reason.as_str().to_owned(),
    };
    admin
        .record_word(&app, "mailbox.revoke", &message.mailbox_id, scope, &said)
        .await?;
    let context = admin.scoped(scope);
    // Again says the same again, which changes nothing.
    let mailbox = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.mail().revoke_device(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(MailboxBody::try_from(mailbox)?))
}
