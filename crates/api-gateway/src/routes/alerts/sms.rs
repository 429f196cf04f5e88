//! `POST /api/v1/alerts/sms[/{token or device}]`: what a phone's forwarder app sends, in its own form. The answer is
//! `{"verdict", "reason"}`, or `{"results": […]}` for several messages.

use super::Posted;
use crate::admin::Problem;
use crate::app::App;
use crate::auth::bearer;
use crate::http;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::TakeSmsRequest;

/// In bytes: a hundred long messages.
const LARGEST: usize = 256 * 1024;

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    payload: web::Payload,
) -> Result<HttpResponse, Problem> {
    let posted = Posted::read(&request, &app)?;
    let body = match http::read(payload, LARGEST).await {
        Ok(body) => body,
        Err(error) => return Err(posted.unread(error.into())),
    };
    let header = |name: &str| {
        let value = request.headers().get(name).and_then(|v| v.to_str().ok());
        value.unwrap_or_default().to_owned()
    };
    let delivered = repeatable(async || {
        let message = TakeSmsRequest {
            credential: posted.token.clone(),
            content_type: header("content-type"),
            body: body.to_vec(),
            signature: header("x-signature"),
            timestamp: header("x-timestamp"),
            bearer: bearer(request.headers()).unwrap_or_default().to_owned(),
        };
        let call = posted.context.request(message);
        app.peers.mail().take_sms(call).await
    })
    .await;
    Ok(posted.answer(delivered))
}
