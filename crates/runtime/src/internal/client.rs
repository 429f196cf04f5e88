use std::time::Duration;

use http::Uri;
use secrecy::ExposeSecret as _;
use tonic::{
    Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Channel, ClientTlsConfig, Endpoint},
};

use super::{InternalSettings, keys};
use crate::{install_crypto, trace};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Until the answer begins; callers that can wait less set a deadline of their own on the request.
const TIMEOUT: Duration = Duration::from_secs(10);
const KEEP_ALIVE: Duration = Duration::from_secs(20);
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection to another process, made when first used and remade when lost. Cheap to clone.
pub type InternalChannel = InterceptedService<Channel, ClientAuth>;

/// A channel could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    #[error("the internal token cannot be sent as a header")]
    Token,
    #[error("TLS for internal gRPC cannot be set up")]
    Tls(#[source] tonic::transport::Error),
}

/// Adds the token, the caller's name and the current trace to every call.
#[derive(Clone)]
pub struct ClientAuth {
    authorization: MetadataValue<Ascii>,
    caller: MetadataValue<Ascii>,
}

/// A channel to the process at `endpoint`, for the generated client's `new`. `caller` is this process's name.
/// It does not connect yet; call it inside the async runtime.
///
/// # Errors
/// [`ChannelError`] if the token or the certificates are unusable.
pub fn channel(
    endpoint: &Uri,
    settings: &InternalSettings,
    caller: &'static str,
) -> Result<InternalChannel, ChannelError> {
    channel_within(endpoint, settings, caller, TIMEOUT)
}

/// The same for calls whose answer may take longer by design, such as those that wait for something to happen. A deadline on
/// the request can only shorten it.
///
/// # Errors
/// [`ChannelError`] if the token or the certificates are unusable.
pub fn channel_within(
    endpoint: &Uri,
    settings: &InternalSettings,
    caller: &'static str,
    answer: Duration,
) -> Result<InternalChannel, ChannelError> {
    install_crypto();
    let auth = ClientAuth::new(settings, caller)?;
    let mut builder = Endpoint::from(endpoint.clone())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(answer)
        .tcp_nodelay(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .keep_alive_timeout(KEEP_ALIVE_TIMEOUT)
        .keep_alive_while_idle(true);
    if let (Some(tls), Some("https")) = (&settings.tls, endpoint.scheme_str()) {
        let config = ClientTlsConfig::new()
            .ca_certificate(tls.authority())
            .identity(tls.identity());
        builder = builder.tls_config(config).map_err(ChannelError::Tls)?;
    }
    Ok(InterceptedService::new(builder.connect_lazy(), auth))
}

impl ClientAuth {
    fn new(settings: &InternalSettings, caller: &'static str) -> Result<Self, ChannelError> {
        let bearer = format!("Bearer {}", settings.token.expose_secret());
        let mut authorization: MetadataValue<Ascii> =
            bearer.parse().map_err(|_| ChannelError::Token)?;
        // Kept out of debug output and header compression tables.
        authorization.set_sensitive(true);
        Ok(Self {
            authorization,
            caller: MetadataValue::from_static(caller),
        })
    }
}

impl Interceptor for ClientAuth {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        let metadata = request.metadata_mut();
        metadata.insert(keys::AUTHORIZATION, self.authorization.clone());
        metadata.insert(keys::CALLER, self.caller.clone());
        trace::current().inject_metadata(metadata);
        Ok(request)
    }
}
