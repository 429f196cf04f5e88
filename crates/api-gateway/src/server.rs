//! The HTTP server and what surrounds every route.

use crate::app::App;
use crate::http::{access, cors, headers, request_id};
use crate::router::routes;
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as HttpApp, HttpServer};
use runtime::Shutdown;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

/// A client that does not finish its headers is cut off.
const HEADERS: Duration = Duration::from_secs(10);
/// Idle connections of proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Serves until the soft token fires, then finishes what is under way. Gives back the bound address.
pub(crate) fn serve(
    address: SocketAddr,
    app: App,
    grace: Duration,
    shutdown: &Shutdown,
) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    let bound = listener.local_addr()?;
    let app = Data::new(app);
    let stop = Data::new(shutdown.soft.clone());
    let server = HttpServer::new(move || {
        // The last one is the outermost.
        HttpApp::new()
            .app_data(app.clone())
            .app_data(stop.clone())
            .configure(routes)
            .wrap(from_fn(cors))
            .wrap(from_fn(headers))
            .wrap(from_fn(access))
            .wrap(from_fn(request_id))
    })
    .keep_alive(KEEP_ALIVE)
    .client_request_timeout(HEADERS)
    .disable_signals()
    .shutdown_signal(shutdown.soft.clone().cancelled_owned())
    .shutdown_timeout(grace.as_secs())
    .listen(listener)?
    .run();
    shutdown.spawn("http", server);
    tracing::info!(address = %bound, "HTTP");
    Ok(bound)
}
