//! Where the broker is, and as whom we speak to it.

use std::fmt;

use domain::event::Producer;
use lapin::uri::{AMQPScheme, AMQPUri};
use runtime::{Env, Invalid};

/// Seconds between heartbeats unless the URL says otherwise: a broker that died silently is noticed after twice that.
const HEARTBEAT: u16 = 10;
/// Bytes in a frame unless the URL says otherwise; a longer message takes several. The client keeps 64 frames of memory per
/// connection: of the broker's 128 KiB that were 8 MiB, for events of two or three KiB.
const FRAME_MAX: u32 = 16 * 1024;
/// Milliseconds for the TCP connection unless the URL says otherwise.
const CONNECT_TIMEOUT: u64 = 5_000;

/// The address of the broker with a service's own user and password. It is never shown whole.
#[derive(Clone)]
pub struct BrokerUrl(AMQPUri);

impl BrokerUrl {
    /// Parses `amqp[s]://user:password@host[:port]/vhost`, where the vhost `/` is written `%2f`. The user must be the
    /// service's own: consumers compare the broker's validated user with the event's source.
    ///
    /// # Errors
    /// What is wrong, without repeating any of it.
    pub fn parse(text: &str, service: Producer) -> Result<Self, &'static str> {
        // The parser would silently take "localhost" for a host that it does not understand.
        if text.contains('[') {
            return Err("an IPv6 address is not supported here: use a name");
        }
        let mut uri: AMQPUri = text
            .parse()
            .map_err(|_| "is not amqp[s]://user:password@host[:port]/vhost")?;
        if uri.authority.userinfo.username != service.name() {
            return Err("the user must have the service's own name (scripts/broker-users)");
        }
        if uri.authority.host.is_empty() || uri.vhost.is_empty() {
            return Err("host or vhost is missing; the default vhost is written %2f");
        }
        uri.query.frame_max.get_or_insert(FRAME_MAX);
        uri.query.heartbeat.get_or_insert(HEARTBEAT);
        uri.query.connection_timeout.get_or_insert(CONNECT_TIMEOUT);
        Ok(Self(uri))
    }

    pub(crate) fn uri(&self) -> AMQPUri {
        self.0.clone()
    }
}

/// Scheme, host and port; never the credentials.
impl fmt::Display for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = match self.0.scheme {
            AMQPScheme::AMQP => "amqp",
            AMQPScheme::AMQPS => "amqps",
        };
        let authority = &self.0.authority;
        write!(f, "{scheme}://{}:{}", authority.host, authority.port)
    }
}

impl fmt::Debug for BrokerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What every process that uses the bus is told.
#[derive(Clone, Debug)]
pub struct Settings {
    pub url: BrokerUrl,
    /// How many messages a consumer may hold unacknowledged.
    pub prefetch: u16,
}

impl Settings {
    /// # Errors
    /// [`Invalid`] if a variable is missing or wrong.
    pub fn read(env: &mut Env, service: Producer) -> Result<Self, Invalid> {
        let url = env.secret_with(
            "NOXPAY_BROKER_URL",
            "RabbitMQ, as amqp[s]://service:password@host:5672/%2f with the service's own user",
            |text| BrokerUrl::parse(text, service),
        );
        // The dispatcher stores what waits in a lane in one transaction: the more there is, the less each costs.
        let default = match service {
            Producer::WebhookDispatcher => "256",
            _ => "64",
        };
        let prefetch = env.or::<Within<1, 1000>>(
            "NOXPAY_BROKER_PREFETCH",
            default,
            "how many messages a consumer may hold unacknowledged, 1 to 1000",
        );
        Ok(Self {
            url: url?,
            prefetch: prefetch?.0,
        })
    }
}

/// How many events a service that consumes in lanes handles at once, see [`crate::consumer::consume_in_lanes`].
///
/// # Errors
/// [`Invalid`] if the variable is wrong.
pub fn lanes(env: &mut Env) -> Result<usize, Invalid> {
    let lanes = env.or::<Within<1, 64>>(
        "NOXPAY_CONSUMER_LANES",
        "4",
        "how many events are handled at once, 1 to 64",
    );
    Ok(usize::from(lanes?.0))
}

/// A whole number from `LEAST` to `MOST`.
struct Within<const LEAST: u16, const MOST: u16>(u16);

impl<const LEAST: u16, const MOST: u16> std::str::FromStr for Within<LEAST, MOST> {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(count) if (LEAST..=MOST).contains(&count) => Ok(Self(count)),
            _ => Err(format!("it must be a whole number from {LEAST} to {MOST}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "amqp://intent-service:s3cret-s3cret@broker:5673/%2f";

    #[test]
    fn a_url_never_shows_its_credentials() {
        let url = BrokerUrl::parse(URL, Producer::IntentService).unwrap();
        assert_eq!(
            format!("{url} {url:?}"),
            "amqp://broker:5673 amqp://broker:5673"
        );
    }

    #[test]
    fn only_the_services_own_user_is_accepted() {
        assert!(BrokerUrl::parse(URL, Producer::ImapVerifier).is_err());
        assert!(BrokerUrl::parse("amqp://broker/%2f", Producer::IntentService).is_err());
    }

    #[test]
    fn a_host_that_would_be_misread_is_refused() {
        for url in [
            "amqp://intent-service:x@[::1]:5672/%2f",
            "amqp://intent-service:x@broker/",
            "http://intent-service:x@broker/%2f",
        ] {
            assert!(
                BrokerUrl::parse(url, Producer::IntentService).is_err(),
                "{url}"
            );
        }
    }
}
