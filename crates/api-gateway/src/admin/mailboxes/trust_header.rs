//! `POST /api/v1/admin/mailboxes/{id}/trusted-headers` `{merchant_id, mode, header, bank}`: "this is our bank". A phone's SMS with
//! this header are taken for the bank's from now on.

use crate::admin::view::MailboxBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::TrustHeaderRequest;
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
    let message = TrustHeaderRequest {
        mailbox_id: id.to_string(),
        header: input.text("header")?,
        bank: input.text("bank")?,
    };
    admin
        .record(&app, "mailbox.trust_header", &message.header, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let mailbox = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.mail().trust_header(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(MailboxBody::try_from(mailbox)?))
}
