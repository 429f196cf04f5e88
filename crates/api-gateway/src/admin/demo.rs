//! `POST /api/v1/admin/demo`: the demo merchant with its published credentials. Again changes nothing. In production there is no
//! such route.

use crate::admin::view::{IssuedBody, MerchantBody};
use crate::admin::{Admin, Problem};
use crate::app::App;
use crate::merchants::ensure_demo;
use crate::routes::not_found;
use actix_web::{HttpResponse, web};
use serde_json::json;

pub(crate) async fn post(admin: Admin, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    if app.environment.is_production() {
        return Ok(not_found::any().await);
    }
    let (merchant, issued) = ensure_demo(&app.issuer, &admin.actor).await?;
    let credentials: Vec<IssuedBody> = issued.iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(json!({
        "merchant": MerchantBody::from(&merchant),
        "mode": "test",
        "credentials": credentials,
    })))
}
