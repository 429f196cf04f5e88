//! Members of bodies and queries that several routes have.

use super::Stopped;
use crate::admin::Input;
use crate::decisions::Wrong;
use crate::http::json::Value;
use proto::webhook::{Profile, Retry};
use uuid::Uuid;

const PROFILES: [(&str, Profile); 4] = [
    ("noxpay", Profile::Noxpay),
    ("standard", Profile::Standard),
    ("noddpay", Profile::Noddpay),
    ("payment_gateway", Profile::PaymentGateway),
];

/// The id in a path. What is no id names nothing.
pub(crate) fn object_id(text: &str, what: &str) -> Result<String, Stopped> {
    let id: Uuid = text.parse().map_err(|_| Stopped::none(what))?;
    Ok(id.to_string())
}

pub(super) fn profile_if(input: &Input<'_>) -> Result<Option<Profile>, Wrong> {
    const NAME: &str = "profile";
    let Some(text) = input.text_if(NAME)? else {
        return Ok(None);
    };
    let known = PROFILES.into_iter().find(|(name, _)| *name == text);
    match known {
        Some((_, profile)) => Ok(Some(profile)),
        None => {
            let names = PROFILES.map(|(name, _)| name).join(", ");
            Err(Wrong::field(NAME, format_args!("must be one of {names}")))
        }
    }
}

pub(super) fn profile_name(profile: Profile) -> &'static str {
    let known = PROFILES.into_iter().find(|(_, known)| *known == profile);
    known.map_or("noxpay", |(name, _)| name)
}

/// `"noddpay"`, or `{"pauses_s": [0, 60]}` for pauses of one's own.
pub(super) fn retry_if(input: &Input<'_>) -> Result<Option<Retry>, Wrong> {
    const NAME: &str = "retry";
    const WANTED: &str = "must be standard, noddpay or payment_gateway, or an object with pauses_s";
    let raw = match input.value(NAME) {
        Value::Null => return Ok(None),
        Value::String(name) => {
            return Ok(Some(Retry {
                name,
                pauses_s: Vec::new(),
            }));
        }
        Value::Nested(raw) if raw.starts_with('{') => raw,
        _ => return Err(Wrong::field(NAME, WANTED)),
    };
    #[derive(serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Custom {
        name: Option<String>,
        #[serde(default)]
        pauses_s: Vec<u32>,
    }
    let custom: Custom = serde_json::from_str(raw).map_err(|_| Wrong::field(NAME, WANTED))?;
    Ok(Some(Retry {
        name: custom.name.unwrap_or_else(|| "custom".to_owned()),
        pauses_s: custom.pauses_s,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn retry(body: &str) -> Result<Option<Retry>, Wrong> {
        retry_if(&Input::parse(body.as_bytes())?)
    }

    #[test]
    fn retries_are_a_name_or_pauses() {
        let named = retry(r#"{"retry": "noddpay"}"#).unwrap().unwrap();
        assert_eq!((named.name.as_str(), named.pauses_s.len()), ("noddpay", 0));
        let own = retry(r#"{"retry": {"pauses_s": [0, 60]}}"#)
            .unwrap()
            .unwrap();
        assert_eq!((own.name.as_str(), own.pauses_s), ("custom", vec![0, 60]));
        // What the view shows is understood again.
        let shown = retry(r#"{"retry": {"name": "standard", "pauses_s": []}}"#);
        assert_eq!(shown.unwrap().unwrap().name, "standard");
        assert_eq!(retry("{}").unwrap(), None);
        for wrong in ["7", "[0]", r#"{"pauses_s": [-1]}"#, r#"{"every": 5}"#] {
            assert!(
                retry(&format!(r#"{{"retry": {wrong}}}"#)).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn what_is_no_id_names_nothing() {
        assert!(object_id("x", "endpoint").is_err());
        let upper = "7F6C1C7E-5B0F-4D0C-9A55-0D7F6A1F2B3C";
        assert_eq!(object_id(upper, "endpoint").unwrap(), upper.to_lowercase());
    }
}
