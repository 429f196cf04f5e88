//! `GET /api/v1/admin/mailboxes?merchant_id=&mode=`.

use crate::admin::view::{MailboxBody, listed};
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::ListMailboxesRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    admin.record(&app, "mailbox.list", "", Some(scope)).await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let request = context.request(ListMailboxesRequest {});
        app.peers.mail().list_mailboxes(request).await
    })
    .await?;
    let mailboxes = reply.mailboxes.into_iter().map(MailboxBody::try_from);
    let mailboxes = mailboxes.collect::<Result<Vec<_>, _>>()?;
    Ok(HttpResponse::Ok().json(listed("mailboxes", mailboxes)))
}
