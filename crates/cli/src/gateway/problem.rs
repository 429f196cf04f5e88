//! Errors of the admin routes: RFC 9457.

use serde::Deserialize;

/// The members that are shown.
#[derive(Debug, Deserialize)]
pub(super) struct Problem {
    title: String,
    #[serde(default)]
    detail: Option<String>,
    /// Which field is wrong; usually the detail begins with it.
    #[serde(default)]
    field: Option<String>,
    /// The stable code.
    #[serde(default)]
    code: Option<String>,
}

impl Problem {
    /// `None` where the body is none.
    pub(super) fn parse(body: &str) -> Option<Self> {
        serde_json::from_str(body).ok()
    }

    /// One line.
    pub(super) fn sentence(&self, retry_after: Option<&str>) -> String {
        let text = self.detail.as_ref().unwrap_or(&self.title);
        let mut text = match &self.field {
            Some(field) if !text.starts_with(field) => format!("{field} {text}"),
            _ => text.clone(),
        };
        if let Some(code) = &self.code {
            text.push_str(&format!(" ({code})"));
        }
        if let Some(seconds) = retry_after {
            text.push_str(&format!("; try again in {seconds} s"));
        }
        text
    }
}

/// What a merchant's route says: `detail` is a sentence, or a list of what is wrong with each field.
pub(super) fn detail(body: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Body {
        detail: serde_json::Value,
    }
    let body: Body = serde_json::from_str(body).ok()?;
    match body.detail {
        serde_json::Value::String(text) => Some(text),
        list => {
            let message = list.get(0)?.get("msg")?.as_str()?;
            Some(message.trim_start_matches("Value error, ").to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_detail_speaks_where_there_is_one() {
        let line = |body| Problem::parse(body).map(|p| p.sentence(Some("3")));
        assert_eq!(
            line(
                r#"{"title":"Not usable","status":422,"detail":"vpa has no @","field":"vpa","code":"invalid"}"#
            )
            .unwrap(),
            "vpa has no @ (invalid); try again in 3 s"
        );
        assert_eq!(
            line(r#"{"title":"Gone"}"#).unwrap(),
            "Gone; try again in 3 s"
        );
        assert_eq!(
            line(r#"{"title":"Conflict","detail":"is registered already","field":"vpa","code":"conflict"}"#).unwrap(),
            "vpa is registered already (conflict); try again in 3 s"
        );
        assert!(line("<html>").is_none());
    }

    #[test]
    fn a_merchants_route_speaks_in_sentences_and_lists() {
        assert_eq!(
            detail(r#"{"detail":"Invalid Client ID"}"#).unwrap(),
            "Invalid Client ID"
        );
        let list = r#"{"detail":[{"type":"value_error","msg":"Value error, wait must be 0 to 30 seconds"}]}"#;
        assert_eq!(detail(list).unwrap(), "wait must be 0 to 30 seconds");
        assert_eq!(detail("<html>"), None);
    }
}
