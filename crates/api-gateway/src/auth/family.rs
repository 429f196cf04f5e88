//! Families of credentials: which headers carry them, and in whose shapes their callers are answered.

use crate::refusal::Refusal;
use actix_web::http::header::HeaderMap;
use domain::Mode;
use secrecy::SecretString;

/// A family of credentials. It chooses the shapes of every answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Family {
    /// `X-Client-ID` and `X-Client-Secret`: the `NoxPay` dialect.
    ClientId,
    /// `X-Api-Key` and `X-Api-Secret`: the payment-gateway dialect.
    ApiKey,
    /// `Authorization: Bearer` with one token that holds key id and secret: native errors (RFC 9457).
    Bearer,
}

const AUTHORIZATION: &str = "authorization";
/// Longer ids and secrets are none of ours.
const LONGEST: usize = 200;

impl Family {
    pub(crate) const ALL: [Self; 3] = [Self::ClientId, Self::ApiKey, Self::Bearer];

    /// The name as stored.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::ClientId => "client_id",
            Self::ApiKey => "api_key",
            Self::Bearer => "bearer",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|f| f.as_str() == text)
    }

    const fn id_header(self) -> &'static str {
        match self {
            Self::ClientId => "x-client-id",
            Self::ApiKey => "x-api-key",
            Self::Bearer => AUTHORIZATION,
        }
    }

    const fn secret_header(self) -> &'static str {
        match self {
            Self::ClientId => "x-client-secret",
            Self::ApiKey => "x-api-secret",
            Self::Bearer => AUTHORIZATION,
        }
    }

    /// The form under which a key id is stored; `None` if it cannot be one of this family's.
    fn key_id(self, text: &str) -> Option<String> {
        match self {
            Self::ClientId => uuid::Uuid::try_parse(text).ok().map(|id| id.to_string()),
            Self::ApiKey | Self::Bearer => {
                let fits = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
                (text.len() <= LONGEST && text.bytes().all(fits)).then(|| text.to_owned())
            }
        }
    }

    /// A new key id from 16 random bytes.
    pub(crate) fn new_key_id(self, mode: Mode, random: [u8; 16]) -> String {
        match self {
            Self::ClientId => uuid::Builder::from_random_bytes(random)
                .into_uuid()
                .to_string(),
            Self::ApiKey => format!("key_{mode}_{}", hex::encode(random)),
            Self::Bearer => format!("bearer_{mode}_{}", hex::encode(random)),
        }
    }

    /// A new secret of a key id from a random token.
    pub(crate) fn new_secret(self, key_id: &str, mode: Mode, token: &str) -> String {
        match self {
            Self::ClientId => format!("sk_{mode}_{token}"),
            Self::ApiKey => format!("secret_{mode}_{token}"),
            // All that is sent: the key id says which row it belongs to.
            Self::Bearer => format!("{key_id}.{token}"),
        }
    }
}

/// What a caller shows.
pub(crate) struct Presented {
    pub family: Family,
    pub key_id: String,
    pub secret: SecretString,
}

/// The credential in a request's headers.
///
/// # Errors
/// [`Refusal::TwoFamilies`] if two are shown, [`Refusal::NoCredentials`] if none is whole,
/// [`Refusal::UnknownKey`] if the key id cannot exist.
pub(crate) fn presented(headers: &HeaderMap) -> Result<Presented, Refusal> {
    let family = family_of(headers)?.ok_or(Refusal::NoCredentials)?;
    let text = |name| {
        let value = headers.get(name)?.to_str().ok()?.trim();
        (!value.is_empty()).then_some(value)
    };
    let (id, secret) = match family {
        Family::ClientId | Family::ApiKey => {
            let id = text(family.id_header()).ok_or(Refusal::NoCredentials)?;
            (
                id,
                text(family.secret_header()).ok_or(Refusal::NoCredentials)?,
            )
        }
        Family::Bearer => {
            let token = bearer(headers).ok_or(Refusal::NoCredentials)?;
            let (id, _) = token.split_once('.').ok_or(Refusal::UnknownKey)?;
            (id, token)
        }
    };
    let key_id = family.key_id(id).ok_or(Refusal::UnknownKey)?;
    if secret.len() > LONGEST {
        return Err(Refusal::WrongSecret);
    }
    Ok(Presented {
        family,
        key_id,
        secret: SecretString::from(secret),
    })
}

/// The family whose headers are there, even if they are not whole.
///
/// # Errors
/// [`Refusal::TwoFamilies`] if more than one is.
pub(crate) fn family_of(headers: &HeaderMap) -> Result<Option<Family>, Refusal> {
    let shown = |f: &Family| match f {
        Family::ClientId | Family::ApiKey => {
            headers.contains_key(f.id_header()) || headers.contains_key(f.secret_header())
        }
        // Other schemes are proxies' and browsers' business.
        Family::Bearer => bearer(headers).is_some(),
    };
    let mut found = Family::ALL.into_iter().filter(shown);
    let first = found.next();
    // The same header twice is two credentials as well.
    let twice = |name| headers.get_all(name).count() > 1;
    let doubled = first.is_some_and(|f| twice(f.id_header()) || twice(f.secret_header()));
    if doubled || found.next().is_some() {
        return Err(Refusal::TwoFamilies);
    }
    Ok(first)
}

/// What stands in `Authorization: Bearer`.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
