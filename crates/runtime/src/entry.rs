use std::{future::Future, process::ExitCode};

use crate::{
    Env, Settings, Shutdown,
    settings::{help_text, variables},
    shutdown::Ending,
    telemetry,
};

#[cfg(test)]
mod tests;

/// A wrong setting: starting the process again will not help.
const EXIT_SETTINGS: u8 = 2;
const EXIT_FAILURE: u8 = 1;

/// What a process says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Service {
    /// Its name in logs, traces and internal calls, such as `intent-service`.
    pub name: &'static str,
    /// `env!("CARGO_PKG_VERSION")`.
    pub version: &'static str,
    /// One line for `--help`.
    pub about: &'static str,
}

/// The whole `main` of a service: `--help`, `--version`, settings, telemetry, signals, `run`, drain, exit code.
///
/// `run` starts the service with [`Shutdown::spawn`] and returns when it stands, or stays until the soft token fires.
/// What it returns is kept until everything is drained.
///
/// Exit codes: 0 after a drained or forced stop, 1 after a failure, 2 for wrong settings or arguments.
pub fn main<C, F, Fut, T, E>(service: Service, run: F) -> ExitCode
where
    C: Settings,
    F: FnOnce(C, Shutdown) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Into<anyhow::Error>,
{
    let arguments = std::env::args().skip(1);
    ExitCode::from(run_process(service, arguments, Env::from_process(), run))
}

fn run_process<C, F, Fut, T, E>(
    service: Service,
    mut arguments: impl Iterator<Item = String>,
    env: Env,
    run: F,
) -> u8
where
    C: Settings,
    F: FnOnce(C, Shutdown) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Into<anyhow::Error>,
{
    match arguments.next().as_deref() {
        None => {}
        Some("-h" | "--help") => {
            print!("{}", usage::<C>(service));
            return 0;
        }
        Some("-V" | "--version") => {
            println!("{} {}", service.name, service.version);
            return 0;
        }
        Some(other) => {
            eprintln!("{}: unknown argument {other:?}; try --help", service.name);
            return EXIT_SETTINGS;
        }
    }
    let config: C = match env.load() {
        Ok(config) => config,
        Err(wrong) => {
            eprintln!("{wrong}");
            return EXIT_SETTINGS;
        }
    };
    match start(service, config, run) {
        Ok(Ending::Drained | Ending::Forced) => 0,
        Ok(Ending::Failed) => EXIT_FAILURE,
        Err(error) => {
            eprintln!("{}: {error:#}", service.name);
            EXIT_FAILURE
        }
    }
}

fn start<C, F, Fut, T, E>(service: Service, config: C, run: F) -> anyhow::Result<Ending>
where
    C: Settings,
    F: FnOnce(C, Shutdown) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: Into<anyhow::Error>,
{
    install_crypto();
    let common = config.common().clone();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let ending = runtime.block_on(async {
        let telemetry = telemetry::init(service.name, &common)?;
        let shutdown = Shutdown::new();
        shutdown.listen_for_signals()?;
        tracing::info!(
            service = service.name,
            version = service.version,
            environment = %common.environment,
            "starting"
        );
        let started = async {
            let running = shutdown
                .tracker
                .track_future(run(config, shutdown.clone()))
                .await;
            match running {
                Ok(running) => Some(running),
                Err(error) => {
                    let error: anyhow::Error = error.into();
                    shutdown.fail("start", &format!("{error:#}"));
                    None
                }
            }
        };
        // Both at once: a signal during a slow start must be heeded too.
        let ending = tokio::select! {
            (_running, ending) = async { tokio::join!(started, shutdown.finished(common.shutdown_grace)) } => ending,
            () = past(&shutdown) => Ending::Forced,
        };
        tracing::info!(?ending, "stopped");
        // The exporter's connection needs the runtime while this waits.
        tokio::task::spawn_blocking(move || telemetry.flush()).await?;
        anyhow::Ok(ending)
    });
    // Threads and tasks that heeded no token do not hold the exit up.
    runtime.shutdown_background();
    ending
}

/// Ends when a start that heeds no token has had its chance.
async fn past(shutdown: &Shutdown) {
    shutdown.hard.cancelled().await;
    tokio::time::sleep(crate::shutdown::LAST_CHANCE * 3).await;
}

/// Makes *ring* the process's TLS provider. Again is harmless. Tests that use TLS call it first.
pub fn install_crypto() {
    // An error only says that a provider stands already.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn usage<C: Settings>(service: Service) -> String {
    format!(
        "{} {}\n{}\n\nIt takes no arguments but --help and --version. Settings are environment variables:\n\n{}",
        service.name,
        service.version,
        service.about,
        help_text(&variables::<C>())
    )
}
