//! `POST /api/v1/admin/mailboxes/{id}/rotate-token` `{merchant_id, mode}`: the answer holds the new `token`, this once; the old one
//! is dead.

use crate::admin::view::PushSourceBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::RotateTokenRequest;
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, Some(&body.input()?))?;
    let mailbox_id = id.to_string();
    admin
        .record(&app, "mailbox.rotate_token", &mailbox_id, Some(scope))
        .await?;
    let call = admin
        .scoped(scope)
        .request(RotateTokenRequest { mailbox_id });
    let made = app.peers.mail().rotate_token(call).await?.into_inner();
    Ok(HttpResponse::Ok().json(PushSourceBody::try_from(made)?))
}
