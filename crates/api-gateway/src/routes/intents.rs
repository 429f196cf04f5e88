//! `/api/v1/intents`: what merchants' servers call.

pub(crate) mod cancel;
pub(crate) mod create;
pub(crate) mod decide;
pub(crate) mod get;
pub(crate) mod proof;

pub(crate) use create::idempotency_key;

use crate::app::App;
use crate::auth::{Caller, presented};
use crate::decisions::Said;
use crate::http::{RequestId, caller_address};
use crate::intents::{IntentKey, IntentView};
use crate::merchants::audit::{self, Word};
use crate::peers::repeatable;
use crate::refusal::Refusal;
use actix_web::HttpRequest;
use db::Scope;
use proto::intent::GetIntentRequest;
use runtime::internal::CallContext;

/// The verified caller of a request, and the context of the calls that are made for it.
pub(crate) async fn admit(
    request: &HttpRequest,
    app: &App,
) -> Result<(Caller, CallContext), Refusal> {
    let shown = presented(request.headers())?;
    let from = caller_address(request, app);
    let caller = app.auth.admit(&shown, from).await?;
    let context = CallContext {
        merchant: Some(caller.merchant.uuid()),
        live: Some(caller.mode.is_live()),
        actor: format!("key:{}", caller.credential),
        request_id: RequestId::text(request),
    };
    tracing::debug!(merchant = %caller.merchant, mode = %caller.mode, "admitted");
    Ok((caller, context))
}

/// Writes down what a merchant's credential decided, before its effect: `what` is the action and the id that it is about.
pub(crate) async fn record_word(
    app: &App,
    caller: &Caller,
    context: &CallContext,
    what: (&str, &str),
    said: &Said,
    idempotency_key: &str,
) -> Result<(), Refusal> {
    let (action, subject) = what;
    let word = Word {
        actor: &context.actor,
        request_id: &context.request_id,
        idempotency_key: Some(idempotency_key),
        action,
        subject,
        scope: Scope {
            merchant: caller.merchant,
            mode: caller.mode,
        },
        said,
    };
    let mut conn = app.databases.worker.get().await?;
    Ok(audit::record_word(&mut conn, &word, app.clock.now()).await?)
}

/// The intent of a path, by its id or by the caller's order id. Another merchant's is not found.
async fn find(app: &App, context: &CallContext, key: &str) -> Result<IntentView, Refusal> {
    let key = IntentKey::parse(key).ok_or(Refusal::NotFound)?;
    let reply = repeatable(async || {
        let message = GetIntentRequest {
            key: Some(key.clone().into()),
        };
        app.peers
            .intents()
            .get_intent(context.request(message))
            .await
    })
    .await?;
    Ok(reply.try_into()?)
}
