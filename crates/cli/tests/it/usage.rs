use crate::noxpay;

#[test]
fn every_command_explains_itself() {
    let help = noxpay(&["--help"], &[]);
    assert_eq!(help.code, 0);
    for command in [
        "migrate", "doctor", "merchant", "key", "account", "mailbox", "device", "webhook",
        "listen", "intent", "review", "audit", "dead", "alerts", "demo",
    ] {
        assert!(help.out.contains(&format!("  {command} ")), "{command}");
        assert_eq!(noxpay(&[command, "--help"], &[]).code, 0, "{command}");
    }
}

#[test]
fn a_wrong_argument_and_a_missing_setting_end_with_2() {
    assert_eq!(noxpay(&["intent", "list", "--status", "paid"], &[]).code, 2);
    assert_eq!(noxpay(&["intent", "show", "a/../b"], &[]).code, 2);
    let unset = noxpay(&["merchant", "list"], &[]);
    assert_eq!(unset.code, 2);
    assert_eq!(
        unset.err,
        "noxpay: NOXPAY_ADMIN_KEY: is not set; it is the installation's admin key (after make up: . .local/env)\n"
    );
    assert_eq!(unset.out, "");
}

#[test]
fn the_demo_is_refused_in_production() {
    // Production where nothing says otherwise.
    for command in ["setup", "pay"] {
        let refused = noxpay(&["demo", command], &[]);
        assert_eq!(refused.code, 2);
        assert!(
            refused
                .err
                .starts_with("noxpay: NOXPAY_ENV: the demo needs development")
        );
    }
}

#[test]
fn the_doctor_says_what_it_could_not_reach_and_fails() {
    let nowhere = "http://127.0.0.1:1";
    let ended = noxpay(
        &["doctor"],
        &[
            ("NOXPAY_ENV", "development"),
            ("NOXPAY_PUBLIC_URL", nowhere),
            ("NOXPAY_GATEWAY_ADMIN_URL", nowhere),
            ("NOXPAY_INTENT_ADMIN_URL", nowhere),
            ("NOXPAY_MAIL_ADMIN_URL", nowhere),
            ("NOXPAY_WEBHOOK_ADMIN_URL", nowhere),
            (
                "NOXPAY_MIGRATE_URL",
                "postgres://postgres:s3cret@127.0.0.1:1/noxpay",
            ),
            ("NOXPAY_BROKER_URL", "amqp://x:s3cret@127.0.0.1:1/%2f"),
        ],
    );
    assert_eq!(ended.code, 1);
    for subject in ["PostgreSQL", "RabbitMQ", "gateway", "imap-verifier"] {
        let line = ended.out.lines().find(|l| l.contains(subject)).unwrap();
        assert!(line.starts_with("fail"), "{line}");
    }
    assert!(
        !ended.out.contains("s3cret") && !ended.err.contains("s3cret"),
        "{ended:?}"
    );
}
