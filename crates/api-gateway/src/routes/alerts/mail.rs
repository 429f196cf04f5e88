//! `POST /api/v1/alerts/mail[/{token}]`: a raw mail, as it came. The answer is `{"verdict", "reason"}`; 503 asks for it again.

use super::Posted;
use crate::admin::Problem;
use crate::app::App;
use crate::http;
use crate::peers::repeatable;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::TakeMailRequest;

/// In bytes: no bank's alert is larger.
const LARGEST: usize = 1024 * 1024;

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    if !is_mail(&request) {
        let why = "the body must be the raw mail, with Content-Type: message/rfc822";
        return Err(Problem::malformed(why));
    }
    let posted = Posted::read(&request, &app)?;
    let raw = match http::read(payload, LARGEST).await {
        Ok(raw) if !raw.is_empty() => raw,
        Ok(_) => return Err(posted.unread(Problem::malformed("the body is empty"))),
        Err(error) => return Err(posted.unread(error.into())),
    };
    let delivered = repeatable(async || {
        let message = TakeMailRequest {
            token: posted.token.clone(),
            raw: raw.to_vec(),
        };
        let call = posted.context.request(message);
        app.peers.mail().take_mail(call).await
    })
    .await;
    Ok(posted.answer(delivered))
}

fn is_mail(request: &HttpRequest) -> bool {
    let Some(given) = request.headers().get(header::CONTENT_TYPE) else {
        return true;
    };
    let kind = given.to_str().unwrap_or("?").split(';').next();
    let kind = kind.unwrap_or_default().trim();
    kind.is_empty()
        || ["message/rfc822", "application/octet-stream"]
            .iter()
            .any(|k| k.eq_ignore_ascii_case(kind))
}
