//! `POST /api/v1/admin/keys/{key_id}/rotate` `{overlap_s?}`: a new secret, shown this once; the old one goes on for the overlap
//! (default a day).

use crate::admin::view::IssuedBody;
use crate::admin::{Admin, Body, Problem};
use crate::app::App;
use crate::merchants::rotate;
use actix_web::{HttpResponse, web};
use jiff::SignedDuration;

const DEFAULT: SignedDuration = SignedDuration::from_hours(24);
const LONGEST_S: u32 = 30 * 24 * 3600;

pub(crate) async fn post(
    admin: Admin,
    app: web::Data<App>,
    key_id: web::Path<String>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let overlap = match body.input()?.number_if::<u32>("overlap_s")? {
        None => DEFAULT,
        Some(seconds @ ..=LONGEST_S) => SignedDuration::from_secs(seconds.into()),
        Some(_) => return Err(Problem::invalid("overlap_s", "must be at most 30 days")),
    };
    let issued = rotate(&app.issuer, &admin.actor, &key_id, overlap).await?;
    Ok(HttpResponse::Created().json(IssuedBody::from(&issued)))
}
