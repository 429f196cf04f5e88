//! What is kept of a merchant's answer: it is shown to people, and must not become a store of secrets.

use domain::text::is_shown_safely;
use regex::Regex;
use std::sync::LazyLock;

/// Bytes of a body that are kept.
pub(crate) const MOST_BYTES: usize = 16 * 1024;
const MOST_HEADERS: usize = 32;
const MOST_HEADER_CHARS: usize = 512;

/// Headers that carry credentials.
const SECRET_HEADERS: [&str; 6] = [
    "set-cookie",
    "cookie",
    "authorization",
    "proxy-authorization",
    "www-authenticate",
    "proxy-authenticate",
];

const GONE: &str = "[redacted]";

/// Secrets that are known by their form: ours and those of other gateways, bearer tokens, JSON Web Tokens, values of keys that
/// say what they are, and what looks like a card number.
static SECRETS: LazyLock<Regex> = LazyLock::new(|| {
    let forms = [
        r"whs(?:ec|k)_[A-Za-z0-9+/=_-]+",
        r"\b(?:sk|rk|pk|key|secret)_(?:live|test)_[A-Za-z0-9_-]+",
        r"(?i:\bbearer\s+)[A-Za-z0-9._~+/=-]+",
        r"\beyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*",
        r#"(?i:"?(?:password|passwd|secret|token|api_?key|access_?token|client_?secret)"?\s*[:=]\s*)"?[^\s"&,;}]+"?"#,
        r"\b(?:\d[ -]?){14,18}\d\b",
    ];
    Regex::new(&forms.join("|")).unwrap_or_else(|_| unreachable!("the pattern is written above"))
});

/// A body's text: without secrets and control characters, at most [`MOST_BYTES`].
pub(crate) fn body(text: &str) -> String {
    let mut kept: String = SECRETS
        .replace_all(text, GONE)
        .chars()
        .map(|c| {
            if c == '\n' || c == '\t' || is_shown_safely(c) {
                c
            } else {
                ' '
            }
        })
        .collect();
    cut(&mut kept, MOST_BYTES);
    kept.trim_end().to_owned()
}

/// Headers as a JSON object of strings; `None` where there are none.
pub(crate) fn headers(headers: &[(String, String)]) -> Option<String> {
    let kept: serde_json::Map<String, serde_json::Value> = headers
        .iter()
        .take(MOST_HEADERS)
        .map(|(name, value)| {
            let value = match SECRET_HEADERS.contains(&name.as_str()) {
                true => GONE.to_owned(),
                false => {
                    let mut value = body(value);
                    cut(&mut value, MOST_HEADER_CHARS);
                    value
                }
            };
            (name.clone(), value.into())
        })
        .collect();
    (!kept.is_empty()).then(|| serde_json::Value::Object(kept).to_string())
}

/// The first `most` bytes, at a character's end.
fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|i| text.is_char_boundary(*i));
        text.truncate(end.unwrap_or_default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_not_kept() {
        for text in [
            "whsec_ZGVtby1zZWNyZXQ=",
            "bad key sk_live_abcDEF123",
            "Authorization: Bearer abc.def",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln",
            r#"{"password": "hunter2horse"}"#,
            "api_key=12ab34cd",
            "card 4111 1111 1111 1111 refused",
        ] {
            let kept = body(text);
            assert!(kept.contains(GONE), "{kept}");
            for secret in [
                "ZGVtby1", "abcDEF", "abc.def", "hunter2", "12ab34", "4111", "c2ln",
            ] {
                assert!(!kept.contains(secret), "{kept}");
            }
        }
    }

    #[test]
    fn what_helps_to_find_a_fault_is_kept() {
        for text in [
            "order ORDER-98421 not found",
            "line one\nline two",
            r#"{"error":"utr 299678275620 is known"}"#,
        ] {
            assert_eq!(body(text), text);
        }
    }

    #[test]
    fn a_long_answer_is_cut_at_a_characters_end() {
        let kept = body(&"₹".repeat(MOST_BYTES));
        assert!(kept.len() <= MOST_BYTES && kept.len() > MOST_BYTES - 3);
    }

    #[test]
    fn cookies_and_control_characters_are_not_kept() {
        let text = headers(&[
            ("set-cookie".to_owned(), "session=1".to_owned()),
            ("x-request-id".to_owned(), "a\u{1b}[31mb".to_owned()),
        ]);
        assert_eq!(
            text.as_deref(),
            Some(r#"{"set-cookie":"[redacted]","x-request-id":"a [31mb"}"#)
        );
    }
}
