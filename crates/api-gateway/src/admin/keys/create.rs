//! `POST /api/v1/admin/keys` `{merchant_id, mode, family}`: a key id with its secret, which is shown this once.

use crate::admin::view::IssuedBody;
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::auth::Family;
use crate::merchants::add_key;
use actix_web::{HttpRequest, HttpResponse, web};

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let scope = scope_of(&request, Some(&input))?;
    let family = Family::parse(&input.text("family")?)
        .ok_or_else(|| Problem::invalid("family", "must be client_id, api_key or bearer"))?;
    let issued = add_key(
        &app.issuer,
        &admin.actor,
        scope.merchant,
        scope.mode,
        family,
    )
    .await?;
    Ok(HttpResponse::Created().json(IssuedBody::from(&issued)))
}
