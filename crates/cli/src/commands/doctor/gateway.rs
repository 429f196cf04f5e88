//! The gateway as the world sees it, whether it knows our key, and whether the clocks agree.

use super::installation;
use super::report::Report;
use crate::context::Context;
use crate::settings::read_url;
use domain::Clock;
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use reqwest::header;
use serde::Deserialize;

const SUBJECT: &str = "gateway";
const CLOCK: &str = "clock";
/// DKIM dates and payment times are compared across machines.
const TOLERABLE: SignedDuration = SignedDuration::from_secs(5);

#[derive(Deserialize)]
struct Health {
    status: String,
    #[serde(default)]
    database: Option<String>,
    #[serde(default)]
    worker: Option<String>,
    #[serde(default)]
    timestamp: Option<Timestamp>,
}

pub(super) async fn check(context: &mut Context, http: &reqwest::Client, report: &mut Report) {
    let given = context.url().map(str::to_owned);
    let base = match context.settings(|env| read_url(env, given.as_deref())) {
        Ok(base) => base,
        Err(wrong) => return report.fail(SUBJECT, wrong.to_string()),
    };
    let answer = match base.join("health") {
        Ok(url) => http.get(url).send().await,
        Err(error) => return report.fail(SUBJECT, error.to_string()),
    };
    let Ok(answer) = answer else {
        return report.fail(
            SUBJECT,
            format!(
                "does not answer at {base}: is it running? NOXPAY_PUBLIC_URL or --url say where"
            ),
        );
    };
    let date = answer.headers().get(header::DATE);
    let date = date.and_then(|d| rfc2822::parse(d.to_str().ok()?).ok());
    let now = Clock::new().now();
    match answer.json::<Health>().await {
        Ok(health) => {
            tell(&health, report);
            clocks(date.map(|d| d.timestamp()), health.timestamp, now, report);
            admin(context, report).await;
        }
        Err(_) => report.fail(
            SUBJECT,
            format!("what answers at {base} is not a NoxPay gateway"),
        ),
    }
}

fn tell(health: &Health, report: &mut Report) {
    let parts = [("database", &health.database), ("worker", &health.worker)];
    let parts = parts
        .iter()
        .filter_map(|(name, state)| Some(format!("{name} {}", state.as_ref()?)));
    let parts: String = parts.map(|part| format!(", {part}")).collect();
    let text = format!("says {}{parts}", health.status);
    match health.status.as_str() {
        "ok" | "healthy" => report.ok(SUBJECT, text),
        _ => report.fail(SUBJECT, text),
    }
}

/// `date` is the gateway machine's clock, `business` the installation's, which development may move.
fn clocks(
    date: Option<Timestamp>,
    business: Option<Timestamp>,
    now: Timestamp,
    report: &mut Report,
) {
    let off = |at: Timestamp| now.duration_since(at).abs();
    match (date, business) {
        (Some(date), _) if off(date) > TOLERABLE => report.warn(
            CLOCK,
            format!(
                "this machine and the gateway's differ by {} s: is time synchronised on both?",
                off(date).as_secs()
            ),
        ),
        (_, Some(business)) if off(business) > TOLERABLE => report.warn(
            CLOCK,
            format!(
                "the installation's clock is moved by {} s; business rules follow it",
                off(business).as_secs()
            ),
        ),
        (None, None) => report.skip(CLOCK, "the gateway does not tell its time"),
        _ => report.ok(CLOCK, "this machine and the gateway agree"),
    }
}

async fn admin(context: &mut Context, report: &mut Report) {
    let subject = "admin routes";
    let Ok(gateway) = context.gateway() else {
        return report.skip(subject, "not tried: there is no usable admin key");
    };
    match gateway.get("merchants", &[]).await {
        Ok(_) => {
            report.ok(subject, "the gateway knows the admin key");
            installation::check(&gateway, report).await;
        }
        Err(failure) => report.fail(subject, failure.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::report::Level;

    #[test]
    fn clocks_that_differ_are_told_apart_from_a_moved_one() {
        let now: Timestamp = "2026-11-21T10:00:00Z".parse().unwrap();
        let at = |seconds| now.checked_add(SignedDuration::from_secs(seconds)).ok();
        let line = |date, business| {
            let mut report = Report::default();
            clocks(date, business, now, &mut report);
            let line = &report.lines()[0];
            (line.level, line.text.clone())
        };
        assert_eq!(line(at(1), at(1)).0, Level::Ok);
        assert!(line(at(-90), at(-90)).1.contains("differ by 90 s"));
        assert!(line(at(0), at(3600)).1.contains("moved by 3600 s"));
        assert_eq!(line(None, None).0, Level::Skip);
    }
}
