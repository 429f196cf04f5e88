//! Who is asked for the addresses of a name: this machine's resolver; in tests, one that knows another name server.

use std::{
    fmt, io,
    net::{SocketAddr, ToSocketAddrs as _},
    sync::Arc,
};

type LookUp = dyn Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync;

#[derive(Clone)]
pub(super) struct Names(Arc<LookUp>);

impl Names {
    pub(super) fn of_this_machine() -> Self {
        Self(Arc::new(|name, port| {
            Ok((name, port).to_socket_addrs()?.collect())
        }))
    }

    #[cfg(test)]
    pub(super) fn by(
        look_up: impl Fn(&str, u16) -> io::Result<Vec<SocketAddr>> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(look_up))
    }

    /// Blocks, for as long as it takes.
    pub(super) fn look_up(&self, name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        (self.0)(name, port)
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Names")
    }
}
