//! Where DKIM keys are asked for.

use crate::config::KeySource;
use crate::error::StartError;
use alerts::{Dns, DnsError, PinnedDns};
use mail_auth::hickory_resolver::TokioResolver;
use mail_auth::hickory_resolver::config::{
    ConnectionConfig, NameServerConfig, ResolverConfig, ResolverOpts,
};
use mail_auth::hickory_resolver::net::runtime::TokioRuntimeProvider;
use mail_auth::hickory_resolver::proto::rr::RData;
use mail_auth::hickory_resolver::system_conf::read_system_conf;
use std::net::SocketAddr;
use std::time::Duration;

/// For one question to one server, and how often it is repeated.
const TIMEOUT: Duration = Duration::from_secs(2);
const ATTEMPTS: usize = 2;
/// For one name, whatever happens: a mail that waits for DNS keeps the mailbox's later mails waiting.
const PATIENCE: Duration = Duration::from_secs(6);
/// Keys are remembered as long as their records allow, but no longer than this: a revoked key must stop working.
const LONGEST_MEMORY: Duration = Duration::from_secs(3600);
/// A key that is missing now may be published in a minute.
const LONGEST_MEMORY_OF_NOTHING: Duration = Duration::from_secs(60);
const REMEMBERED: u64 = 1024;

/// The one source of keys of this process.
pub(crate) enum Resolver {
    Pinned(PinnedDns),
    Asking(Box<TokioResolver>),
}

impl Resolver {
    pub(crate) fn new(source: KeySource) -> Result<Self, StartError> {
        let failed = |e: &dyn std::fmt::Display| StartError::Resolver(e.to_string());
        let (config, mut options) = match source {
            KeySource::Pins(pins) => return Ok(Self::Pinned(pins)),
            KeySource::Servers(servers) => {
                let servers = servers.into_iter().map(name_server).collect();
                (
                    ResolverConfig::from_name_servers(servers),
                    ResolverOpts::default(),
                )
            }
            KeySource::System => read_system_conf().map_err(|e| failed(&e))?,
        };
        options.timeout = TIMEOUT;
        options.attempts = ATTEMPTS;
        options.cache_size = REMEMBERED;
        options.positive_max_ttl = Some(LONGEST_MEMORY);
        options.negative_max_ttl = Some(LONGEST_MEMORY_OF_NOTHING);
        let resolver = TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            .with_options(options)
            .build()
            .map_err(|e| failed(&e))?;
        Ok(Self::Asking(Box::new(resolver)))
    }
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.to_vec())
}

impl Dns for Resolver {
    async fn txt(&self, name: &str) -> Result<Vec<String>, DnsError> {
        match self {
            Self::Pinned(pins) => pins.txt(name).await,
            Self::Asking(resolver) => {
                // The last dot keeps the machine's search list out of it.
                let asked =
                    tokio::time::timeout(PATIENCE, resolver.txt_lookup(format!("{name}."))).await;
                let lookup = match asked {
                    Ok(Ok(lookup)) => lookup,
                    Ok(Err(error)) if error.is_no_records_found() => {
                        return Err(DnsError::NotFound);
                    }
                    Ok(Err(_)) | Err(_) => {
                        metrics::counter!("noxpay_dkim_key_lookup_failures_total").increment(1);
                        return Err(DnsError::TryLater);
                    }
                };
                let texts = lookup
                    .answers()
                    .iter()
                    .filter_map(|record| match &record.data {
                        RData::TXT(txt) => {
                            Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned())
                        }
                        _ => None,
                    });
                Ok(texts.collect())
            }
        }
    }
}
