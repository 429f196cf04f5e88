//! What a service says about its database.

use crate::connect::Target;
use runtime::{Env, Invalid};
use std::str::FromStr;

/// A service's own schema, which is also the first part of its two roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Schema {
    Gateway,
    Intents,
    Mail,
    Webhooks,
}

impl Schema {
    pub const ALL: [Self; 4] = [Self::Gateway, Self::Intents, Self::Mail, Self::Webhooks];

    /// The schema's name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Intents => "intents",
            Self::Mail => "mail",
            Self::Webhooks => "webhooks",
        }
    }

    /// The role that serves one merchant at a time.
    pub const fn request_role(self) -> &'static str {
        match self {
            Self::Gateway => "gateway_request",
            Self::Intents => "intents_request",
            Self::Mail => "mail_request",
            Self::Webhooks => "webhooks_request",
        }
    }

    /// The role that sees all of its own schema.
    pub const fn worker_role(self) -> &'static str {
        match self {
            Self::Gateway => "gateway_worker",
            Self::Intents => "intents_worker",
            Self::Mail => "mail_worker",
            Self::Webhooks => "webhooks_worker",
        }
    }
}

/// Where a service finds its database. Not `Debug`: the URLs hold passwords.
#[derive(Clone)]
pub struct DatabaseSettings {
    pub schema: Schema,
    /// `postgres://…` of the request role. TLS is used, with the machine's trusted roots, where it says `sslmode=require`.
    pub request_url: String,
    /// `postgres://…` of the worker role.
    pub worker_url: String,
    /// The most connections of the request pool, at least 1.
    pub request_connections: usize,
    /// The most connections of the worker pool, at least 4: the relay, a consumer and upkeep work at the same time.
    pub worker_connections: usize,
    /// Seen in `pg_stat_activity`: the service's name.
    pub application: &'static str,
}

impl DatabaseSettings {
    /// Reads what every service reads about its database. `application` is the service's name.
    ///
    /// # Errors
    /// [`Invalid`] if a variable is missing or wrong.
    pub fn read(env: &mut Env, schema: Schema, application: &'static str) -> Result<Self, Invalid> {
        let url = |text: &str| match Target::parse(text, application) {
            Ok(_) => Ok(text.to_owned()),
            Err(_) => Err("is not postgres://role:password@host:port/database"),
        };
        let request = env.secret_with(
            "NOXPAY_DATABASE_REQUEST_URL",
            "PostgreSQL as the service's request role, postgres://role:password@host/database",
            url,
        );
        let worker = env.secret_with(
            "NOXPAY_DATABASE_WORKER_URL",
            "PostgreSQL as the service's worker role",
            url,
        );
        let request_connections = env.or::<Connections<1>>(
            "NOXPAY_DATABASE_REQUEST_CONNECTIONS",
            "10",
            "the most connections as the request role",
        );
        let worker_connections = env.or::<Connections<4>>(
            "NOXPAY_DATABASE_WORKER_CONNECTIONS",
            "10",
            "the most connections as the worker role, at least 4",
        );
        Ok(Self {
            schema,
            request_url: request?,
            worker_url: worker?,
            request_connections: request_connections?.0,
            worker_connections: worker_connections?.0,
            application,
        })
    }
}

/// A size of a pool: at least `LEAST`, since relay, consumers and loops work at the same time.
struct Connections<const LEAST: usize>(usize);

impl<const LEAST: usize> FromStr for Connections<LEAST> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(size) if (LEAST..=200).contains(&size) => Ok(Self(size)),
            _ => Err(format!("it must be a whole number from {LEAST} to 200")),
        }
    }
}
