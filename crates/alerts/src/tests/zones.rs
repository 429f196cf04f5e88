//! The server's time zone is nobody's business.

use super::bank::{RULES, at, demo, mail, unsigned};
use crate::compose::demo_bank::{DemoAlert, Layout};
use crate::{Occurred, UNMEASURED_ALERT_DELAY, interval};
use domain::{Interval, Precision};
use std::process::Command;

const PRINTER: &str = "tests::zones::print_what_alerts_say";

/// Every reading, interval and composed mail that has a time in it.
fn everything() -> String {
    let c01 = include_bytes!("../../corpus/c01-hdfc-upi-credit-sentence.eml");
    let c30 = include_bytes!("../../corpus/c30-axis-just-after-midnight.eml");
    let mails = [
        mail(&unsigned(&demo(Layout::Plain))),
        mail(&unsigned(&demo(Layout::Table))),
        crate::Mail::parse(c01).unwrap(),
        crate::Mail::parse(c30).unwrap(),
    ];
    let readings = mails.iter().map(|mail| {
        let facts = RULES.read(mail).facts.unwrap();
        let interval = interval(facts.occurred, mail.date().unwrap(), UNMEASURED_ALERT_DELAY);
        format!("{:?} {interval:?} {:?}", facts.occurred, mail.date())
    });
    readings.collect::<Vec<_>>().join("\n")
}

#[test]
#[ignore = "run by alerts_read_the_same_under_another_server_time_zone, in a process with another zone"]
fn print_what_alerts_say() {
    println!("<<<{}>>>", everything());
}

#[test]
fn alerts_read_the_same_under_another_server_time_zone() {
    for zone in [
        "Pacific/Kiritimati",
        "America/St_Johns",
        "Asia/Kolkata",
        "UTC",
    ] {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                PRINTER,
                "--ignored",
                "--nocapture",
                "--test-threads=1",
            ])
            .env("TZ", zone)
            .output()
            .unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let said = printed
            .split_once("<<<")
            .and_then(|(_, rest)| rest.split_once(">>>"))
            .map(|(said, _)| said);
        assert_eq!(said, Some(everything().as_str()), "{zone}");
    }
}

#[test]
fn a_printed_time_is_indian_whatever_the_date_header_says() {
    let just_after_midnight = DemoAlert {
        at: at("2026-08-09T18:31:25Z"),
        ..demo(Layout::Plain)
    };
    let raw = unsigned(&just_after_midnight).replace(
        "Mon, 10 Aug 2026 00:01:25 +0530",
        "Sun, 09 Aug 2026 18:31:25 +0000",
    );
    let mail = mail(&raw);
    assert_eq!(mail.date(), Some(just_after_midnight.at));
    let occurred = RULES.read(&mail).facts.unwrap().occurred;
    assert_eq!(
        occurred,
        Occurred::At {
            at: just_after_midnight.at,
            precision: Precision::Second
        }
    );
    let span = interval(occurred, just_after_midnight.at, UNMEASURED_ALERT_DELAY);
    assert_eq!(span, Ok(Interval::second(just_after_midnight.at)));
}
