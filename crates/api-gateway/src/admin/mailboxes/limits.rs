//! `POST /api/v1/admin/mailboxes/{id}/limits` `{merchant_id, mode, per_payment, per_day}`, in paise: what a phone may vouch for.

use crate::admin::view::MailboxBody;
use crate::admin::{Admin, Body, Input, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::SetLimitsRequest;
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
    let message = SetLimitsRequest {
        mailbox_id: id.to_string(),
        per_payment_minor: paise(&input, "per_payment")?,
        per_day_minor: paise(&input, "per_day")?,
    };
    admin
        .record(&app, "mailbox.limits", &message.mailbox_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let mailbox = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.mail().set_limits(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(MailboxBody::try_from(mailbox)?))
}

fn paise(input: &Input<'_>, name: &str) -> Result<i64, Problem> {
    let given = input.number_if::<i64>(name)?;
    given.ok_or_else(|| Problem::invalid(name, "is missing"))
}
