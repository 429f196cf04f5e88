use super::*;

const KEYS: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn complete() -> Vec<(&'static str, String)> {
    [
        ("NOXPAY_ENV", "development"),
        ("NOXPAY_INTERNAL_TOKEN", "0123456789abcdef0123456789abcdef"),
        ("NOXPAY_BROKER_URL", "amqp://imap-verifier:pw@127.0.0.1/%2f"),
        (
            "NOXPAY_DATABASE_REQUEST_URL",
            "postgres://mail_request:pw@127.0.0.1/noxpay",
        ),
        (
            "NOXPAY_DATABASE_WORKER_URL",
            "postgres://mail_worker:pw@127.0.0.1/noxpay",
        ),
        ("NOXPAY_SEALING_KEYS", KEYS),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

fn with(extra: &[(&'static str, &str)]) -> Env {
    let mut all = complete();
    all.extend(extra.iter().map(|(n, v)| (*n, (*v).to_owned())));
    Env::from_map(all)
}

fn problem(extra: &[(&'static str, &str)]) -> String {
    with(extra)
        .load::<Config>()
        .err()
        .expect("a refusal")
        .to_string()
}

#[test]
fn help_lists_every_variable() {
    let unlisted = runtime::settings::unlisted_variables::<Config>(with(&[]));
    assert!(unlisted.is_empty(), "{unlisted:?}");
    let config = with(&[]).load::<Config>().unwrap();
    assert_eq!(config.reading.idle, Duration::from_secs(45));
    assert!(matches!(config.keys, KeySource::System));
    // A peer that vanished is noticed by the end of an IDLE.
    let noticed = config.reading.idle + crate::reader::ANSWER;
    assert!(noticed < Duration::from_secs(60), "{noticed:?}");
}

#[test]
fn without_a_sealing_key_it_does_not_start() {
    let mut env = complete();
    env.retain(|(name, _)| *name != "NOXPAY_SEALING_KEYS");
    let problem = Env::from_map(env)
        .load::<Config>()
        .err()
        .unwrap()
        .to_string();
    assert!(problem.contains("NOXPAY_SEALING_KEYS"), "{problem}");
}

#[test]
fn production_refuses_pinned_keys() {
    let problem = problem(&[
        ("NOXPAY_ENV", "production"),
        ("NOXPAY_DNS_PINS", "/nowhere.json"),
    ]);
    assert!(
        problem.contains("NOXPAY_DNS_PINS: production refuses it"),
        "{problem}"
    );
}

#[test]
fn wrong_values_name_their_variable() {
    for (name, value) in [
        ("NOXPAY_IMAP_IDLE_S", "541"),
        ("NOXPAY_IMAP_IDLE_S", "0"),
        ("NOXPAY_DNS_SERVERS", "dns.example"),
        ("NOXPAY_IMAP_CA", "/nowhere.pem"),
        ("NOXPAY_DNS_PINS", "/nowhere.json"),
        ("NOXPAY_WATERMARK_MS", "soon"),
        ("NOXPAY_RESULTS_PROVIDERS", "imap.gmail.com"),
        ("NOXPAY_MAIL_BODY_DAYS", "-1"),
        ("NOXPAY_MAIL_BODY_DAYS", "a month"),
    ] {
        assert!(
            problem(&[(name, value)]).starts_with(name),
            "{name}={value}"
        );
    }
}
