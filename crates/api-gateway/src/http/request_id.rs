//! One id for everything that a request causes.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest};
use std::sync::Arc;
use uuid::Uuid;

const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST: usize = 128;

/// The caller's own id of the request, if it is fit for logs, else a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    fn of(given: Option<&HeaderValue>) -> Self {
        let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        let given = given.and_then(|v| v.to_str().ok());
        match given.filter(|id| (1..=LONGEST).contains(&id.len()) && id.bytes().all(fits)) {
            Some(id) => Self(id.into()),
            None => Self(Uuid::new_v4().to_string().into()),
        }
    }

    /// The id of this request.
    pub(crate) fn text(request: &HttpRequest) -> String {
        let extensions = request.extensions();
        extensions
            .get::<Self>()
            .map_or_else(String::new, |id| id.as_str().to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Gives every request its id and every response the same.
pub(crate) async fn request_id(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let id = RequestId::of(request.headers().get(HEADER));
    request.extensions_mut().insert(id.clone());
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_unfit_for_logs_is_replaced() {
        let of = |text: &str| RequestId::of(HeaderValue::from_str(text).ok().as_ref());
        assert_eq!(of("Order-1_a.b").as_str(), "Order-1_a.b");
        for unfit in ["", "a b", "a\"b", "a;b", &"a".repeat(129), "é"] {
            assert!(Uuid::try_parse(of(unfit).as_str()).is_ok(), "{unfit}");
        }
    }
}
