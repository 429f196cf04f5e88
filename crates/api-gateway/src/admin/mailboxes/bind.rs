//! `POST /api/v1/admin/mailboxes/{id}/bindings` `{merchant_id, mode, account_id, bank, account_tail?, payee_vpa?, apps?,
//! registered_addresses?}`: which alerts of this source prove an account that is registered. Again replaces.

use crate::admin::view::BindingBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use domain::ErrorCode;
use domain::ids::AccountId;
use proto::intent::ListAccountsRequest;
use proto::mail::BindRequest;
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
    let account: AccountId = input.parsed("account_id", "an id (UUID)")?;
    let message = BindRequest {
        mailbox_id: id.to_string(),
        account_id: account.to_string(),
        bank: input.text("bank")?,
        account_tail: input.text_if("account_tail")?.unwrap_or_default(),
        payee_vpa: input.text_if("payee_vpa")?.unwrap_or_default(),
        registered_addresses: input.texts("registered_addresses")?,
        apps: input.texts("apps")?,
    };
    admin
        .record(&app, "mailbox.bind", &message.mailbox_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    // imap-verifier does not know which accounts there are.
    let known = repeatable(async || {
        let request = context.request(ListAccountsRequest {});
        app.peers.intents().list_accounts(request).await
    })
    .await?;
    if !known.accounts.iter().any(|a| a.id == message.account_id) {
        let why = "there is no such account in this mode";
        return Err(Problem::new(ErrorCode::NotFound, why));
    }
    let binding = repeatable(async || {
        let request = context.request(message.clone());
        app.peers.mail().bind(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(BindingBody::from(binding)))
}
