//! `POST /api/v1/admin/merchants/{id}/disable`: its credentials stop within a second, its mailboxes are no longer read.

use crate::admin::view::MerchantBody;
use crate::admin::{Admin, Problem};
use crate::app::App;
use crate::merchants::{self, Change};
use actix_web::{HttpResponse, web};
use domain::ids::MerchantId;
use uuid::Uuid;

pub(crate) async fn post(
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let change = Change {
        active: Some(false),
        ..Change::default()
    };
    let id = MerchantId::from_uuid(*id);
    let merchant = merchants::change(&app.issuer, &admin.actor, id, change).await?;
    Ok(HttpResponse::Ok().json(MerchantBody::from(&merchant)))
}
