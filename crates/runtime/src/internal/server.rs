use std::{io, net::SocketAddr, time::Duration};

use tonic::{
    service::Routes,
    transport::{Server, ServerTlsConfig, server::TcpIncoming},
};

use super::{Callers, GuardLayer, InternalSettings};
use crate::{
    Environment, Shutdown, install_crypto,
    listen::{self, Exposure, ListenError},
};

/// A client that is gone is noticed after about half a minute.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// Internal gRPC could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error(transparent)]
    Refused(#[from] ListenError),
    #[error("{0} cannot be listened on")]
    Bind(SocketAddr, #[source] io::Error),
    #[error("TLS for internal gRPC cannot be set up")]
    Tls(#[source] tonic::transport::Error),
}

/// Serves `routes` to the `callers` until the soft token fires, then lets calls under way finish. Gives back the bound
/// address (a test asks for port 0).
///
/// # Errors
/// [`ServeError`] if the address is refused or taken, or if the certificates are unusable.
pub fn serve(
    address: SocketAddr,
    routes: Routes,
    callers: Callers,
    settings: &InternalSettings,
    environment: Environment,
    shutdown: &Shutdown,
) -> Result<SocketAddr, ServeError> {
    install_crypto();
    let mtls = settings.tls.is_some();
    listen::check(environment, Exposure::Internal { mtls }, address)?;
    let bind = |error| ServeError::Bind(address, error);
    let incoming = TcpIncoming::bind(address)
        .map_err(bind)?
        .with_nodelay(Some(true));
    let bound = incoming.local_addr().map_err(bind)?;
    let mut server = Server::builder().http2_keepalive_interval(Some(KEEP_ALIVE));
    if let Some(tls) = &settings.tls {
        let config = ServerTlsConfig::new()
            .identity(tls.identity())
            .client_ca_root(tls.authority());
        server = server.tls_config(config).map_err(ServeError::Tls)?;
    }
    let mut server = server.layer(GuardLayer::new(settings.token.clone(), callers));
    let soft = shutdown.soft.clone().cancelled_owned();
    shutdown.spawn("grpc", async move {
        server
            .add_routes(routes)
            .serve_with_incoming_shutdown(incoming, soft)
            .await
    });
    tracing::info!(address = %bound, mtls, "internal gRPC");
    Ok(bound)
}
