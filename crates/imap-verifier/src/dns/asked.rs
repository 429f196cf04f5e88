//! What DNS says now: one resolver's word, or two that agree.

use crate::config::KeySource;
use crate::error::StartError;
use alerts::{Dns as _, DnsError, PinnedDns};
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
/// For one name at one resolver, whatever happens.
const PATIENCE: Duration = Duration::from_secs(6);
/// Keys are remembered as long as their records allow, but no longer than this: a revoked key must stop working.
const LONGEST_MEMORY: Duration = Duration::from_secs(3600);
/// A key that is missing now may be published in a minute.
const LONGEST_MEMORY_OF_NOTHING: Duration = Duration::from_secs(60);
const REMEMBERED: u64 = 1024;

/// The one source of keys of this process.
pub(crate) enum Resolver {
    Pinned(PinnedDns),
    /// The machine's, or a single name server: its word is taken and nothing is learnt from it.
    One(Box<TokioResolver>),
    /// Name servers of which two are asked.
    Two(Vec<TokioResolver>),
}

/// An answer, and how much it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    /// The TXT records, in order.
    pub(crate) records: Result<Vec<String>, DnsError>,
    /// Two resolvers said the same.
    pub(crate) agreed: bool,
    /// Somebody says that the key is revoked, and another does not.
    pub(crate) revocation_disputed: bool,
}

impl Resolver {
    pub(crate) fn new(source: KeySource) -> Result<Self, StartError> {
        Ok(match source {
            KeySource::Pins(pins) => Self::Pinned(pins),
            KeySource::System => {
                let (config, options) =
                    read_system_conf().map_err(|e| StartError::Resolver(e.to_string()))?;
                Self::One(Box::new(resolver(config, options)?))
            }
            KeySource::Servers(mut servers) => {
                let mut seen = Vec::new();
                servers.retain(|server| {
                    let new = !seen.contains(server);
                    seen.push(*server);
                    new
                });
                let mut each = servers.into_iter().map(|server| {
                    let config = ResolverConfig::from_name_servers(vec![name_server(server)]);
                    resolver(config, ResolverOpts::default())
                });
                match each.len() {
                    1 => Self::One(Box::new(each.next().ok_or_else(none)??)),
                    _ => Self::Two(each.collect::<Result<_, _>>()?),
                }
            }
        })
    }

    pub(crate) async fn ask(&self, name: &str) -> Answer {
        let alone = |records| Answer {
            records,
            agreed: false,
            revocation_disputed: false,
        };
        match self {
            Self::Pinned(pins) => alone(pins.txt(name).await),
            Self::One(resolver) => alone(ask(resolver, name).await),
            Self::Two(resolvers) => two(resolvers, name).await,
        }
    }
}

/// Asks the first two at once; where one says nothing, the next in its place.
async fn two(resolvers: &[TokioResolver], name: &str) -> Answer {
    let mut rest = resolvers.iter();
    let (first, second) = match (rest.next(), rest.next()) {
        (Some(first), Some(second)) => tokio::join!(ask(first, name), ask(second, name)),
        _ => (Err(DnsError::TryLater), Err(DnsError::TryLater)),
    };
    let mut answers = vec![first, second];
    answers.retain(|a| *a != Err(DnsError::TryLater));
    for next in rest {
        if answers.len() >= 2 {
            break;
        }
        let answer = ask(next, name).await;
        answers.extend(Some(answer).filter(|a| *a != Err(DnsError::TryLater)));
    }
    weigh(name, answers)
}

fn weigh(name: &str, answers: Vec<Result<Vec<String>, DnsError>>) -> Answer {
    let mut answers = answers.into_iter();
    let (records, agreed, revocation_disputed) = match (answers.next(), answers.next()) {
        (None, _) => (Err(DnsError::TryLater), false, false),
        (Some(only), None) => (only, false, false),
        (Some(first), Some(second)) if first == second => (first, true, false),
        (Some(first), Some(second)) => {
            tracing::warn!(name, "two resolvers say different things about a key");
            metrics::counter!("noxpay_dkim_resolvers_disagree_total").increment(1);
            let revoked = |a: &Result<Vec<String>, DnsError>| a.as_deref().is_ok_and(is_revoked);
            let disputed = revoked(&first) || revoked(&second);
            (Err(DnsError::TryLater), false, disputed)
        }
    };
    Answer {
        records,
        agreed,
        revocation_disputed,
    }
}

/// RFC 6376, 3.6.1: an empty `p=` takes the key back.
pub(super) fn is_revoked(records: &[String]) -> bool {
    records.iter().any(|record| {
        record.split(';').any(|tag| {
            let tag = tag.split_once('=');
            tag.is_some_and(|(name, value)| name.trim() == "p" && value.trim().is_empty())
        })
    })
}

async fn ask(resolver: &TokioResolver, name: &str) -> Result<Vec<String>, DnsError> {
    // The last dot keeps the machine's search list out of it.
    let asked = tokio::time::timeout(PATIENCE, resolver.txt_lookup(format!("{name}."))).await;
    let lookup = match asked {
        Ok(Ok(lookup)) => lookup,
        Ok(Err(error)) if error.is_no_records_found() => return Err(DnsError::NotFound),
        Ok(Err(_)) | Err(_) => {
            metrics::counter!("noxpay_dkim_key_lookup_failures_total").increment(1);
            return Err(DnsError::TryLater);
        }
    };
    let texts = lookup
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
    let mut texts: Vec<String> = texts.collect();
    texts.sort_unstable();
    Ok(texts)
}

fn resolver(
    config: ResolverConfig,
    mut options: ResolverOpts,
) -> Result<TokioResolver, StartError> {
    options.timeout = TIMEOUT;
    options.attempts = ATTEMPTS;
    options.cache_size = REMEMBERED;
    options.positive_max_ttl = Some(LONGEST_MEMORY);
    options.negative_max_ttl = Some(LONGEST_MEMORY_OF_NOTHING);
    TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
        .with_options(options)
        .build()
        .map_err(|e| StartError::Resolver(e.to_string()))
}

fn name_server(address: SocketAddr) -> NameServerConfig {
    let connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()].map(|mut connection| {
        connection.port = address.port();
        connection
    });
    NameServerConfig::new(address.ip(), true, connections.to_vec())
}

fn none() -> StartError {
    StartError::Resolver("no name server was given".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_equal_answers_agree() {
        let said = |text: &str| Ok(vec![text.to_owned()]);
        let key = || said("p=AA");
        let agreed = weigh("n", vec![key(), key()]);
        assert_eq!((agreed.records, agreed.agreed), (key(), true));
        let alone = weigh("n", vec![key()]);
        assert_eq!((alone.records, alone.agreed), (key(), false));
        for other in [said("p=BB"), Err(DnsError::NotFound)] {
            let disputed = weigh("n", vec![key(), other]);
            assert_eq!(disputed.records, Err(DnsError::TryLater));
            assert!(!disputed.agreed && !disputed.revocation_disputed);
        }
        let revoked = weigh("n", vec![key(), said("v=DKIM1; p= ;t=s")]);
        assert!(revoked.revocation_disputed && revoked.records == Err(DnsError::TryLater));
        assert_eq!(weigh("n", vec![]).records, Err(DnsError::TryLater));
    }
}
