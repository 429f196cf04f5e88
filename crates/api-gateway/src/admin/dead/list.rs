//! `GET /api/v1/admin/dead?service=&limit=`.

use super::Consumer;
use crate::admin::view::{DeadBody, listed};
use crate::admin::{Admin, Problem, limit, query};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::common::ListDeadRequest;

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
) -> Result<HttpResponse, Problem> {
    let service = Consumer::parse(query(&request, "service"))?;
    let limit = limit(&request)?;
    admin
        .record(&app, "dead.list", service.name(), None)
        .await?;
    let context = admin.unscoped();
    let reply = repeatable(async || {
        let request = context.request(ListDeadRequest { limit });
        match service {
            Consumer::Intents => app.peers.intents().list_dead(request).await,
            Consumer::Mail => app.peers.mail().list_dead(request).await,
            Consumer::Webhooks => app.peers.webhooks().list_dead(request).await,
        }
    })
    .await?;
    let messages: Vec<DeadBody> = reply.messages.into_iter().map(Into::into).collect();
    Ok(HttpResponse::Ok().json(listed("messages", messages)))
}
