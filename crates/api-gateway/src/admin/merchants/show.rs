//! `GET /api/v1/admin/merchants/{id}`.

use crate::admin::view::MerchantBody;
use crate::admin::{Admin, Problem};
use crate::app::App;
use crate::merchants::{Failure, Merchant};
use actix_web::{HttpResponse, web};
use domain::ids::MerchantId;
use uuid::Uuid;

pub(crate) async fn get(
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let id = MerchantId::from_uuid(*id);
    admin
        .record(&app, "merchant.show", &id.to_string(), None)
        .await?;
    let found = {
        let mut conn = app.databases.worker.get().await?;
        Merchant::find(&mut conn, id).await?
    };
    let merchant = found.ok_or(Failure::NotFound("merchant"))?;
    Ok(HttpResponse::Ok().json(MerchantBody::from(&merchant)))
}
