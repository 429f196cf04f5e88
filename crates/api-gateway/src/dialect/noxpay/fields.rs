//! Members of a body, with errors in the words of the validation library that clients of this dialect know.

use crate::http::json::{Malformed, Object, Value as Given};
use crate::refusal::{FieldError, Step};
use serde_json::{Value, json};

/// Longer inputs are not repeated whole in an error.
const SHOWN: usize = 200;
const BODY_SHOWN: usize = 1000;

/// A body whose wrong members are gathered, so that one answer names them all.
pub(super) struct Fields<'a> {
    object: Object<'a>,
    body: &'a [u8],
    errors: Vec<FieldError>,
}

impl<'a> Fields<'a> {
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, Vec<FieldError>> {
        if body.trim_ascii().is_empty() {
            return Err(vec![whole("missing", "Field required")]);
        }
        let object = Object::parse(body).map_err(|m| vec![malformed(m)])?;
        Ok(Self {
            object,
            body,
            errors: Vec::new(),
        })
    }

    pub(super) fn value(&self, name: &str) -> Given<'a> {
        self.object.value(name)
    }

    pub(super) fn raw(&self, name: &str) -> Option<&'a str> {
        self.object.raw(name)
    }

    /// A string that may be missing; an empty one counts as missing.
    pub(super) fn text(&mut self, name: &str) -> Option<String> {
        match self.value(name) {
            Given::Null => None,
            Given::String(text) => Some(text).filter(|t| !t.trim().is_empty()),
            _ => self.fail(name, "string_type", "Input should be a valid string"),
        }
    }

    /// The member is not there.
    pub(super) fn missing<T>(&mut self, name: &str) -> Option<T> {
        let body = Some(self.body).filter(|b| b.len() <= BODY_SHOWN);
        let body = body.and_then(|b| serde_json::from_slice(b).ok());
        let error = FieldError::new("missing", name, "Field required");
        self.errors.push(error.input(body.unwrap_or(Value::Null)));
        None
    }

    /// The member is wrong.
    pub(super) fn fail<T>(
        &mut self,
        name: &str,
        kind: &'static str,
        message: impl Into<String>,
    ) -> Option<T> {
        let error = FieldError::new(kind, name, message).input(self.input(name));
        self.errors.push(error);
        None
    }

    /// The member breaks a limit.
    pub(super) fn fail_limit<T>(
        &mut self,
        name: &str,
        kind: &'static str,
        message: impl Into<String>,
        limit: Value,
    ) -> Option<T> {
        let error = FieldError::new(kind, name, message).input(self.input(name));
        self.errors.push(error.context(limit));
        None
    }

    /// The errors, if there are any.
    pub(super) fn finish(self) -> Result<(), Vec<FieldError>> {
        if self.errors.is_empty() {
            Ok(())
        } else {
            Err(self.errors)
        }
    }

    fn input(&self, name: &str) -> Value {
        let Some(raw) = self.raw(name) else {
            return Value::Null;
        };
        // A number that no double holds is shown as text, so that every client can read the error.
        let whole = (raw.len() <= SHOWN).then(|| serde_json::from_str(raw).ok());
        whole
            .flatten()
            .unwrap_or_else(|| raw.chars().take(SHOWN).collect::<String>().into())
    }
}

fn malformed(malformed: Malformed) -> FieldError {
    match malformed {
        Malformed::Syntax { offset, why } => FieldError {
            kind: "json_invalid",
            path: vec![Step::Offset(offset)],
            message: "JSON decode error".to_owned(),
            input: json!({}),
            context: Some(json!({ "error": why })),
        },
        Malformed::NotFinite { member, text } => {
            FieldError::new("finite_number", &member, "Input should be a finite number")
                .input(text.into())
        }
        Malformed::NotAnObject => whole(
            "model_attributes_type",
            "Input should be a valid dictionary or object to extract fields from",
        ),
        Malformed::Twice(member) => FieldError::new(
            "value_error",
            &member,
            "Value error, the field must not stand there twice",
        ),
    }
}

fn whole(kind: &'static str, message: &str) -> FieldError {
    FieldError {
        kind,
        path: Vec::new(),
        message: message.to_owned(),
        input: Value::Null,
        context: None,
    }
}
