//! `POST /api/v1/admin/mailboxes/{id}/login` `{merchant_id, mode, password}`, or `refresh_token` for one that was added with
//! `oauth2`: another password or refresh token. A mailbox that was given up is tried again at once.

use crate::admin::view::MailboxBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::SetLoginRequest;
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
    let refresh_token = input.text_if("refresh_token")?;
    let message = SetLoginRequest {
        mailbox_id: id.to_string(),
        password: match refresh_token {
            Some(_) => input.text_if("password")?.unwrap_or_default(),
            None => input.text("password")?,
        },
        refresh_token: refresh_token.unwrap_or_default(),
    };
    admin
        .record(&app, "mailbox.set_login", &message.mailbox_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let mailbox = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.mail().set_login(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(MailboxBody::try_from(mailbox)?))
}
