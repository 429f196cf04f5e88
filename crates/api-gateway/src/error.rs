//! Why the gateway did not start.

use std::io;
use std::net::SocketAddr;

#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("a database URL cannot be used")]
    Database(#[from] db::InvalidUrl),
    #[error("the other services cannot be called")]
    Peers(#[from] runtime::internal::ChannelError),
    #[error("{0} cannot be listened on")]
    Listen(SocketAddr, #[source] io::Error),
}
