//! Whether endpoints that hang delay those that answer.

use super::{PATIENCE, add, publish_evenly, remove, spread};
use crate::installation::Installation;
use crate::report::{Report, quantile, step};
use e2e::{Manners, Sinks};
use testkit::wait::until;

/// Rounds of each kind, in turn: a pause of the machine falls upon both.
const ROUNDS: usize = 3;

/// The healthy ones among fifty endpoints, when all are, and when twenty hang.
pub(super) async fn run(installation: &Installation, report: &mut Report, seconds: u64) {
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for (of_kind, hang) in times.iter_mut().zip([false, true]) {
            of_kind.extend(round(installation, hang, seconds).await);
        }
    }
    for (times, what) in times.iter_mut().zip(["none hangs", "20 hang"]) {
        times.sort_by(f64::total_cmp);
        report.note(
            &format!("30 healthy of 50, {what}: p50 / p99"),
            spread(times),
        );
    }
    let [quiet, hung] = times.map(|times| quantile(&times, 0.99));
    report.add(
        "  ratio of the p99",
        format!("{:.2}", hung / quiet),
        "aim ≤ 1.5".to_owned(),
    );
}

/// Milliseconds from publication to arrival at thirty endpoints that answer, beside twenty others.
async fn round(installation: &Installation, hang: bool, seconds: u64) -> Vec<f64> {
    step(if hang {
        "fifty endpoints, of which twenty hang"
    } else {
        "fifty endpoints"
    });
    let manners: Vec<Manners> = (0..50)
        .map(|n| {
            if hang && n < 20 {
                Manners::Hangs
            } else {
                Manners::Answers
            }
        })
        .collect();
    let sinks = Sinks::listen(&manners).await;
    let mut endpoints = Vec::new();
    for n in 0..manners.len() {
        endpoints.push(add(installation, &sinks.url(n), &["payment.pending"]).await);
    }
    let published = publish_evenly(installation, 10, seconds).await;
    let expected = published.len() * 30;
    let healthy = || sinks.arrivals().into_iter().filter(|a| a.listener >= 20);
    until(PATIENCE, async || {
        if healthy().count() >= expected {
            Ok(())
        } else {
            Err(healthy().count())
        }
    })
    .await;
    let times = healthy()
        .filter_map(|a| {
            Some(
                a.at.duration_since(*published.get(&a.object)?)
                    .as_secs_f64()
                    * 1e3,
            )
        })
        .collect();
    for endpoint in &endpoints {
        remove(installation, endpoint).await;
    }
    times
}
