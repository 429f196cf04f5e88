use super::Provider;
use super::refresh::{RefreshError, understand};
use http::StatusCode;
use secrecy::ExposeSecret as _;
use std::time::{Duration, Instant};

/// How long the token of this answer is used, or why there is none.
fn usable_for(status: u16, body: &str) -> Result<Duration, RefreshError> {
    let now = Instant::now();
    let granted = understand(StatusCode::from_u16(status).unwrap(), body.as_bytes(), now)?;
    assert_eq!(granted.access_token.expose_secret(), "abc");
    Ok(granted.until - now)
}

#[test]
fn a_token_is_used_until_shortly_before_its_end() {
    for (body, seconds) in [
        (
            r#"{"access_token":"abc","expires_in":3599,"token_type":"Bearer"}"#,
            3_539,
        ),
        (r#"{"access_token":"abc","expires_in":"600"}"#, 540),
        (r#"{"access_token":"abc"}"#, 3_540),
        (r#"{"access_token":"abc","expires_in":10}"#, 5),
        (r#"{"access_token":"abc","expires_in":0}"#, 0),
    ] {
        assert_eq!(
            usable_for(200, body),
            Ok(Duration::from_secs(seconds)),
            "{body}"
        );
    }
}

#[test]
fn a_refusal_is_told_from_a_provider_in_trouble() {
    for (status, body) in [
        (
            400,
            r#"{"error":"invalid_grant","error_description":"Token has been expired or revoked."}"#,
        ),
        (401, r#"{"error":"invalid_client"}"#),
        (400, r#"{"error":"interaction_required"}"#),
    ] {
        assert_eq!(
            usable_for(status, body),
            Err(RefreshError::Refused),
            "{body}"
        );
    }
    for (status, body) in [
        (429, r#"{"error":"rate_limit_exceeded"}"#),
        (400, r#"{"error":"temporarily_unavailable"}"#),
        (400, "not found"),
        (503, r#"{"error":"invalid_grant"}"#),
        (302, ""),
        (200, "{}"),
        (200, r#"{"access_token":""}"#),
        (200, r#"{"access_token":"a\u0001b"}"#),
        (200, "<html>"),
    ] {
        assert_eq!(
            usable_for(status, body),
            Err(RefreshError::Away),
            "{status} {body}"
        );
    }
}

#[test]
fn providers_are_reached_over_https() {
    for name in ["google", "microsoft"] {
        let provider = Provider::named(name).unwrap();
        assert!(provider.token_url.starts_with("https://"), "{name}");
    }
    assert_eq!(Provider::named("custom"), None);
}
