//! `POST /api/v1/admin/mailboxes` `{merchant_id, mode, host, port?, username, password, folder?}`. The password is never shown.

use crate::admin::view::MailboxBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::AddMailboxRequest;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    let message = AddMailboxRequest {
        host: input.text("host")?,
        port: input.number_if::<u16>("port")?.unwrap_or(0).into(),
        username: input.text("username")?,
        password: input.text("password")?,
        folder: input.text_if("folder")?.unwrap_or_default(),
    };
    admin
        .record(&app, "mailbox.create", &message.username, Some(scope))
        .await?;
    let call = admin.scoped(scope).request(message);
    let mailbox = app.peers.mail().add_mailbox(call).await?.into_inner();
    Ok(HttpResponse::Created().json(MailboxBody::try_from(mailbox)?))
}
