//! `GET /api/v1/observations?state=open|refund_due&limit=`.

use crate::admin::{listed, query};
use crate::app::App;
use crate::decisions::waiting;
use crate::dialect;
use crate::refusal::{FieldError, Refusal};
use crate::routes::intents::admit;
use actix_web::{HttpRequest, HttpResponse, web};

pub(crate) async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    dialect::answer(&request, list(&request, &app).await)
}

async fn list(request: &HttpRequest, app: &App) -> Result<HttpResponse, Refusal> {
    let (_, context) = admit(request, app).await?;
    let limit = match query(request, "limit") {
        None => 0,
        Some(text) => match text.parse() {
            Ok(limit @ 1..=200) => limit,
            _ => {
                let message = "Value error, limit must be 1 to 200";
                return Err(vec![FieldError::new("value_error", "limit", message)].into());
            }
        },
    };
    let state = query(request, "state").unwrap_or_default();
    let evidence = waiting(app, &context, &state, limit).await?;
    Ok(HttpResponse::Ok().json(listed("observations", evidence)))
}
