//! `GET /api/v1/admin/merchants`: the newest ones.

use crate::admin::view::{MerchantBody, listed};
use crate::admin::{Admin, Problem};
use crate::app::App;
use crate::merchants::Merchant;
use actix_web::{HttpResponse, web};

const MOST: i64 = 500;

pub(crate) async fn get(admin: Admin, app: web::Data<App>) -> Result<HttpResponse, Problem> {
    admin.record(&app, "merchant.list", "", None).await?;
    let rows = {
        let mut conn = app.databases.worker.get().await?;
        Merchant::list(&mut conn, MOST).await?
    };
    let merchants: Vec<MerchantBody> = rows.iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("merchants", merchants)))
}
