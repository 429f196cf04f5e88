//! Why the gateway did not start.

use std::io;
use std::net::SocketAddr;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("a database URL {0}")]
    Database(#[from] db::InvalidUrl),
    #[error("the other services cannot be called: {0}")]
    Peers(#[from] runtime::internal::ChannelError),
    #[error("{0} cannot be listened on: {1}")]
    Listen(SocketAddr, #[source] io::Error),
}
