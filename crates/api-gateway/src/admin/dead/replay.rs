//! `POST /api/v1/admin/dead/replay` `{service, ids?}`: hands them to their service again; without ids all of them.

use super::Consumer;
use crate::admin::{Admin, Body, Problem, query};
use crate::app::App;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::common::ReplayDeadRequest;
use serde_json::json;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let input = body.input()?;
    let service = input.text_if("service")?.or(query(&request, "service"));
    let service = Consumer::parse(service)?;
    let message = ReplayDeadRequest {
        ids: input.texts("ids")?,
    };
    admin
        .record(&app, "dead.replay", service.name(), None)
        .await?;
    let call = admin.unscoped().request(message);
    let reply = match service {
        Consumer::Intents => app.peers.intents().replay_dead(call).await,
        Consumer::Mail => app.peers.mail().replay_dead(call).await,
        Consumer::Webhooks => app.peers.webhooks().replay_dead(call).await,
    };
    let replayed = reply?.into_inner().replayed;
    Ok(HttpResponse::Ok().json(json!({ "replayed": replayed })))
}
