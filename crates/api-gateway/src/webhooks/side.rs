//! Who asks: a merchant's server with its credentials, or the operator with the admin key.

use super::Stopped;
use crate::admin::{Admin, Input, Problem, scope_of};
use crate::app::App;
use crate::decisions::Wrong;
use crate::dialect;
use crate::http;
use crate::merchants::Actor;
use crate::merchants::audit::{self, Entry};
use crate::refusal::Refusal;
use crate::routes::intents::{admit, idempotency_key};
use actix_web::web::{Bytes, Payload};
use actix_web::{FromRequest as _, HttpRequest, HttpResponse, ResponseError as _, dev};
use db::{Scope, Tx};
use runtime::internal::CallContext;

const BODY: usize = 64 * 1024;

/// One of those who may ask, with his errors.
pub(crate) trait Side: 'static {
    type Error: From<Stopped>;

    /// Who it is, and what he sent.
    async fn open<'r>(
        request: &'r HttpRequest,
        app: &App,
        payload: Payload,
    ) -> Result<Asked<'r>, Self::Error>;

    fn refuse(request: &HttpRequest, error: &Self::Error) -> HttpResponse;
}

/// Answers a request of either side.
pub(crate) async fn serve<S: Side>(
    request: &HttpRequest,
    app: &App,
    payload: Payload,
    work: impl AsyncFnOnce(&Asked<'_>) -> Result<HttpResponse, Stopped>,
) -> HttpResponse {
    let worked = match S::open(request, app, payload).await {
        Ok(asked) => work(&asked).await.map_err(S::Error::from),
        Err(error) => Err(error),
    };
    worked.unwrap_or_else(|error| S::refuse(request, &error))
}

/// The key of a merchant, in one mode. Errors come in the shape of its family.
pub(crate) struct Merchant;

impl Side for Merchant {
    type Error = Refusal;

    async fn open<'r>(
        request: &'r HttpRequest,
        app: &App,
        payload: Payload,
    ) -> Result<Asked<'r>, Refusal> {
        // The body is read before anything is refused: a client that still sends does not see an answer.
        let body = http::read(payload, BODY).await;
        let (caller, context) = admit(request, app).await?;
        let key = idempotency_key(request)?;
        Ok(Asked {
            request,
            body: body?,
            owner: Some(Scope {
                merchant: caller.merchant,
                mode: caller.mode,
            }),
            actor: Actor {
                name: context.actor.clone().into(),
                request_id: context.request_id.clone(),
                idempotency_key: (!key.is_empty()).then_some(key),
            },
        })
    }

    fn refuse(request: &HttpRequest, error: &Refusal) -> HttpResponse {
        dialect::refuse(request, error)
    }
}

/// The admin key. The call names merchant and mode, and every use is written down.
pub(crate) struct Operator;

impl Side for Operator {
    type Error = Problem;

    async fn open<'r>(
        request: &'r HttpRequest,
        _: &App,
        payload: Payload,
    ) -> Result<Asked<'r>, Problem> {
        // Strangers' bodies are not read.
        let admin = Admin::from_request(request, &mut dev::Payload::None).await?;
        Ok(Asked {
            request,
            body: http::read(payload, BODY).await?,
            owner: None,
            actor: admin.actor,
        })
    }

    fn refuse(_: &HttpRequest, error: &Problem) -> HttpResponse {
        error.error_response()
    }
}

/// A request of somebody who may ask.
pub(crate) struct Asked<'r> {
    pub request: &'r HttpRequest,
    body: Bytes,
    /// The merchant and mode that the key belongs to; `None` for the operator's, whose request names them.
    owner: Option<Scope>,
    actor: Actor,
}

/// The same, for one merchant in one mode.
pub(crate) struct Asking<'a> {
    pub scope: Scope,
    pub context: CallContext,
    actor: &'a Actor,
    by_operator: bool,
}

impl Asked<'_> {
    /// The members of the body; no body is an empty object.
    pub(crate) fn input(&self) -> Result<Input<'_>, Wrong> {
        Input::parse(&self.body)
    }

    pub(crate) fn asking(&self, input: &Input<'_>) -> Result<Asking<'_>, Wrong> {
        let scope = match self.owner {
            Some(scope) => scope,
            None => scope_of(self.request, Some(input))?,
        };
        Ok(Asking {
            scope,
            context: CallContext {
                merchant: Some(scope.merchant.uuid()),
                live: Some(scope.mode.is_live()),
                actor: self.actor.name.to_string(),
                request_id: self.actor.request_id.clone(),
            },
            actor: &self.actor,
            by_operator: self.owner.is_none(),
        })
    }
}

impl Asking<'_> {
    /// Writes down that something is read. A merchant's own reading is nobody's business.
    pub(crate) async fn reads(
        &self,
        app: &App,
        action: &'static str,
        subject: &str,
    ) -> Result<(), Stopped> {
        if self.by_operator {
            self.changes(app, action, subject).await?;
        }
        Ok(())
    }

    /// Writes down that something is changed, before its effect in the other service.
    pub(crate) async fn changes(
        &self,
        app: &App,
        action: &'static str,
        subject: &str,
    ) -> Result<(), Stopped> {
        let mut conn = app.databases.worker.get().await?;
        let entry = self.entry(action, subject);
        Ok(audit::record(&mut conn, self.actor, &entry, app.clock.now()).await?)
    }

    /// The same for what shows a secret: with an Idempotency-Key it is done at most once.
    pub(crate) async fn once(
        &self,
        app: &App,
        action: &'static str,
        subject: &str,
    ) -> Result<(), Stopped> {
        let at = app.clock.now();
        let work = async |tx: &mut Tx| -> Result<(), Stopped> {
            let entry = self.entry(action, subject);
            match audit::record_once(tx, self.actor, &entry, at).await? {
                true => Ok(()),
                false => Err(Stopped::AskedBefore),
            }
        };
        app.databases.worker.transaction(work).await
    }

    fn entry<'e>(&self, action: &'static str, subject: &'e str) -> Entry<'e> {
        Entry {
            action,
            subject,
            merchant: Some(self.scope.merchant),
            mode: Some(self.scope.mode),
        }
    }
}
