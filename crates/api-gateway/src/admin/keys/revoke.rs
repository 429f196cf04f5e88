//! `DELETE /api/v1/admin/keys/{key_id}`: every secret of it stops everywhere within a second.

use crate::admin::{Admin, Problem};
use crate::app::App;
use crate::merchants::revoke;
use actix_web::{HttpResponse, web};

pub(crate) async fn delete(
    admin: Admin,
    app: web::Data<App>,
    key_id: web::Path<String>,
) -> Result<HttpResponse, Problem> {
    revoke(&app.issuer, &admin.actor, &key_id).await?;
    Ok(HttpResponse::NoContent().finish())
}
