//! Who may use the admin routes.

use super::Problem;
use crate::app::App;
use crate::decisions::Said;
use crate::http::{RequestId, caller_address};
use crate::limiter::{Exceeded, Neighbourhood};
use crate::merchants::Actor;
use crate::merchants::audit::{self, Entry, Word};
use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use db::Scope;
use domain::ErrorCode;
use runtime::internal::CallContext;
use std::future::{Ready, ready};
use std::time::Instant;

const HEADER: &str = "x-master-key";
/// Wrong keys per minute from one address.
const TRIES: u32 = 30;
const LONGEST_KEY: usize = 255;
const ADMIN: &str = "admin";

/// A caller who showed the admin key. A handler that takes one is guarded.
pub(crate) struct Admin {
    pub actor: Actor,
}

impl Admin {
    /// For a call to another service on this merchant's behalf.
    pub(crate) fn scoped(&self, scope: Scope) -> CallContext {
        CallContext {
            merchant: Some(scope.merchant.uuid()),
            live: Some(scope.mode.is_live()),
            ..self.unscoped()
        }
    }

    /// For a call that belongs to no merchant.
    pub(crate) fn unscoped(&self) -> CallContext {
        CallContext {
            merchant: None,
            live: None,
            actor: ADMIN.to_owned(),
            request_id: self.actor.request_id.clone(),
        }
    }

    /// Writes a use of the key down, before its effect in another service: there is no effect without its row.
    pub(crate) async fn record(
        &self,
        app: &App,
        action: &'static str,
        subject: &str,
        scope: Option<Scope>,
    ) -> Result<(), Problem> {
        let entry = Entry {
            action,
            subject,
            merchant: scope.map(|s| s.merchant),
            mode: scope.map(|s| s.mode),
        };
        let mut conn = app.databases.worker.get().await?;
        Ok(audit::record(&mut conn, &self.actor, &entry, app.clock.now()).await?)
    }

    /// The same for a person's word, with its reason.
    pub(crate) async fn record_word(
        &self,
        app: &App,
        action: &str,
        subject: &str,
        scope: Scope,
        said: &Said,
    ) -> Result<(), Problem> {
        let word = Word {
            actor: &self.actor.name,
            request_id: &self.actor.request_id,
            idempotency_key: self.actor.idempotency_key.as_deref(),
            action,
            subject,
            scope,
            said,
        };
        let mut conn = app.databases.worker.get().await?;
        Ok(audit::record_word(&mut conn, &word, app.clock.now()).await?)
    }
}

impl FromRequest for Admin {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(admit(request))
    }
}

fn admit(request: &HttpRequest) -> Result<Admin, Problem> {
    let app = request
        .app_data::<web::Data<App>>()
        .ok_or_else(|| Problem::new(ErrorCode::Internal, "an internal error occurred"))?;
    check(request, app)?;
    Ok(Admin {
        actor: Actor {
            name: ADMIN.into(),
            request_id: RequestId::text(request),
            idempotency_key: idempotency_key(request)?,
        },
    })
}

fn check(request: &HttpRequest, app: &App) -> Result<(), Problem> {
    let Some(shown) = request.headers().get(HEADER) else {
        return Err(Problem::new(
            ErrorCode::Unauthenticated,
            "the header X-Master-Key is missing",
        ));
    };
    let from = Neighbourhood::from(caller_address(request, app));
    app.admin_tries
        .take(from, TRIES, Instant::now())
        .map_err(|Exceeded(wait)| {
            Problem::new(ErrorCode::RateLimited, "too many wrong keys").retry_after(wait)
        })?;
    if app.admin_key.is(shown.as_bytes()) {
        app.admin_tries.give_back(&from);
        return Ok(());
    }
    tracing::warn!("a wrong admin key was shown");
    Err(Problem::new(
        ErrorCode::Unauthenticated,
        "the admin key is wrong",
    ))
}

fn idempotency_key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get("idempotency-key") else {
        return Ok(None);
    };
    match value.to_str() {
        Ok(key) if (1..=LONGEST_KEY).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::invalid(
            "Idempotency-Key",
            "must have 1 to 255 visible ASCII characters",
        )),
    }
}
