//! From a URL to a connection.

use crate::Connection;
use diesel::result::{ConnectionError, ConnectionResult};
use std::time::Duration;
use tokio_postgres::config::SslMode;

/// A database URL that is none. Does not repeat it: it holds a password.
#[derive(Debug, thiserror::Error)]
#[error("is not a postgres:// URL: {0}")]
pub struct InvalidUrl(#[source] tokio_postgres::Error);

/// What the server enforces for a connection, so that no statement, lock or forgotten transaction lasts for ever.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) statement: Duration,
    pub(crate) lock: Duration,
    pub(crate) idle_in_transaction: Duration,
}

/// Where and how to connect.
#[derive(Clone, Debug)]
pub(crate) struct Target(tokio_postgres::Config);

impl Target {
    /// The URL as it stands: for migrations and administration.
    pub(crate) fn parse(url: &str, application: &str) -> Result<Self, InvalidUrl> {
        let mut config: tokio_postgres::Config = url.parse().map_err(InvalidUrl)?;
        config
            .application_name(application)
            .connect_timeout(Duration::from_secs(3))
            .keepalives_idle(Duration::from_secs(30))
            // Unanswered bytes end the connection: a peer that vanished is noticed.
            .tcp_user_timeout(Duration::from_secs(20));
        Ok(Self(config))
    }

    /// The same, with a `search_path` and limits.
    pub(crate) fn with(mut self, search_path: &str, limits: Limits) -> Self {
        let own = self.0.get_options().unwrap_or_default();
        let options = format!(
            "{own} -c search_path={search_path} -c statement_timeout={} -c lock_timeout={} \
             -c idle_in_transaction_session_timeout={}",
            limits.statement.as_millis(),
            limits.lock.as_millis(),
            limits.idle_in_transaction.as_millis(),
        );
        self.0.options(options.trim());
        self
    }

    pub(crate) async fn connect(&self) -> ConnectionResult<Connection> {
        match self.0.get_ssl_mode() {
            SslMode::Require => Err(ConnectionError::BadConnection("TLS".to_owned())),
            _ => {
                let (client, connection) = self
                    .0
                    .connect(tokio_postgres::NoTls)
                    .await
                    .map_err(refused)?;
                Connection::try_from_client_and_connection(client, connection).await
            }
        }
    }
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
