//! Members of a JSON body, each with an error that names it.

use super::Problem;
use crate::http::json::{Malformed, Object, Value};
use crate::http::{self, BodyError};
use actix_web::dev::Payload;
use actix_web::web::{self, Bytes};
use actix_web::{FromRequest, HttpRequest};
use std::fmt::Display;
use std::future::Future;
use std::pin::Pin;
use std::str::FromStr;
use url::form_urlencoded;

const BODY: usize = 64 * 1024;

/// A whole body. Take it behind [`super::Admin`]: extractors run in order, and strangers' bodies are not read.
pub(crate) struct Body(Bytes);

impl FromRequest for Body {
    type Error = Problem;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Problem>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(request, payload).into_inner();
        Box::pin(async move {
            let payload = payload.map_err(|_| BodyError::Broken)?;
            Ok(Self(http::read(payload, BODY).await?))
        })
    }
}

impl Body {
    /// As it came.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// Its members. No body is an empty object.
    pub(crate) fn input(&self) -> Result<Input<'_>, Problem> {
        Input::parse(&self.0)
    }
}

/// The members of a body.
pub(crate) struct Input<'a>(Object<'a>);

impl<'a> Input<'a> {
    /// No body is an empty object.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, Problem> {
        let text: &[u8] = if body.trim_ascii().is_empty() {
            b"{}"
        } else {
            body
        };
        Object::parse(text).map(Self).map_err(|m| match m {
            Malformed::Syntax { offset, why } => {
                Problem::malformed(format!("the body is not JSON: {why} (byte {offset})"))
            }
            Malformed::NotFinite { member, .. } => Problem::invalid(&member, "is not a number"),
            Malformed::NotAnObject => Problem::malformed("the body is not a JSON object"),
            Malformed::Twice(member) => Problem::invalid(&member, "stands there twice"),
        })
    }

    /// A string that must be there.
    pub(crate) fn text(&self, name: &str) -> Result<String, Problem> {
        self.text_if(name)?
            .ok_or_else(|| Problem::invalid(name, "is missing"))
    }

    /// A string that may be missing.
    pub(crate) fn text_if(&self, name: &str) -> Result<Option<String>, Problem> {
        match self.0.value(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(Problem::invalid(name, "must be a string")),
        }
    }

    /// A string that is parsed, such as an id.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str, wanted: &str) -> Result<T, Problem> {
        self.parsed_if(name, wanted)?
            .ok_or_else(|| Problem::invalid(name, "is missing"))
    }

    pub(crate) fn parsed_if<T: FromStr>(
        &self,
        name: &str,
        wanted: &str,
    ) -> Result<Option<T>, Problem> {
        let Some(text) = self.text_if(name)? else {
            return Ok(None);
        };
        text.trim()
            .parse()
            .map(Some)
            .map_err(|_| Problem::invalid(name, format_args!("must be {wanted}")))
    }

    /// `true` or `false`, which must be there: what it switches has no default.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        self.flag_if(name)?
            .ok_or_else(|| Problem::invalid(name, "is missing"))
    }

    pub(crate) fn flag_if(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.0.value(name) {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(flag)),
            _ => Err(Problem::invalid(name, "must be true or false")),
        }
    }

    /// A whole number.
    pub(crate) fn number_if<T>(&self, name: &str) -> Result<Option<T>, Problem>
    where
        T: FromStr<Err: Display>,
    {
        match self.0.value(name) {
            Value::Null => Ok(None),
            Value::Number(text) => text
                .parse()
                .map(Some)
                .map_err(|e| Problem::invalid(name, format_args!("must be a whole number: {e}"))),
            _ => Err(Problem::invalid(name, "must be a number")),
        }
    }

    /// An array of strings; missing is empty.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, Problem> {
        match self.0.value(name) {
            Value::Null => Ok(Vec::new()),
            Value::Nested(raw) => serde_json::from_str(raw)
                .map_err(|_| Problem::invalid(name, "must be an array of strings")),
            _ => Err(Problem::invalid(name, "must be an array of strings")),
        }
    }

    /// Whether the member is there, even as `null`.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.0.has(name)
    }
}

/// The value of a query parameter.
pub(crate) fn query(request: &HttpRequest, name: &str) -> Option<String> {
    form_urlencoded::parse(request.query_string().as_bytes())
        .find_map(|(key, value)| (key == name && !value.is_empty()).then(|| value.into_owned()))
}

/// `?limit=`; 0 leaves it to the service.
pub(crate) fn limit(request: &HttpRequest) -> Result<u32, Problem> {
    const NAME: &str = "limit";
    match query(request, NAME) {
        None => Ok(0),
        Some(text) => match text.parse() {
            Ok(limit @ 1..=200) => Ok(limit),
            _ => Err(Problem::invalid(NAME, "must be 1 to 200")),
        },
    }
}
