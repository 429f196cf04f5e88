//! `GET /webhook-resends/{id}`: how far a resend of whatever failed is.

use crate::app::App;
use crate::peers::repeatable;
use crate::webhooks::object_id;
use crate::webhooks::view::ResendBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::webhook::ResendRequest;

pub(crate) async fn get<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        show(&app, asked, &id).await
    })
    .await
}

async fn show(app: &App, asked: &Asked<'_>, id: &str) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let resend_id = object_id(id, "resend")?;
    asking.reads(app, "webhook_resend.show", &resend_id).await?;
    let job = repeatable(async || {
        let message = ResendRequest {
            resend_id: resend_id.clone(),
        };
        let request = asking.context.request(message);
        app.peers.webhooks().get_resend(request).await
    })
    .await?;
    Ok(HttpResponse::Ok().json(ResendBody::from(job)))
}
