//! `POST /api/v1/alerts/heartbeat[/{token}]`: a sign of life of a source that has nothing to tell. Any body is thrown away.

use super::Posted;
use crate::admin::Problem;
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::mail::HeartbeatRequest;

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let posted = Posted::read(&request, &app)?;
    let delivered = repeatable(async || {
        let message = HeartbeatRequest {
            token: posted.token.clone(),
        };
        let call = posted.context.request(message);
        app.peers.mail().heartbeat(call).await
    })
    .await;
    Ok(posted.answer(delivered))
}
