//! What intent-service is told at start.

use db::{DatabaseSettings, Schema};
use domain::event::Producer;
use jiff::SignedDuration;
use runtime::internal::{self, InternalSettings};
use runtime::listen::Exposure;
use runtime::settings::{CommonSettings, Env, Invalid, Settings};
use secrecy::SecretString;
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Seconds that an intent may stay open. A payer needs a minute at least; a hold of more than a day starves the others.
const TTL_S: RangeInclusive<u32> = 60..=86_400;
/// The shortest pepper that production takes.
const SHORTEST_PEPPER: usize = 32;

/// The settings of one process.
pub struct Config {
    pub common: CommonSettings,
    pub internal: InternalSettings,
    /// Where gRPC is served.
    pub grpc_listen: SocketAddr,
    /// Where probes and metrics are served.
    pub admin_listen: SocketAddr,
    pub database: DatabaseSettings,
    pub broker: bus::Settings,
    /// Keys the hashes of account identifiers. It never changes: another pepper would forget who registered what.
    pub pepper: SecretString,
    /// How long an intent stays open where the merchant does not say.
    pub intent_ttl: IntentTtl,
    /// How many events are handled at once.
    pub lanes: usize,
}

impl Settings for Config {
    fn read(env: &mut Env) -> Result<Self, Invalid> {
        let common = CommonSettings::read(env);
        let internal = InternalSettings::read(env);
        let grpc_listen = internal::listen(
            env,
            "NOXPAY_GRPC_LISTEN",
            "127.0.0.1:9091",
            "where gRPC is served",
        );
        let admin_listen = env.listen(
            "NOXPAY_ADMIN_LISTEN",
            "127.0.0.1:9181",
            Exposure::Admin,
            "where probes and metrics are served",
        );
        let database = DatabaseSettings::read(env, Schema::Intents, Producer::IntentService.name());
        let broker = bus::Settings::read(env, Producer::IntentService);
        let production = env.environment().is_production();
        let pepper = env.secret_with(
            "NOXPAY_PEPPER",
            "the key of the hashes of account identifiers; it can never change",
            |text| {
                if production && text.len() < SHORTEST_PEPPER {
                    return Err("is shorter than 32 characters");
                }
                Ok(SecretString::from(text))
            },
        );
        let intent_ttl = env.or(
            "NOXPAY_INTENT_TTL_S",
            "900",
            "seconds that an intent stays open where the merchant does not say, 60 to 86400",
        );
        let lanes = bus::lanes(env);
        Ok(Self {
            common: common?,
            internal: internal?,
            grpc_listen: grpc_listen?,
            admin_listen: admin_listen?,
            database: database?,
            broker: broker?,
            pepper: pepper?,
            intent_ttl: intent_ttl?,
            lanes: lanes?,
        })
    }

    fn common(&self) -> &CommonSettings {
        &self.common
    }
}

/// How long an intent stays open: 60 s to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IntentTtl(u32);

/// Why a number of seconds is no time to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be a whole number of seconds from 60 to 86400")]
pub struct TtlError;

impl IntentTtl {
    pub fn from_seconds(seconds: u32) -> Result<Self, TtlError> {
        TTL_S
            .contains(&seconds)
            .then_some(Self(seconds))
            .ok_or(TtlError)
    }

    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_secs(i64::from(self.0))
    }
}

impl FromStr for IntentTtl {
    type Err = TtlError;

    fn from_str(text: &str) -> Result<Self, TtlError> {
        Self::from_seconds(text.parse().map_err(|_| TtlError)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use runtime::settings::unlisted_variables;

    fn complete() -> Vec<(&'static str, &'static str)> {
        vec![
            ("NOXPAY_ENV", "development"),
            ("NOXPAY_INTERNAL_TOKEN", "token"),
            ("NOXPAY_DATABASE_REQUEST_URL", "postgres://r@localhost/db"),
            ("NOXPAY_DATABASE_WORKER_URL", "postgres://w@localhost/db"),
            ("NOXPAY_BROKER_URL", "amqp://intent-service:x@localhost/%2f"),
            ("NOXPAY_PEPPER", "pepper"),
        ]
    }

    #[test]
    fn help_lists_every_variable() {
        let env = Env::from_map(complete());
        assert_eq!(unlisted_variables::<Config>(env), [""; 0]);
        let config = Env::from_map(complete()).load::<Config>().unwrap();
        assert_eq!(config.intent_ttl.duration(), SignedDuration::from_secs(900));
    }

    #[test]
    fn a_time_to_pay_beyond_a_day_is_refused_by_name() {
        for wrong in ["59", "86401", "1.5", "-1"] {
            let mut values = complete();
            values.push(("NOXPAY_INTENT_TTL_S", wrong));
            let error = Env::from_map(values).load::<Config>().err().unwrap();
            assert!(error.to_string().starts_with("NOXPAY_INTENT_TTL_S: "));
        }
    }

    #[test]
    fn a_url_that_is_none_is_refused_by_name_and_not_repeated() {
        let mut values = complete();
        values[3].1 = "mysql://w:s3cret@localhost/db";
        let error = Env::from_map(values).load::<Config>().err().unwrap();
        let text = error.to_string();
        assert!(text.starts_with("NOXPAY_DATABASE_WORKER_URL: "), "{text}");
        assert!(!text.contains("s3cret"));
    }

    #[test]
    fn production_refuses_a_short_pepper() {
        let mut values = complete();
        values[0].1 = "production";
        let error = Env::from_map(values).load::<Config>().err().unwrap();
        let line = "NOXPAY_PEPPER: is shorter than 32 characters";
        assert!(error.to_string().contains(line), "{error}");
    }
}
