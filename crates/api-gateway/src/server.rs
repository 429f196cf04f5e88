//! The HTTP server and what surrounds every route.

use crate::app::App;
use crate::http::{access, cors, headers, request_id};
use crate::router::routes;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App as HttpApp, Error, HttpServer};
use runtime::Shutdown;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A client that does not finish its headers is cut off.
const HEADERS: Duration = Duration::from_secs(10);
/// Idle connections of proxies.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

/// Every route with what surrounds it.
pub(crate) fn application(
    app: Data<App>,
    stop: Data<CancellationToken>,
) -> HttpApp<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    // The last one is the outermost.
    HttpApp::new()
        .app_data(app)
        .app_data(stop)
        .configure(routes)
        .wrap(from_fn(cors))
        .wrap(from_fn(headers))
        .wrap(from_fn(access))
        .wrap(from_fn(request_id))
}

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
    let server = HttpServer::new(move || application(app.clone(), stop.clone()))
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(HEADERS)
        // A payer who closes the page closes its stream at once.
        .h1_allow_half_closed(false)
        .disable_signals()
        .shutdown_signal(shutdown.soft.clone().cancelled_owned())
        .shutdown_timeout(grace.as_secs())
        .listen(listener)?
        .run();
    shutdown.spawn("http", server);
    tracing::info!(address = %bound, "HTTP");
    Ok(bound)
}
