//! `GET /checkout?intent=`.

use super::template::{AwayPage, CheckoutPage};
use super::{Unseen, look};
use crate::app::App;
use crate::http::retry_after;
use crate::merchants::name_of;
use crate::refusal::RETRY_AFTER;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use runtime::secrets::random_bytes;
use std::time::Duration;

pub(crate) async fn get(request: HttpRequest, app: web::Data<App>) -> HttpResponse {
    let Ok(nonce) = random_bytes::<16>() else {
        return HttpResponse::InternalServerError().finish();
    };
    let nonce = STANDARD.encode(nonce);
    match draw(&request, &app, nonce.clone()).await {
        Ok(page) => html(StatusCode::OK, &nonce, &page),
        Err(Unseen::Unknown) => {
            let page = CheckoutPage::unknown(nonce.clone());
            html(StatusCode::NOT_FOUND, &nonce, &page)
        }
        Err(Unseen::TooMany { retry_after }) => {
            again(StatusCode::TOO_MANY_REQUESTS, nonce, retry_after)
        }
        Err(Unseen::Away { retry_after }) => {
            again(StatusCode::SERVICE_UNAVAILABLE, nonce, retry_after)
        }
    }
}

async fn draw(request: &HttpRequest, app: &App, nonce: String) -> Result<CheckoutPage, Unseen> {
    let away = Unseen::Away {
        retry_after: RETRY_AFTER,
    };
    let look = look(request, app).await?;
    let name = match name_of(&app.databases.request, look.scope).await {
        // The payee's name is what the payer's app shows.
        Ok(name) => name.unwrap_or_else(|| look.option.payee_name.clone()),
        Err(error) => {
            tracing::warn!(%error, "the merchant's name cannot be read");
            return Err(away);
        }
    };
    CheckoutPage::of(&look, name, nonce, app.clock.now(), app.environment).map_err(|error| {
        tracing::error!(%error, "the checkout has no QR");
        away
    })
}

fn again(status: StatusCode, nonce: String, wait: Duration) -> HttpResponse {
    let page = AwayPage::new(nonce.clone(), wait.as_secs().max(1));
    let mut response = html(status, &nonce, &page);
    let (name, value) = retry_after(wait);
    if let Ok(value) = value.parse() {
        response.headers_mut().insert(name, value);
    }
    response
}

fn html(status: StatusCode, nonce: &str, page: &impl Template) -> HttpResponse {
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    match page.render() {
        Ok(text) => HttpResponse::build(status)
            .insert_header((header::CONTENT_TYPE, "text/html; charset=utf-8"))
            .insert_header((header::CONTENT_SECURITY_POLICY, policy))
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .body(text),
        Err(error) => {
            tracing::error!(%error, "a page cannot be drawn");
            HttpResponse::InternalServerError().finish()
        }
    }
}
