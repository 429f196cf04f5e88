//! `GET /api/v1/admin/mails?merchant_id=&mode=&limit=`: what was read in the merchant's mailboxes, and what was made of it.

use crate::admin::view::{MailBody, listed};
use crate::admin::{Admin, Problem, limit, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::ListMessagesRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let limit = limit(&request)?;
    admin.record(&app, "mail.list", "", Some(scope)).await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(ListMessagesRequest { limit });
        app.peers.mail().list_messages(request).await
    })
    .await?;
    let mails = reply.messages.into_iter().map(MailBody::try_from);
    let mails = mails.collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(listed("mails", mails)))
}
