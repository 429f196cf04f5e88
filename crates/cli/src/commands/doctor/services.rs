//! Every service's readiness.

use super::report::Report;
use serde::Deserialize;
use std::collections::BTreeMap;
use url::Url;

#[derive(Deserialize)]
struct Readiness {
    status: String,
    /// What is missing, and why.
    #[serde(default)]
    reasons: BTreeMap<String, String>,
}

pub(super) async fn check(
    http: &reqwest::Client,
    services: &[(&'static str, Url)],
    report: &mut Report,
) {
    for (service, base) in services {
        match ask(http, base).await {
            Ok(readiness) => tell(service, &readiness, report),
            Err(()) => report.fail(
                service,
                format!("does not answer at {base}: is it running? Its log says why (make logs)"),
            ),
        }
    }
}

async fn ask(http: &reqwest::Client, base: &Url) -> Result<Readiness, ()> {
    let url = base.join("readyz").map_err(|_| ())?;
    let answer = http.get(url).send().await.map_err(|_| ())?;
    // 503 has a body too.
    answer.json().await.map_err(|_| ())
}

fn tell(service: &str, readiness: &Readiness, report: &mut Report) {
    let reasons = readiness.reasons.iter();
    let missing: Vec<String> = reasons
        .map(|(name, why)| format!("{name}: {why}"))
        .collect();
    let missing = missing.join("; ");
    match readiness.status.as_str() {
        "ready" => report.ok(service, "ready"),
        "degraded" => report.warn(service, format!("works, without {missing}")),
        _ => report.fail(service, format!("not ready: {missing}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::report::Level;

    #[test]
    fn what_is_missing_is_named() {
        let mut report = Report::default();
        let readiness = |json| serde_json::from_str::<Readiness>(json).unwrap();
        let says = r#"{"status":"degraded","degraded":["rabbitmq"],"reasons":{"rabbitmq":"connection refused"}}"#;
        tell("api-gateway", &readiness(says), &mut report);
        let says = r#"{"status":"unready","failing":["postgres"],"reasons":{"postgres":"away"}}"#;
        tell("api-gateway", &readiness(says), &mut report);
        let lines = report.lines();
        assert_eq!(
            (lines[0].level, lines[0].text.as_str()),
            (Level::Warn, "works, without rabbitmq: connection refused")
        );
        assert_eq!(
            (lines[1].level, lines[1].text.as_str()),
            (Level::Fail, "not ready: postgres: away")
        );
    }
}
