//! `POST /api/v1/intents/{key}/cancel`. Money that comes all the same is seen and put to review.

use super::{admit, find};
use crate::app::App;
use crate::dialect::{self, noxpay};
use crate::intents::IntentView;
use crate::peers::repeatable;
use crate::refusal::Refusal;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::CancelIntentRequest;

const REASON: &str = "cancelled over the API";

pub(crate) async fn post(
    request: HttpRequest,
    app: web::Data<App>,
    key: web::Path<String>,
) -> HttpResponse {
    dialect::answer(&request, cancel(&request, &app, &key).await)
}

async fn cancel(request: &HttpRequest, app: &App, key: &str) -> Result<HttpResponse, Refusal> {
    let (_, context) = admit(request, app).await?;
    let id = find(app, &context, key).await?.id.to_string();
    // Cancelling what is cancelled answers it again, so that this may be repeated.
    let reply = repeatable(async || {
        let message = CancelIntentRequest {
            id: id.clone(),
            reason: REASON.to_owned(),
        };
        app.peers
            .intents()
            .cancel_intent(context.request(message))
            .await
    })
    .await?;
    let intent = IntentView::try_from(reply)?;
    Ok(HttpResponse::Ok().json(noxpay::shown(&intent, &app.edge.public_url)))
}
