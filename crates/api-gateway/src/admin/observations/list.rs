//! `GET /api/v1/admin/observations?merchant_id=&mode=&state=open|refund_due&limit=`.

use crate::admin::view::listed;
use crate::admin::{Admin, Problem, limit, query, scope_of};
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
    let state = query(&request, "state").unwrap_or_default();
    admin
        .record(&app, "observation.list", &state, Some(scope))
        .await?;
    let evidence = waiting(&app, &admin.scoped(scope), &state, limit).await?;
    Ok(HttpResponse::Ok().json(listed("evidence", evidence)))
}
