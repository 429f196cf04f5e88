use std::{fs, net::SocketAddr};

use http::Uri;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    listen::Exposure,
    settings::{Env, Invalid},
};

const TOKEN: &str = "NOXPAY_INTERNAL_TOKEN";
const CERT: &str = "NOXPAY_GRPC_TLS_CERT";
const KEY: &str = "NOXPAY_GRPC_TLS_KEY";
const CA: &str = "NOXPAY_GRPC_TLS_CA";

/// What [`crate::secrets::random_token`] makes is longer.
const SHORTEST_TOKEN: usize = 32;

/// Certificates for mTLS, as PEM. Both ends use the same authority.
#[derive(Clone)]
pub struct GrpcTls {
    pub(super) cert: String,
    pub(super) key: SecretString,
    pub(super) ca: String,
}

/// What a process needs to call others or to be called.
#[derive(Clone)]
pub struct InternalSettings {
    /// Known to every process of the installation, to nobody else.
    pub token: SecretString,
    /// mTLS, needed beyond loopback.
    pub tls: Option<GrpcTls>,
}

impl InternalSettings {
    /// # Errors
    /// [`Invalid`] if the token is missing or too short for production, or if the three certificate files are not all
    /// named and readable.
    pub fn read(env: &mut Env) -> Result<Self, Invalid> {
        let production = env.environment().is_production();
        let token = env.secret_with(
            TOKEN,
            "the token that processes show each other, the same for all of them",
            |text| {
                if production && text.len() < SHORTEST_TOKEN {
                    return Err("is shorter than 32 characters");
                }
                Ok(SecretString::from(text))
            },
        );
        let tls = read_tls(env);
        Ok(Self {
            token: token?,
            tls: tls?,
        })
    }

    /// For tests and processes started in-process.
    #[must_use]
    pub fn plain(token: &str) -> Self {
        Self {
            token: SecretString::from(token),
            tls: None,
        }
    }
}

/// The address that a process serves gRPC on.
///
/// # Errors
/// [`Invalid`] if it is no address, or not loopback without mTLS.
pub fn listen(
    env: &mut Env,
    name: &'static str,
    default: &str,
    doc: &'static str,
) -> Result<SocketAddr, Invalid> {
    let mtls = [CERT, KEY, CA].iter().all(|name| env.is_set(name));
    env.listen(name, default, Exposure::Internal { mtls }, doc)
}

/// The base address of another process's gRPC, such as `http://127.0.0.1:7101`.
///
/// # Errors
/// [`Invalid`] if it is no such address, or if the token would leave this machine in clear text.
pub fn endpoint(
    env: &mut Env,
    name: &'static str,
    default: &str,
    doc: &'static str,
) -> Result<Uri, Invalid> {
    let uri: Uri = env.or(name, default, doc)?;
    let local = uri.host().is_some_and(|host| {
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host
                .parse()
                .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
    });
    match uri.scheme_str() {
        Some("http") if local => Ok(uri),
        Some("https") if env.is_set(CERT) => Ok(uri),
        Some("http") => Err(env.reject(
            name,
            "plain http reaches loopback only: use https and NOXPAY_GRPC_TLS_CERT, _KEY and _CA",
        )),
        Some("https") => Err(env.reject(name, "https needs NOXPAY_GRPC_TLS_CERT, _KEY and _CA")),
        _ => Err(env.reject(name, "it must be http://host:port or https://host:port")),
    }
}

fn read_tls(env: &mut Env) -> Result<Option<GrpcTls>, Invalid> {
    let cert = env.optional::<String>(
        CERT,
        "this process's certificate for internal gRPC, a PEM file",
    );
    let key = env.optional::<String>(KEY, "the certificate's key, a PEM file");
    let ca = env.optional::<String>(
        CA,
        "the authority that signs every process's certificate, a PEM file",
    );
    let (cert, key, ca) = match (cert?, key?, ca?) {
        (None, None, None) => return Ok(None),
        (Some(cert), Some(key), Some(ca)) => (cert, key, ca),
        (cert, key, _) => {
            let missing = [(CERT, cert.is_none()), (KEY, key.is_none()), (CA, true)];
            let name = missing.iter().find(|(_, missing)| *missing);
            let name = name.map_or(CA, |(name, _)| name);
            return Err(env.reject(
                name,
                "is not set, but the other NOXPAY_GRPC_TLS_ variables are",
            ));
        }
    };
    let cert = file(env, CERT, &cert);
    let key = file(env, KEY, &key);
    let ca = file(env, CA, &ca);
    Ok(Some(GrpcTls::new(cert?, SecretString::from(key?), ca?)))
}

fn file(env: &mut Env, name: &str, path: &str) -> Result<String, Invalid> {
    fs::read_to_string(path)
        .map_err(|e| env.reject(name, format_args!("{path:?} cannot be read: {e}")))
}

impl GrpcTls {
    /// From PEM texts: this process's certificate, its key, and the authority of all.
    #[must_use]
    pub fn new(cert: String, key: SecretString, ca: String) -> Self {
        Self { cert, key, ca }
    }

    pub(super) fn identity(&self) -> tonic::transport::Identity {
        tonic::transport::Identity::from_pem(&self.cert, self.key.expose_secret())
    }

    pub(super) fn authority(&self) -> tonic::transport::Certificate {
        tonic::transport::Certificate::from_pem(&self.ca)
    }
}
