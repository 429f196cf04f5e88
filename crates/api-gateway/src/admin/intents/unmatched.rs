//! `GET /api/v1/admin/intents/unmatched?merchant_id=&mode=&limit=`: money that fits no intent, or that a person is asked about.

use crate::admin::view::listed;
use crate::admin::{Admin, Problem, limit, scope_of};
use crate::app::App;
use crate::decisions::waiting;
use actix_web::{HttpRequest, HttpResponse, web};

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let limit = limit(&request)?;
    admin
        .record(&app, "intent.unmatched", "", Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let evidence = waiting(&app, &context, "", limit).await?;
    Ok(HttpResponse::Ok().json(listed("evidence", evidence)))
}
