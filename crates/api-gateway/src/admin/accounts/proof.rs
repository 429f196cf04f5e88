//! `GET /api/v1/admin/accounts/proofs/{id}?merchant_id=&mode=`: whether the proving payment was seen.

use crate::admin::view::ProofBody;
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::GetProofRequest;
use uuid::Uuid;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let proof_id = id.to_string();
    admin
        .record(&app, "account.proof", &proof_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let proof = repeatable(async || {
        let message = GetProofRequest {
            proof_id: proof_id.clone(),
        };
        app.peers
            .intents()
            .get_proof(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(ProofBody::try_from(proof)?))
}
