//! From a URL to a connection.

use crate::Connection;
use diesel::result::{ConnectionError, ConnectionResult};
use rustls_platform_verifier::BuilderVerifierExt;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres::NoTls;
use tokio_postgres::config::SslMode;
use tokio_postgres_rustls::MakeRustlsConnect;

/// A database URL that cannot be used. Does not repeat it: it holds a password.
#[derive(Debug, thiserror::Error)]
pub enum InvalidUrl {
    #[error("is not a postgres:// URL: {0}")]
    Syntax(#[source] tokio_postgres::Error),
    #[error("wants TLS, for which the machine's trusted roots cannot be had: {0}")]
    Tls(#[source] rustls::Error),
}

/// What the server enforces for a connection, so that no statement, lock or forgotten transaction lasts for ever.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) statement: Duration,
    pub(crate) lock: Duration,
    pub(crate) idle_in_transaction: Duration,
}

/// Where and how to connect.
#[derive(Clone)]
pub(crate) struct Target {
    config: tokio_postgres::Config,
    /// Only where the URL says `sslmode=require`: a server that offers TLS under a certificate of its own making, as
    /// Debian's does, must not be refused by a URL that asks for nothing.
    tls: Option<MakeRustlsConnect>,
}

impl Target {
    /// The URL as it stands: for migrations and administration.
    pub(crate) fn parse(url: &str, application: &str) -> Result<Self, InvalidUrl> {
        let mut config: tokio_postgres::Config = url.parse().map_err(InvalidUrl::Syntax)?;
        config
            .application_name(application)
            .connect_timeout(Duration::from_secs(3))
            .keepalives_idle(Duration::from_secs(30))
            // Unanswered bytes end the connection: a peer that vanished is noticed.
            .tcp_user_timeout(Duration::from_secs(20));
        let tls = match config.get_ssl_mode() {
            SslMode::Require => Some(trusting_the_machine().map_err(InvalidUrl::Tls)?),
            _ => None,
        };
        Ok(Self { config, tls })
    }

    /// The same, with a `search_path` and limits. A statement is planned once: left to itself, PostgreSQL planned some anew
    /// for each execution, which cost more than to run them. None of ours needs a plan for certain parameters.
    pub(crate) fn with(mut self, search_path: &str, limits: Limits) -> Self {
        let own = self.config.get_options().unwrap_or_default();
        let options = format!(
            "{own} -c search_path={search_path} -c statement_timeout={} -c lock_timeout={} \
             -c idle_in_transaction_session_timeout={} -c plan_cache_mode=force_generic_plan",
            limits.statement.as_millis(),
            limits.lock.as_millis(),
            limits.idle_in_transaction.as_millis(),
        );
        self.config.options(options.trim());
        self
    }

    pub(crate) async fn connect(&self) -> ConnectionResult<Connection> {
        match &self.tls {
            Some(tls) => {
                let connected = self.config.connect(tls.clone()).await;
                let (client, connection) = connected.map_err(refused)?;
                Connection::try_from_client_and_connection(client, connection).await
            }
            None => {
                let connected = self.config.connect(NoTls).await;
                let (client, connection) = connected.map_err(refused)?;
                Connection::try_from_client_and_connection(client, connection).await
            }
        }
    }
}

/// Unlike libpq's `require`, the certificate is verified, by the machine's roots (or those in `SSL_CERT_FILE`).
fn trusting_the_machine() -> Result<MakeRustlsConnect, rustls::Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_platform_verifier()?
        .with_no_client_auth();
    Ok(MakeRustlsConnect::new(config))
}

/// With its causes: the driver's own text is `error connecting to server`.
fn refused(error: tokio_postgres::Error) -> ConnectionError {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    ConnectionError::BadConnection(text)
}
