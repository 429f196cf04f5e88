//! The HTTP face of the guard.

use std::{error::Error, io, time::Duration};

use http::{Request, Response};
use hyper::body::Bytes;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

use super::{Egress, EgressError};
use crate::install_crypto;

/// What to do with an answer that is longer than was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// Keep the beginning; for answers whose status decides and whose body is only shown. A body that breaks off or
    /// stalls is cut there too.
    Cut,
    /// Fail with [`EgressError::TooLarge`]; for answers that are parsed.
    Refuse,
}

/// Bounds of every request of one client.
#[derive(Clone, Debug)]
pub struct HttpOptions {
    /// For resolving, connecting and the TLS handshake.
    pub connect_timeout: Duration,
    /// For the whole request, with its answer.
    pub timeout: Duration,
    /// How many bytes of an answer's body are read.
    pub max_body: usize,
    pub excess: Excess,
    /// Certificates (PEM, one or many) trusted beside the system's.
    pub extra_roots: Option<Vec<u8>>,
    pub user_agent: String,
}

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            timeout: Duration::from_secs(15),
            max_body: 64 * 1024,
            excess: Excess::Cut,
            extra_roots: None,
            user_agent: concat!("NoxPay/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// An HTTP client that reaches only what the guard permits. Cheap to clone; connections are pooled.
#[derive(Clone, Debug)]
pub struct HttpClient {
    egress: Egress,
    /// Reaches public and listed addresses.
    open: reqwest::Client,
    /// Reaches listed addresses only: for clear text and odd ports.
    listed: reqwest::Client,
    max_body: usize,
    excess: Excess,
}

impl Egress {
    /// # Errors
    /// [`EgressError::Internal`] if no client can be built, for instance of bad extra roots.
    pub fn http(&self, options: &HttpOptions) -> Result<HttpClient, EgressError> {
        Ok(HttpClient {
            egress: self.clone(),
            open: client(self.resolver(false), options)?,
            listed: client(self.resolver(true), options)?,
            max_body: options.max_body,
            excess: options.excess,
        })
    }

    pub(super) fn resolver(&self, listed_only: bool) -> Resolver {
        Resolver {
            egress: self.clone(),
            listed_only,
        }
    }
}

fn client(resolver: Resolver, options: &HttpOptions) -> Result<reqwest::Client, EgressError> {
    install_crypto();
    let roots = match &options.extra_roots {
        Some(pem) => reqwest::Certificate::from_pem_bundle(pem),
        None => Ok(Vec::new()),
    };
    let roots = roots.map_err(|_| EgressError::Internal)?;
    let merged = builder(resolver.clone(), options).tls_certs_merge(roots.clone());
    merged.build().or_else(|_| {
        // Every host that needs TLS fails from here on; those on the allow-list can still be reached in clear text.
        tracing::error!("no trusted certificates were found: is ca-certificates installed?");
        let only = builder(resolver, options).tls_certs_only(roots);
        only.build().map_err(|_| EgressError::Internal)
    })
}

#[expect(clippy::disallowed_methods, reason = "the guard's own client")]
fn builder(resolver: Resolver, options: &HttpOptions) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .dns_resolver(resolver)
        .connect_timeout(options.connect_timeout)
        .timeout(options.timeout)
        .user_agent(&options.user_agent)
}

impl HttpClient {
    /// Sends a request and reads its answer. Any status is an answer, also a redirect, which is never followed.
    ///
    /// # Errors
    /// [`EgressError`], of which only `Refused` is sure to come again.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, EgressError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).map_err(|_| EgressError::Refused)?;
        let client = match self.egress.listed_only(&url)? {
            true => &self.listed,
            false => &self.open,
        };
        let answer = client
            .request(parts.method, url)
            .headers(parts.headers)
            .body(body)
            .send()
            .await
            .map_err(|error| classify(&error))?;
        self.read(answer).await
    }

    async fn read(&self, mut answer: reqwest::Response) -> Result<Response<Bytes>, EgressError> {
        let mut body = Vec::new();
        loop {
            let chunk = match (answer.chunk().await, self.excess) {
                (Ok(Some(chunk)), _) => chunk,
                (Ok(None), _) | (Err(_), Excess::Cut) => break,
                (Err(error), Excess::Refuse) => return Err(classify(&error)),
            };
            let room = self.max_body.saturating_sub(body.len());
            body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                match self.excess {
                    Excess::Cut => break,
                    Excess::Refuse => return Err(EgressError::TooLarge),
                }
            }
        }
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = answer.status();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

#[derive(Clone)]
pub(super) struct Resolver {
    egress: Egress,
    listed_only: bool,
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (egress, listed_only) = (self.egress.clone(), self.listed_only);
        Box::pin(async move {
            let names = egress.names.clone();
            // The port is the URL's.
            let found = tokio::task::spawn_blocking(move || names.look_up(name.as_str(), 0)).await;
            let found = found.map_err(|_| EgressError::Internal)?;
            let found = found.map_err(|_| EgressError::Unresolvable)?;
            let permitted = egress.permitted(found.into_iter(), listed_only)?;
            Ok::<Addrs, _>(Box::new(permitted.into_iter()))
        })
    }
}

/// Our own error where one is inside, else the coarsest truth.
fn classify(error: &reqwest::Error) -> EgressError {
    let mut cause: Option<&(dyn Error + 'static)> = Some(error);
    let mut tls = false;
    while let Some(this) = cause {
        if let Some(ours) = this.downcast_ref::<EgressError>() {
            return *ours;
        }
        tls |= this.is::<rustls::Error>() || this.downcast_ref().is_some_and(is_made_of_tls);
        cause = this.source();
    }
    if error.is_timeout() {
        EgressError::Timeout
    } else if tls {
        EgressError::Tls
    } else if error.is_connect() {
        EgressError::Connect
    } else if error.is_builder() {
        EgressError::Refused
    } else {
        EgressError::Protocol
    }
}

/// An I/O error hides the error that it was made of from the chain, and may be made of another I/O error.
fn is_made_of_tls(error: &io::Error) -> bool {
    error.get_ref().is_some_and(|inside| {
        inside.is::<rustls::Error>() || inside.downcast_ref().is_some_and(is_made_of_tls)
    })
}
