use std::{
    future::{Future, ready},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Instant,
};

use http::{Request, Response};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;
use tonic::{Status, body::Body, metadata::MetadataMap};
use tower::{Layer, Service};
use tracing::{Instrument as _, Span, field::Empty};

use super::{CallContext, Caller, keys};
use crate::TraceContext;

/// Who may call what: the calling process's name, and the methods it may use as `package.Service/Method`.
pub type Callers = &'static [(&'static str, &'static [&'static str])];

/// Lets only known callers through to the methods that they may use, in a span that continues the caller's trace.
#[derive(Clone)]
pub struct GuardLayer {
    token: Arc<SecretString>,
    callers: Callers,
}

/// See [`GuardLayer`].
#[derive(Clone)]
pub struct Guard<S> {
    inner: S,
    layer: GuardLayer,
}

impl GuardLayer {
    #[must_use]
    pub fn new(token: SecretString, callers: Callers) -> Self {
        Self {
            token: Arc::new(token),
            callers,
        }
    }

    fn admit(
        &self,
        metadata: &MetadataMap,
        path: &str,
    ) -> Result<(Caller, &'static str, CallContext), Status> {
        let shown = metadata
            .get(keys::AUTHORIZATION)
            .and_then(|v| v.as_bytes().strip_prefix(b"Bearer "))
            .unwrap_or_default();
        if !bool::from(shown.ct_eq(self.token.expose_secret().as_bytes())) {
            return Err(Status::unauthenticated("the internal token is wrong"));
        }
        let name = metadata.get(keys::CALLER).and_then(|v| v.to_str().ok());
        let entry = self.callers.iter().find(|(n, _)| Some(*n) == name);
        let Some((caller, methods)) = entry else {
            return Err(Status::permission_denied("this caller is not known here"));
        };
        let method = path.strip_prefix('/').unwrap_or(path);
        let Some(method) = methods.iter().find(|m| **m == method) else {
            return Err(Status::permission_denied(format!(
                "{caller} may not call this method"
            )));
        };
        Ok((
            Caller(caller),
            method,
            CallContext::from_metadata(metadata)?,
        ))
    }
}

impl<S> Layer<S> for GuardLayer {
    type Service = Guard<S>;

    fn layer(&self, inner: S) -> Guard<S> {
        Guard {
            inner,
            layer: self.clone(),
        }
    }
}

impl<S> Service<Request<Body>> for Guard<S>
where
    S: Service<Request<Body>, Response = Response<Body>>,
    S::Future: Send + 'static,
    S::Error: Send + 'static,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<Body>) -> Self::Future {
        let metadata = MetadataMap::from_headers(request.headers().clone());
        let path = request.uri().path();
        let (caller, method, context) = match self.layer.admit(&metadata, path) {
            Ok(admitted) => admitted,
            Err(status) => {
                tracing::warn!(path, code = ?status.code(), "refused: {}", status.message());
                return Box::pin(ready(Ok(status.into_http())));
            }
        };
        let span = span(caller, method, &context);
        TraceContext::from_metadata(&metadata).set_parent_of(&span);
        request.extensions_mut().insert(caller);
        request.extensions_mut().insert(context);
        let begun = Instant::now();
        let answer = span.in_scope(|| self.inner.call(request));
        let answer = async move {
            let answer = answer.await;
            metrics::histogram!("noxpay_grpc_server_seconds", "method" => method, "caller" => caller.0)
                .record(begun.elapsed());
            answer
        };
        Box::pin(answer.instrument(span))
    }
}

fn span(caller: Caller, method: &'static str, context: &CallContext) -> Span {
    tracing::info_span!(
        "grpc",
        otel.name = method,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.method = method,
        caller = caller.0,
        actor = context.actor,
        request_id = context.request_id,
        merchant = context.merchant.map(tracing::field::display),
        live = context.live,
        trace_id = Empty,
    )
}
