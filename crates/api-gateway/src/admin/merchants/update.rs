//! `PATCH /api/v1/admin/merchants/{id}` `{name?, active?, rate_limit_rpm?}`: what is left out stays; a limit of `null` goes back
//! to the setting.

use super::{name, rate_limit};
use crate::admin::view::MerchantBody;
use crate::admin::{Admin, Body, Problem};
use crate::app::App;
use crate::merchants::{self, Change};
use actix_web::{HttpResponse, web};
use domain::ids::MerchantId;
use uuid::Uuid;

pub(crate) async fn patch(
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let change = Change {
        name: name(&input)?,
        active: input.flag_if("active")?,
        rate_limit_rpm: rate_limit(&input, app.environment)?,
    };
    let id = MerchantId::from_uuid(*id);
    let merchant = merchants::change(&app.issuer, &admin.actor, id, change).await?;
    Ok(HttpResponse::Ok().json(MerchantBody::from(&merchant)))
}
