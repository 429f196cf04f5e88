//! The eight roles that log in. Migrations create them without passwords.

use crate::connect::{InvalidUrl, Target};
use diesel::result::{ConnectionError, Error};
use diesel_async::{AsyncConnection, SimpleAsyncConnection};
use std::collections::BTreeMap;

/// Two per schema; `noxpay_owner` cannot log in.
pub const LOGIN_ROLES: [&str; 8] = [
    "gateway_request",
    "gateway_worker",
    "intents_request",
    "intents_worker",
    "mail_request",
    "mail_worker",
    "webhooks_request",
    "webhooks_worker",
];

/// Why passwords could not be set.
#[derive(Debug, thiserror::Error)]
pub enum RoleError {
    #[error("the administrator's URL {0}")]
    Url(#[from] InvalidUrl),
    #[error("cannot connect: {0}")]
    Connect(#[from] ConnectionError),
    #[error("{0:?} is not a role of NoxPay")]
    Unknown(String),
    #[error("the password of {0} is empty")]
    Empty(String),
    #[error(transparent)]
    Database(#[from] Error),
}

/// Sets the passwords of some or all of [`LOGIN_ROLES`], through a role that may (`url`). All or none.
///
/// The server gets SCRAM verifiers, so that no password reaches its log.
///
/// # Errors
/// [`RoleError`]; nothing was changed.
pub async fn set_role_passwords(
    url: &str,
    passwords: &BTreeMap<String, String>,
) -> Result<(), RoleError> {
    let mut sql = String::new();
    for (role, password) in passwords {
        if !LOGIN_ROLES.contains(&role.as_str()) {
            return Err(RoleError::Unknown(role.clone()));
        }
        if password.is_empty() {
            return Err(RoleError::Empty(role.clone()));
        }
        // Base64, digits, $ and : alone: nothing to quote.
        let verifier = postgres_protocol::password::scram_sha_256(password.as_bytes());
        sql.push_str(&format!("ALTER ROLE {role} PASSWORD '{verifier}';\n"));
    }
    let mut conn = Target::parse(url, "noxpay-migrate")?.connect().await?;
    conn.transaction::<_, Error, _>(async |conn| {
        // Two at once would fail with "tuple concurrently updated".
        conn.batch_execute("SELECT pg_advisory_xact_lock(7205759403792793603)")
            .await?;
        conn.batch_execute(&sql).await
    })
    .await?;
    Ok(())
}
