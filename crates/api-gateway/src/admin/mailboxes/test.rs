//! `POST /api/v1/admin/mailboxes/{id}/test` `{merchant_id, mode}`: connects, logs in, opens the folder, reads the
//! newest mail's sender, idles.

use crate::admin::view::TestBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::TestMailboxRequest;
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
        .record(&app, "mailbox.test", &mailbox_id, Some(scope))
        .await?;
    let call = admin
        .scoped(scope)
        .request(TestMailboxRequest { mailbox_id });
    let result = app.peers.mail().test_mailbox(call).await?.into_inner();
    Ok(HttpResponse::Ok().json(TestBody::from(result)))
}
