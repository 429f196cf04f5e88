//! `POST /api/v1/admin/accounts/{id}/test-channels`, `GET /api/v1/admin/accounts/{id}/channels`: how fast an account's channels
//! tell of a payment.

use crate::admin::view::{ChannelTestBody, ChannelsBody};
use crate::admin::{Admin, Body, Problem, scope_of};
use crate::app::App;
use crate::peers::repeatable;
use actix_web::{HttpRequest, HttpResponse, web};
use proto::intent::{GetChannelsRequest, StartChannelTestRequest};
use uuid::Uuid;

pub(crate) async fn post(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
    body: Body,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, Some(&body.input()?))?;
    let account_id = id.to_string();
    admin
        .record(&app, "account.test_channels", &account_id, Some(scope))
        .await?;
    let message = StartChannelTestRequest { account_id };
    let reply = app
        .peers
        .intents()
        .start_channel_test(admin.scoped(scope).request(message))
        .await?;
    let body = ChannelTestBody::try_from(reply.into_inner())?;
    Ok(HttpResponse::Created().json(body))
}

pub(crate) async fn get(
    request: HttpRequest,
    admin: Admin,
    app: web::Data<App>,
    id: web::Path<Uuid>,
) -> Result<HttpResponse, Problem> {
    let scope = scope_of(&request, None)?;
    let account_id = id.to_string();
    admin
        .record(&app, "account.channels", &account_id, Some(scope))
        .await?;
    let context = admin.scoped(scope);
    let reply = repeatable(async || {
        let message = GetChannelsRequest {
            account_id: account_id.clone(),
        };
        app.peers
            .intents()
            .get_channels(context.request(message))
            .await
    })
    .await?;
    Ok(HttpResponse::Ok().json(ChannelsBody::try_from(reply)?))
}
