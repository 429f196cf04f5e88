//! Members of a JSON body, each with an error that names it.

use super::Problem;
use crate::decisions::Wrong;
use crate::http::json::{Object, Value};
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
    pub(crate) fn input(&self) -> Result<Input<'_>, Wrong> {
        Input::parse(&self.0)
    }
}

/// The members of a body.
pub(crate) struct Input<'a>(Object<'a>);

impl<'a> Input<'a> {
    /// No body is an empty object.
    pub(crate) fn parse(body: &'a [u8]) -> Result<Self, Wrong> {
        let text: &[u8] = if body.trim_ascii().is_empty() {
            b"{}"
        } else {
            body
        };
        Ok(Self(Object::parse(text)?))
    }

    /// A string that must be there.
    pub(crate) fn text(&self, name: &str) -> Result<String, Wrong> {
        self.text_if(name)?
            .ok_or_else(|| Wrong::field(name, "is missing"))
    }

    /// A string that may be missing.
    pub(crate) fn text_if(&self, name: &str) -> Result<Option<String>, Wrong> {
        match self.0.value(name) {
            Value::Null => Ok(None),
            Value::String(text) => Ok(Some(text)),
            _ => Err(Wrong::field(name, "must be a string")),
        }
    }

    /// A string that is parsed, such as an id.
    pub(crate) fn parsed<T: FromStr>(&self, name: &str, wanted: &str) -> Result<T, Wrong> {
        self.parsed_if(name, wanted)?
            .ok_or_else(|| Wrong::field(name, "is missing"))
    }

    pub(crate) fn parsed_if<T: FromStr>(
        &self,
        name: &str,
        wanted: &str,
    ) -> Result<Option<T>, Wrong> {
        let Some(text) = self.text_if(name)? else {
            return Ok(None);
        };
        text.trim()
            .parse()
            .map(Some)
            .map_err(|_| Wrong::field(name, format_args!("must be {wanted}")))
    }

    /// `true` or `false`, which must be there: what it switches has no default.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Wrong> {
        self.flag_if(name)?
            .ok_or_else(|| Wrong::field(name, "is missing"))
    }

    pub(crate) fn flag_if(&self, name: &str) -> Result<Option<bool>, Wrong> {
        match self.0.value(name) {
            Value::Null => Ok(None),
            Value::Bool(flag) => Ok(Some(flag)),
            _ => Err(Wrong::field(name, "must be true or false")),
        }
    }

    /// A whole number.
    pub(crate) fn number_if<T>(&self, name: &str) -> Result<Option<T>, Wrong>
    where
        T: FromStr<Err: Display>,
    {
        match self.0.value(name) {
            Value::Null => Ok(None),
            Value::Number(text) => text
                .parse()
                .map(Some)
                .map_err(|e| Wrong::field(name, format_args!("must be a whole number: {e}"))),
            _ => Err(Wrong::field(name, "must be a number")),
        }
    }

    /// An array of strings; missing is empty.
    pub(crate) fn texts(&self, name: &str) -> Result<Vec<String>, Wrong> {
        match self.0.value(name) {
            Value::Null => Ok(Vec::new()),
            Value::Nested(raw) => serde_json::from_str(raw)
                .map_err(|_| Wrong::field(name, "must be an array of strings")),
            _ => Err(Wrong::field(name, "must be an array of strings")),
        }
    }

    /// An object as it was written.
    pub(crate) fn object_if(&self, name: &str) -> Result<Option<&'a str>, Wrong> {
        match self.0.value(name) {
            Value::Null => Ok(None),
            Value::Nested(raw) if raw.starts_with('{') => Ok(Some(raw)),
            _ => Err(Wrong::field(name, "must be an object")),
        }
    }

    /// Of whatever kind.
    pub(crate) fn value(&self, name: &str) -> Value<'a> {
        self.0.value(name)
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
pub(crate) fn limit(request: &HttpRequest) -> Result<u32, Wrong> {
    limit_to(request, 200)
}

/// The same where more may be asked for.
pub(crate) fn limit_to(request: &HttpRequest, most: u32) -> Result<u32, Wrong> {
    const NAME: &str = "limit";
    match query(request, NAME) {
        None => Ok(0),
        Some(text) => match text.parse() {
            Ok(limit) if (1..=most).contains(&limit) => Ok(limit),
            _ => Err(Wrong::field(NAME, format_args!("must be 1 to {most}"))),
        },
    }
}
