use secrecy::ExposeSecret as _;

use super::*;
use crate::{Egress, SealingKeys, internal, internal::InternalSettings, listen::Exposure};

const TOKEN: &str = "sPZm0ZJ4cPzE1Tq6D2yJb1qJx0d2k8mW";
const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// Reads everything that this crate offers.
struct Everything {
    common: CommonSettings,
    database: secrecy::SecretString,
}

impl Settings for Everything {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let common = CommonSettings::read(env);
        let database = env.secret("NOXPAY_X_DATABASE_URL", "where the database is");
        let port = env.required::<u16>("NOXPAY_X_PORT", "the port of something");
        let public = env.listen(
            "NOXPAY_X_LISTEN",
            "127.0.0.1:7000",
            Exposure::Public,
            "where it listens",
        );
        let grpc = internal::listen(
            env,
            "NOXPAY_X_GRPC_LISTEN",
            "127.0.0.1:7001",
            "where it serves gRPC",
        );
        let peer = internal::endpoint(
            env,
            "NOXPAY_X_PEER",
            "http://127.0.0.1:7002",
            "where the other one is",
        );
        let pepper = env.optional_secret("NOXPAY_X_PEPPER", "a secret that may be missing");
        let internal = InternalSettings::read(env);
        let keys = SealingKeys::read(env);
        let egress = Egress::read(env);
        let (_, _, _, _, _) = (port?, public?, grpc?, peer?, pepper?);
        let (_, _, _) = (internal?, keys?, egress?);
        Ok(Self {
            common: common?,
            database: database?,
        })
    }

    fn common(&self) -> &CommonSettings {
        &self.common
    }
}

fn env(changes: &[(&'static str, &'static str)]) -> Env {
    let good = [
        ("NOXPAY_ENV", "development"),
        ("NOXPAY_X_DATABASE_URL", "postgres://x:hunter2@localhost/x"),
        ("NOXPAY_X_PORT", "7"),
        ("NOXPAY_INTERNAL_TOKEN", TOKEN),
        ("NOXPAY_SEALING_KEYS", KEY),
        ("NOXPAY_SOMEBODY_ELSES", "is no concern of ours"),
    ];
    Env::from_map(good.into_iter().chain(changes.iter().copied()))
}

fn errors(changes: &[(&'static str, &'static str)]) -> String {
    match env(changes).load::<Everything>() {
        Ok(_) => "no error".to_owned(),
        Err(wrong) => wrong.to_string(),
    }
}

#[test]
fn good_settings_are_read_with_their_defaults() {
    let config = env(&[]).load::<Everything>().unwrap();
    assert_eq!(config.common.environment, Environment::Development);
    assert_eq!(config.common.log, "info");
    assert_eq!(config.common.shutdown_grace.as_secs(), 20);
    assert_eq!(
        config.database.expose_secret(),
        "postgres://x:hunter2@localhost/x"
    );
}

#[test]
fn every_wrong_variable_is_one_line_that_names_it() {
    insta::assert_snapshot!(errors(&[
        ("NOXPAY_ENV", "staging"),
        ("NOXPAY_LOG", "a=b=c"),
        ("NOXPAY_LOG_FORMAT", "xml"),
        ("NOXPAY_OTLP_ENDPOINT", "https://x:4317"),
        ("NOXPAY_TRACE_RATIO", "2"),
        ("NOXPAY_SHUTDOWN_GRACE_MS", "5s"),
        ("NOXPAY_X_DATABASE_URL", ""),
        ("NOXPAY_X_PORT", "70000\nNOXPAY_FAKE: forged line"),
        ("NOXPAY_X_LISTEN", "localhost"),
        ("NOXPAY_X_GRPC_LISTEN", "0.0.0.0:7001"),
        ("NOXPAY_X_PEER", "http://intents:7001"),
        ("NOXPAY_INTERNAL_TOKEN", "short-and-secret"),
        ("NOXPAY_SEALING_KEYS", "k1:topsecretkey"),
        ("NOXPAY_EGRESS_ALLOW", "10.0.0.0/33"),
        ("NOXPAY_GRPC_TLS_CERT", "/nowhere/cert.pem"),
    ]), @r#"
        NOXPAY_ENV: "staging" is not usable: it must be development or production
        NOXPAY_LOG: "a=b=c" is not usable: error parsing level filter: expected one of "off", "error", "warn", "info", "debug", "trace", or a number 0-5
        NOXPAY_LOG_FORMAT: "xml" is not usable: it must be json or pretty
        NOXPAY_OTLP_ENDPOINT: "https://x:4317" is not usable: it must be http://host:port
        NOXPAY_TRACE_RATIO: "2" is not usable: it must be a number from 0 to 1
        NOXPAY_SHUTDOWN_GRACE_MS: "5s" is not usable: invalid digit found in string
        NOXPAY_X_DATABASE_URL: is not set; it is where the database is
        NOXPAY_X_PORT: "70000\nNOXPAY_FAKE: forged line" is not usable: number too large to fit in target type
        NOXPAY_X_LISTEN: "localhost" is not usable: invalid socket address syntax
        NOXPAY_X_GRPC_LISTEN: internal gRPC refuses a non-loopback address without mTLS (NOXPAY_GRPC_TLS_CERT, _KEY and _CA)
        NOXPAY_X_PEER: plain http reaches loopback only: use https and NOXPAY_GRPC_TLS_CERT, _KEY and _CA
        NOXPAY_INTERNAL_TOKEN: is shorter than 32 characters
        NOXPAY_GRPC_TLS_KEY: is not set, but the other NOXPAY_GRPC_TLS_ variables are
        NOXPAY_SEALING_KEYS: a key is not 32 bytes long
        NOXPAY_EGRESS_ALLOW: "10.0.0.0/33" is not usable: it must be networks such as 10.1.0.0/16 or fd00::/8, separated by commas
        "#);
}

#[test]
fn no_error_repeats_a_secret() {
    let text = errors(&[
        ("NOXPAY_ENV", "production"),
        ("NOXPAY_INTERNAL_TOKEN", "hunter2"),
        ("NOXPAY_SEALING_KEYS", "hunter2"),
        ("NOXPAY_X_PEPPER", "sk_test_demo"),
    ]);
    assert!(
        !text.contains("hunter2") && !text.contains("sk_test"),
        "{text}"
    );
    assert_eq!(text.lines().count(), 3, "{text}");
    assert!(!format!("{:?}", env(&[])).contains("hunter2"));
}

#[test]
fn production_refuses_published_secrets_and_loopback_egress() {
    insta::assert_snapshot!(errors(&[
        ("NOXPAY_ENV", ""),
        ("NOXPAY_X_PEPPER", "secret_test_xyz789"),
        ("NOXPAY_EGRESS_ALLOW", "10.0.0.0/8, 127.0.0.0/8"),
    ]), @r#"
        NOXPAY_X_PEPPER: is a published demo or default value
        NOXPAY_EGRESS_ALLOW: production refuses 127.0.0.0/8: it reaches this machine itself
        "#);
    for reaches in [
        "::1/128",
        "0.0.0.0/0",
        "::/0",
        "127.0.0.1",
        "169.254.169.254",
        "::ffff:127.0.0.1/128",
    ] {
        let text = errors(&[
            ("NOXPAY_ENV", "production"),
            ("NOXPAY_EGRESS_ALLOW", reaches),
        ]);
        assert!(text.contains("reaches this machine"), "{reaches}: {text}");
        let text = errors(&[("NOXPAY_EGRESS_ALLOW", reaches)]);
        assert_eq!(text, "no error", "{reaches} in development");
    }
}

#[test]
fn an_unclear_environment_counts_as_production() {
    for unclear in ["", "dev", "Development", "PRODUCTION"] {
        let env = Env::from_map([("NOXPAY_ENV", unclear)]);
        assert!(env.environment().is_production(), "{unclear}");
    }
}

#[test]
fn a_secret_may_come_from_a_file_but_not_from_both() {
    let path = std::env::temp_dir().join(format!("noxpay-settings-{}", std::process::id()));
    std::fs::write(&path, "from-a-file\n").unwrap();
    let path = path.to_str().unwrap();
    let read = |values: &[(&str, &str)]| {
        let mut env = Env::from_map(values.iter().copied());
        env.read_with(|env| env.secret("NOXPAY_X", "a secret"))
            .map(|s| s.expose_secret().to_owned())
            .map_err(|e| e.to_string())
    };
    assert_eq!(
        read(&[("NOXPAY_X_FILE", path)]).unwrap(),
        "from-a-file",
        "without the line's end"
    );
    let both = read(&[("NOXPAY_X_FILE", path), ("NOXPAY_X", "y")]);
    assert_eq!(
        both.unwrap_err(),
        "NOXPAY_X: and NOXPAY_X_FILE are both set"
    );
    let missing = read(&[("NOXPAY_X_FILE", "/nowhere")]).unwrap_err();
    assert!(
        missing.starts_with("NOXPAY_X: \"/nowhere\" cannot be read"),
        "{missing}"
    );
    std::fs::remove_file(path).unwrap();
}

#[test]
fn an_alias_stands_in_only_where_the_name_is_unset() {
    let read = |values: &[(&str, &str)]| {
        let mut env = Env::from_map(values.iter().copied());
        env.alias("MASTER_API_KEY", "NOXPAY_ADMIN_KEY");
        let key = env.secret("NOXPAY_ADMIN_KEY", "the admin key");
        key.map(|k| k.expose_secret().to_owned())
    };
    assert_eq!(read(&[("MASTER_API_KEY", "old")]).unwrap(), "old");
    let both = [("MASTER_API_KEY", "old"), ("NOXPAY_ADMIN_KEY", "new")];
    assert_eq!(read(&both).unwrap(), "new");
    assert_eq!(read(&[]), Err(Invalid));
}

#[test]
fn production_refuses_what_only_development_may_have() {
    for (environment, found, refused) in [
        ("production", true, true),
        ("production", false, false),
        ("development", true, false),
    ] {
        let mut env = Env::from_map([("NOXPAY_ENV", environment)]);
        let pins = env.production_refuses("NOXPAY_DNS_PINS", found, "DNS keys are pinned");
        assert_eq!(pins.is_err(), refused, "{environment} {found}");
    }
}

#[test]
fn plain_tokens_leave_the_machine_in_no_environment() {
    for local in ["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1"] {
        assert_eq!(errors(&[("NOXPAY_X_PEER", local)]), "no error", "{local}");
    }
    for remote in [
        "http://10.0.0.1:1",
        "https://intents:1",
        "intents:1",
        "http:///x",
    ] {
        assert!(
            errors(&[("NOXPAY_X_PEER", remote)]).starts_with("NOXPAY_X_PEER: "),
            "{remote}"
        );
    }
}

#[test]
fn help_lists_every_variable() {
    assert_eq!(unlisted_variables::<Everything>(env(&[])), [""; 0]);
    insta::assert_snapshot!(help_text(&variables::<Everything>()), @r#"
        NOXPAY_ENV                default production             development or production; production refuses demo and default values
        NOXPAY_LOG                default info                   which log lines are written: a tracing filter such as info or warn,bus=debug
        NOXPAY_LOG_FORMAT         default json                   json or pretty
        NOXPAY_OTLP_ENDPOINT      optional                       where traces are sent, OTLP over gRPC, such as http://127.0.0.1:4317
        NOXPAY_TRACE_RATIO        default 1                      the share of new traces that is recorded, 0 to 1
        NOXPAY_SHUTDOWN_GRACE_MS  default 20000                  how long work under way may go on after SIGTERM, in milliseconds
        NOXPAY_X_DATABASE_URL     required                       where the database is (secret; or NOXPAY_X_DATABASE_URL_FILE)
        NOXPAY_X_PORT             required                       the port of something
        NOXPAY_X_LISTEN           default 127.0.0.1:7000         where it listens
        NOXPAY_X_GRPC_LISTEN      default 127.0.0.1:7001         where it serves gRPC
        NOXPAY_X_PEER             default http://127.0.0.1:7002  where the other one is
        NOXPAY_X_PEPPER           optional                       a secret that may be missing (secret; or NOXPAY_X_PEPPER_FILE)
        NOXPAY_INTERNAL_TOKEN     required                       the token that processes show each other, the same for all of them (secret; or NOXPAY_INTERNAL_TOKEN_FILE)
        NOXPAY_GRPC_TLS_CERT      optional                       this process's certificate for internal gRPC, a PEM file
        NOXPAY_GRPC_TLS_KEY       optional                       the certificate's key, a PEM file
        NOXPAY_GRPC_TLS_CA        optional                       the authority that signs every process's certificate, a PEM file
        NOXPAY_SEALING_KEYS       required                       the keys that stored secrets are sealed with, kid:base64[,…] of 32 bytes each; the first seals, all open (secret; or NOXPAY_SEALING_KEYS_FILE)
        NOXPAY_EGRESS_ALLOW       default none                   networks of your own that tenants' hosts may stand in, as CIDR[,…]; others must be public
        "#);
    let table = markdown_table(&variables::<Everything>());
    assert!(
        table.contains("| `NOXPAY_LOG` | default `info` |"),
        "{table}"
    );
}
