//! Which merchant, in which mode.

use super::Input;
use super::input::query;
use crate::decisions::Wrong;
use actix_web::HttpRequest;
use db::Scope;
use domain::Mode;
use domain::ids::MerchantId;

/// The merchant and mode that a call names, in its query or in its body.
pub(crate) fn scope_of(request: &HttpRequest, input: Option<&Input<'_>>) -> Result<Scope, Wrong> {
    Ok(Scope {
        merchant: merchant_of(request, input)?,
        mode: mode_of(request, input)?,
    })
}

fn merchant_of(request: &HttpRequest, input: Option<&Input<'_>>) -> Result<MerchantId, Wrong> {
    const NAME: &str = "merchant_id";
    named(request, input, NAME)?
        .parse()
        .map_err(|_| Wrong::field(NAME, "must be an id (UUID)"))
}

fn mode_of(request: &HttpRequest, input: Option<&Input<'_>>) -> Result<Mode, Wrong> {
    const NAME: &str = "mode";
    parse_mode(&named(request, input, NAME)?)
        .ok_or_else(|| Wrong::field(NAME, "must be live or test"))
}

pub(crate) fn parse_mode(text: &str) -> Option<Mode> {
    [Mode::Live, Mode::Test]
        .into_iter()
        .find(|m| m.as_str() == text)
}

/// In one of the two places, not in both with different values.
fn named(request: &HttpRequest, input: Option<&Input<'_>>, name: &str) -> Result<String, Wrong> {
    let in_query = query(request, name);
    let in_body = match input {
        Some(input) => input.text_if(name)?,
        None => None,
    };
    match (in_query, in_body) {
        (Some(a), Some(b)) if a != b => Err(Wrong::field(name, "differs between query and body")),
        (Some(text), _) | (None, Some(text)) => Ok(text),
        (None, None) => Err(Wrong::field(name, "is missing")),
    }
}
