//! `GET /api/v1/intents/{key}`.

use super::{admit, find};
use crate::app::App;
use crate::dialect::{self, noxpay};
use crate::refusal::Refusal;
use actix_web::{HttpRequest, HttpResponse, web};

pub(crate) async fn get(
    request: HttpRequest,
    app: web::Data<App>,
    key: web::Path<String>,
) -> HttpResponse {
    dialect::answer(&request, show(&request, &app, &key).await)
}

async fn show(request: &HttpRequest, app: &App, key: &str) -> Result<HttpResponse, Refusal> {
    let (_, context) = admit(request, app).await?;
    let intent = find(app, &context, key).await?;
    Ok(HttpResponse::Ok().json(noxpay::shown(&intent, &app.edge.public_url)))
}
