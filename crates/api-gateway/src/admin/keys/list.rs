//! `GET /api/v1/admin/keys?merchant_id=&mode=`: every secret that was ever made, without the secrets.

use crate::admin::view::{KeyBody, listed};
use crate::admin::{Admin, Problem, scope_of};
use crate::app::App;
use crate::merchants::credential::Listed;
use actix_web::{HttpRequest, HttpResponse, web};

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    admin.record(&app, "key.list", "", Some(scope)).await?;
    let rows = {
        let mut conn = app.databases.worker.get().await?;
        Listed::of_merchant(&mut conn, scope.merchant, scope.mode).await?
    };
    let keys: Vec<KeyBody> = rows.iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("keys", keys)))
}
