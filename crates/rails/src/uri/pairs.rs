//! A URI's query as it stands: keys and undecoded values, in order.

use super::UriError;
use super::encoding::decode;

/// Longest URI read, in bytes: signed merchant QRs have about 300.
pub(super) const MAX_LEN: usize = 600;
const PREFIX: &str = "upi://pay?";

/// One parameter. The value is what stands behind the *first* `=`, since base64 ends in `=`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair<'a> {
    pub(super) key: &'a str,
    pub(super) raw: &'a str,
}

/// Splits `upi://pay?…`. Scheme and host in any case; raw spaces are allowed, for banks print them.
pub(super) fn split(uri: &str) -> Result<Vec<Pair<'_>>, UriError> {
    if uri.len() > MAX_LEN {
        return Err(UriError::TooLong);
    }
    // A fragment would hide what follows it from some apps only.
    if uri.chars().any(|c| c.is_control() || c == '#') {
        return Err(UriError::Character);
    }
    let (prefix, query) = uri.split_at_checked(PREFIX.len()).ok_or(UriError::Scheme)?;
    if !prefix.eq_ignore_ascii_case(PREFIX) {
        return Err(UriError::Scheme);
    }
    Ok(query
        .split('&')
        .map(|part| {
            let (key, raw) = part.split_once('=').unwrap_or((part, ""));
            Pair { key, raw }
        })
        .collect())
}

/// The decoded value of `key` in any case, `None` if it is absent or empty.
pub(super) fn value(pairs: &[Pair<'_>], key: &'static str) -> Result<Option<String>, UriError> {
    let mut hits = pairs.iter().filter(|p| p.key.eq_ignore_ascii_case(key));
    let first = hits.next();
    // Which of two an app takes is anybody's guess.
    if hits.next().is_some() {
        return Err(UriError::Twice(key));
    }
    let text = first.map(|p| decode(p.raw)).transpose()?;
    Ok(text.filter(|t| !t.is_empty()))
}
