//! The body of `POST /intents/create-payment`.

use super::fields::Fields;
use crate::http::json::{Value as Given, check};
use crate::refusal::Refusal;
use domain::money::AmountError;
use domain::order_id::OrderIdError;
use domain::{Currency, Money, OrderId};
use rails::vpa::Vpa;
use serde::Serialize;
use serde_json::json;
use url::Url;

/// ₹1,000,000.00, the interface's published limit.
const MOST: Money = Money::inr(100_000_000);
const METADATA_BYTES: usize = 4096;
/// Objects and arrays within each other.
const METADATA_DEPTH: usize = 8;
const URL_BYTES: usize = 2048;
const PATTERN: &str = r"^[a-zA-Z0-9_\-]+$";

/// How the payer is to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Asked {
    Upi,
    /// USDT in any of its names.
    Crypto,
}

/// A request that is valid in itself.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CreatePayment<'a> {
    pub method: Asked,
    pub amount: Money,
    pub order_id: OrderId,
    pub upi_vpa: Option<Vpa>,
    pub redirect_url: Option<String>,
    /// A JSON object, as written.
    pub metadata: Option<&'a str>,
}

/// Reads the body. Unknown members are ignored.
///
/// # Errors
/// [`Refusal::Invalid`] with every wrong field; [`Refusal::UnknownCurrency`] if nothing else is wrong.
pub(crate) fn parse(body: &[u8]) -> Result<CreatePayment<'_>, Refusal> {
    let mut fields = Fields::parse(body)?;
    let amount = amount(&mut fields);
    let order_id = order_id(&mut fields);
    let currency = fields.text("currency");
    let upi_vpa = upi_vpa(&mut fields);
    let redirect_url = redirect_url(&mut fields);
    let metadata = metadata(&mut fields);
    fields.finish()?;
    // What is missing was reported.
    let (Some(amount), Some(order_id)) = (amount, order_id) else {
        return Err(Refusal::Internal);
    };
    Ok(CreatePayment {
        method: asked(currency.as_deref())?,
        amount,
        order_id,
        upi_vpa,
        redirect_url,
        metadata,
    })
}

fn asked(currency: Option<&str>) -> Result<Asked, Refusal> {
    match currency {
        None | Some("UPI") => Ok(Asked::Upi),
        Some("USDT" | "USDT_TRC20" | "USDT_SOL") => Ok(Asked::Crypto),
        Some(_) => Err(Refusal::UnknownCurrency),
    }
}

fn amount(fields: &mut Fields<'_>) -> Option<Money> {
    const NAME: &str = "amount";
    let text = match fields.value(NAME) {
        Given::Null => return fields.missing(NAME),
        Given::Number(text) => text,
        _ => return fields.fail(NAME, "float_type", "Input should be a valid number"),
    };
    let above = |fields: &mut Fields<'_>| {
        let limit = json!({ "le": 1_000_000 });
        let message = "Input should be less than or equal to 1000000";
        fields.fail_limit(NAME, "less_than_equal", message, limit)
    };
    let below = |fields: &mut Fields<'_>| {
        let limit = json!({ "gt": 0 });
        fields.fail_limit(
            NAME,
            "greater_than",
            "Input should be greater than 0",
            limit,
        )
    };
    match Money::parse_json_number(text, Currency::Inr) {
        Ok(amount) if !amount.is_positive() => below(fields),
        Ok(amount) if amount.minor() > MOST.minor() => above(fields),
        Ok(amount) => Some(amount),
        Err(_) if text.starts_with('-') => below(fields),
        Err(AmountError::TooManyDecimals(_)) => too_many_decimals(fields, NAME),
        Err(AmountError::OutOfRange) if text.contains(['e', 'E']) && text.contains("-") => {
            too_many_decimals(fields, NAME)
        }
        Err(AmountError::OutOfRange) => above(fields),
        Err(AmountError::NotANumber) => {
            fields.fail(NAME, "float_type", "Input should be a valid number")
        }
    }
}

fn too_many_decimals(fields: &mut Fields<'_>, name: &str) -> Option<Money> {
    let message = "Decimal input should have no more than 2 decimal places";
    let limit = json!({ "decimal_places": 2 });
    fields.fail_limit(name, "decimal_max_places", message, limit)
}

fn order_id(fields: &mut Fields<'_>) -> Option<OrderId> {
    const NAME: &str = "order_id";
    let text = match fields.value(NAME) {
        Given::Null => return fields.missing(NAME),
        Given::String(text) => text,
        _ => return fields.fail(NAME, "string_type", "Input should be a valid string"),
    };
    match OrderId::parse(&text) {
        Ok(id) => Some(id),
        Err(OrderIdError::Length) if text.trim().is_empty() => {
            let message = "String should have at least 1 character";
            fields.fail_limit(
                NAME,
                "string_too_short",
                message,
                json!({ "min_length": 1 }),
            )
        }
        Err(OrderIdError::Length) => {
            let message = "String should have at most 64 characters";
            fields.fail_limit(
                NAME,
                "string_too_long",
                message,
                json!({ "max_length": 64 }),
            )
        }
        Err(OrderIdError::Character) => {
            let message = format!("String should match pattern '{PATTERN}'");
            let limit = json!({ "pattern": PATTERN });
            fields.fail_limit(NAME, "string_pattern_mismatch", message, limit)
        }
        Err(error @ OrderIdError::LikeAnIntentId) => fields.fail(
            NAME,
            "value_error",
            format!("Value error, order_id {error}"),
        ),
    }
}

fn upi_vpa(fields: &mut Fields<'_>) -> Option<Vpa> {
    const NAME: &str = "upi_vpa";
    let text = fields.text(NAME)?;
    match Vpa::parse(&text) {
        Ok(vpa) => Some(vpa),
        Err(error) => fields.fail(NAME, "value_error", format!("Value error, upi_vpa {error}")),
    }
}

fn redirect_url(fields: &mut Fields<'_>) -> Option<String> {
    const NAME: &str = "redirect_url";
    let text = fields.text(NAME)?.trim().to_owned();
    if text.len() > URL_BYTES {
        let message = "URL should have at most 2048 characters";
        let limit = json!({ "max_length": URL_BYTES });
        return fields.fail_limit(NAME, "url_too_long", message, limit);
    }
    let url = Url::parse(&text);
    let allowed = url.is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            // `https://bank.example@evil.example` deceives people.
            && url.username().is_empty()
            && url.password().is_none()
    });
    if allowed && text.is_ascii() {
        Some(text)
    } else {
        fields.fail(
            NAME,
            "url_parsing",
            "Input should be a valid URL: http or https, ASCII, without user name",
        )
    }
}

fn metadata<'a>(fields: &mut Fields<'a>) -> Option<&'a str> {
    const NAME: &str = "metadata";
    let raw = fields.raw(NAME)?;
    if !raw.starts_with('{') {
        return fields.fail(NAME, "dict_type", "Input should be a valid dictionary");
    }
    match check(raw, METADATA_BYTES, METADATA_DEPTH) {
        Ok(()) => Some(raw),
        Err(flaw) => fields.fail(NAME, "value_error", format!("Value error, metadata {flaw}")),
    }
}

impl CreatePayment<'_> {
    /// What was asked, in one form however it was written: key order and white space of the metadata, decimals of the amount
    /// and members that mean nothing make no difference.
    pub(crate) fn canonical(&self) -> Vec<u8> {
        #[derive(Serialize)]
        struct Canonical<'a> {
            amount: Money,
            asked: &'static str,
            order_id: &'a OrderId,
            upi_vpa: Option<&'a str>,
            redirect_url: Option<&'a str>,
            metadata: Option<serde_json::Value>,
        }
        let canonical = Canonical {
            amount: self.amount,
            asked: match self.method {
                Asked::Upi => "upi",
                Asked::Crypto => "crypto",
            },
            order_id: &self.order_id,
            upi_vpa: self.upi_vpa.as_ref().map(Vpa::key),
            redirect_url: self.redirect_url.as_deref(),
            // It was checked, so that it can be read; its members come out sorted.
            metadata: self.metadata.and_then(|m| serde_json::from_str(m).ok()),
        };
        serde_json::to_vec(&canonical).unwrap_or_else(|_| unreachable!("it has only string keys"))
    }
}
