//! `POST /webhook-endpoints/{id}/enable|disable|accept-secret`, `DELETE /webhook-endpoints/{id}`: what takes no more than an id.

use super::ENDPOINT;
use crate::app::App;
use crate::peers::repeatable;
use crate::webhooks::object_id;
use crate::webhooks::view::EndpointBody;
use crate::webhooks::{Asked, Side, Stopped, serve};
use actix_web::web::Payload;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::Fault;
use proto::webhook::{Endpoint, EndpointRequest};
use runtime::internal::CallContext;

#[derive(Clone, Copy)]
enum Word {
    Enable,
    Disable,
    AcceptSecret,
    Delete,
}

impl Word {
    fn parse(word: &str) -> Option<Self> {
        match word {
            "enable" => Some(Self::Enable),
            "disable" => Some(Self::Disable),
            "accept-secret" => Some(Self::AcceptSecret),
            _ => None,
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Enable => "webhook_endpoint.enable",
            Self::Disable => "webhook_endpoint.disable",
            Self::AcceptSecret => "webhook_endpoint.accept_secret",
            Self::Delete => "webhook_endpoint.delete",
        }
    }
}

pub(crate) async fn post<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    path: web::Path<(String, String)>,
    payload: Payload,
) -> HttpResponse {
    let (id, word) = path.into_inner();
    serve::<S>(&request, &app, payload, async |asked| {
        let word = Word::parse(&word).ok_or_else(|| Stopped::none("thing to do"))?;
        enter(&app, asked, &id, word).await
    })
    .await
}

pub(crate) async fn delete<S: Side>(
    request: HttpRequest,
    app: web::Data<App>,
    id: web::Path<String>,
    payload: Payload,
) -> HttpResponse {
    serve::<S>(&request, &app, payload, async |asked| {
        enter(&app, asked, &id, Word::Delete).await
    })
    .await
}

async fn enter(
    app: &App,
    asked: &Asked<'_>,
    id: &str,
    word: Word,
) -> Result<HttpResponse, Stopped> {
    let asking = asked.asking(&asked.input()?)?;
    let id = object_id(id, ENDPOINT)?;
    asking.changes(app, word.action(), &id).await?;
    let endpoint = call(app, &asking.context, &id, word).await?;
    Ok(HttpResponse::Ok().json(EndpointBody::from(endpoint)))
}

async fn call(
    app: &App,
    context: &CallContext,
    endpoint_id: &str,
    word: Word,
) -> Result<Endpoint, Fault> {
    let request = || {
        context.request(EndpointRequest {
            endpoint_id: endpoint_id.to_owned(),
        })
    };
    let mut webhooks = app.peers.webhooks();
    match word {
        Word::Enable => repeatable(async || webhooks.enable_endpoint(request()).await).await,
        Word::Disable => repeatable(async || webhooks.disable_endpoint(request()).await).await,
        Word::Delete => repeatable(async || webhooks.delete_endpoint(request()).await).await,
        // A second one finds nothing to accept.
        Word::AcceptSecret => Ok(webhooks.accept_secret(request()).await?.into_inner()),
    }
}
