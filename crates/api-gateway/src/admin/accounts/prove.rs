//! `POST /api/v1/admin/accounts/{id}/prove` `{merchant_id, mode}`: asks for a small random amount; the account goes live when its own
//! alert is seen.

use crate::admin::view::ProofBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::StartProofRequest;
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, Some(&body.input()?))?;
    let account_id = id.to_string();
    admin
        .record(&app, "account.prove", &account_id, Some(scope))
        .await?;
    let call = admin
        .scoped(scope)
        .request(StartProofRequest { account_id });
    let proof = app.peers.intents().start_proof(call).await?.into_inner();
    Ok(HttpResponse::Created().json(ProofBody::try_from(proof)?))
}
