//! Where a process may listen.

use std::net::SocketAddr;

use crate::Environment;

/// Who is meant to reach a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// The world, usually through a proxy that ends TLS.
    Public,
    /// Probes and the metrics collector.
    Admin,
    /// The other processes, over gRPC.
    Internal {
        /// Both ends show a certificate.
        mtls: bool,
    },
}

/// Why an address was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListenError {
    #[error("a process in development refuses to listen beyond loopback")]
    DevelopmentBeyondLoopback,
    #[error(
        "internal gRPC refuses a non-loopback address without mTLS (NOXPAY_GRPC_TLS_CERT, _KEY and _CA)"
    )]
    PlainInternalBeyondLoopback,
}

/// Refuses what would expose more than was meant: anything beyond loopback in development, and plain internal gRPC
/// beyond loopback anywhere.
///
/// # Errors
/// [`ListenError`] with the rule that was broken.
pub fn check(
    environment: Environment,
    exposure: Exposure,
    address: SocketAddr,
) -> Result<(), ListenError> {
    if address.ip().is_loopback() {
        return Ok(());
    }
    if environment.is_development() {
        return Err(ListenError::DevelopmentBeyondLoopback);
    }
    match exposure {
        Exposure::Internal { mtls: false } => Err(ListenError::PlainInternalBeyondLoopback),
        Exposure::Internal { mtls: true } | Exposure::Public | Exposure::Admin => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEYOND: [&str; 5] = [
        "0.0.0.0:1",
        "[::]:1",
        "192.168.1.4:1",
        "8.8.8.8:1",
        "[::ffff:127.0.0.1]:1",
    ];

    #[test]
    fn development_refuses_a_public_listener() {
        for address in BEYOND {
            for exposure in [
                Exposure::Public,
                Exposure::Admin,
                Exposure::Internal { mtls: true },
            ] {
                assert_eq!(
                    check(Environment::Development, exposure, address.parse().unwrap()),
                    Err(ListenError::DevelopmentBeyondLoopback),
                    "{address} {exposure:?}"
                );
            }
        }
        for address in ["127.0.0.1:1", "127.8.9.1:1", "[::1]:1"] {
            let address = address.parse().unwrap();
            assert_eq!(
                check(Environment::Development, Exposure::Public, address),
                Ok(())
            );
        }
    }

    #[test]
    fn grpc_refuses_a_plain_public_bind() {
        for address in BEYOND {
            let address = address.parse().unwrap();
            let plain = Exposure::Internal { mtls: false };
            assert_eq!(
                check(Environment::Production, plain, address),
                Err(ListenError::PlainInternalBeyondLoopback)
            );
            for allowed in [
                Exposure::Internal { mtls: true },
                Exposure::Public,
                Exposure::Admin,
            ] {
                assert_eq!(check(Environment::Production, allowed, address), Ok(()));
            }
        }
    }
}
