use super::wire::{ANSWER, SLICE};
use socket2::{SockRef, TcpKeepalive};
use std::io::Result;
use std::net::TcpStream;
use std::time::Duration;

/// A peer that vanished is asked about after this while nothing is to be sent…
const IDLE: Duration = Duration::from_secs(20);
/// … then again after each of these, so often.
const AGAIN: Duration = Duration::from_secs(10);
const TIMES: u32 = 3;
/// What was sent and is not acknowledged for so long ends the connection (`TCP_USER_TIMEOUT`).
const UNACKNOWLEDGED: Duration = Duration::from_secs(30);

/// So that a connection whose other end is gone without a word ends within a minute, whatever the kernel's own settings are.
pub(super) fn prepare(tcp: &TcpStream) -> Result<()> {
    tcp.set_read_timeout(Some(SLICE))?;
    tcp.set_write_timeout(Some(ANSWER))?;
    tcp.set_nodelay(true)?;
    let keepalive = TcpKeepalive::new()
        .with_time(IDLE)
        .with_interval(AGAIN)
        .with_retries(TIMES);
    let socket = SockRef::from(tcp);
    socket.set_tcp_keepalive(&keepalive)?;
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn the_kernel_notices_a_peer_that_vanished_within_a_minute() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let tcp = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        prepare(&tcp).unwrap();
        let socket = SockRef::from(&tcp);
        assert!(socket.keepalive().unwrap());
        let idle = socket.tcp_keepalive_time().unwrap();
        let probes =
            socket.tcp_keepalive_interval().unwrap() * socket.tcp_keepalive_retries().unwrap();
        assert!(
            idle + probes <= Duration::from_secs(60),
            "{idle:?} {probes:?}"
        );
        assert_eq!(socket.tcp_user_timeout().unwrap(), Some(UNACKNOWLEDGED));
    }
}
