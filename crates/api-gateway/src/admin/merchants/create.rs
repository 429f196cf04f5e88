//! `POST /api/v1/admin/merchants` `{name, modes?, rate_limit_rpm?}`: a merchant with a client id in each mode, whose secrets
//! are shown this once.

use super::{name, rate_limit};
use crate::admin::view::{IssuedBody, MerchantBody};
use crate::admin::{Admin, Body, Input, Problem, parse_mode};
use crate::app::App;
use crate::merchants::{self, NewMerchant};
use actix_web::{HttpResponse, web};
use domain::Mode;
use serde_json::json;

pub(crate) async fn post(
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let new = NewMerchant {
        name: name(&input)?.ok_or_else(|| Problem::invalid("name", "is missing"))?,
        modes: modes(&input)?,
        rate_limit_rpm: rate_limit(&input, app.environment)?.flatten(),
    };
    let created = merchants::create(&app.issuer, &admin.actor, new).await?;
    let credentials: Vec<IssuedBody> = created.issued.iter().map(Into::into).collect();
    Ok(HttpResponse::Created().json(json!({
        "merchant": MerchantBody::from(&created.merchant),
        "credentials": credentials,
    })))
}

/// Both unless told otherwise.
fn modes(input: &Input<'_>) -> Result<Vec<Mode>, Problem> {
    const NAME: &str = "modes";
    let texts = input.texts(NAME)?;
    if texts.is_empty() {
        return Ok(vec![Mode::Live, Mode::Test]);
    }
    let mut modes = Vec::new();
    for text in texts {
        let mode =
            parse_mode(&text).ok_or_else(|| Problem::invalid(NAME, "must be live or test"))?;
        if !modes.contains(&mode) {
            modes.push(mode);
        }
    }
    Ok(modes)
}
