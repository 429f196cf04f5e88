use std::{str::FromStr, time::Duration};

use super::{Env, Environment, Invalid};

/// How log lines are written to standard output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object per line.
    Json,
    /// For a person at a terminal.
    Pretty,
}

impl FromStr for LogFormat {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "json" => Ok(Self::Json),
            "pretty" => Ok(Self::Pretty),
            _ => Err("it must be json or pretty"),
        }
    }
}

/// The settings that every process has.
#[derive(Clone, Debug)]
pub struct CommonSettings {
    /// Development or production; production where unset.
    pub environment: Environment,
    /// Which log lines are written, as a `tracing` filter.
    pub log: String,
    /// How they are written.
    pub log_format: LogFormat,
    /// Where traces are sent (OTLP over gRPC); none are recorded where unset.
    pub otlp_endpoint: Option<http::Uri>,
    /// The share of new traces that is recorded, 0 to 1; a trace begun elsewhere keeps its caller's decision.
    pub trace_ratio: f64,
    /// How long work under way may go on after SIGTERM.
    pub shutdown_grace: Duration,
}

impl CommonSettings {
    /// # Errors
    /// [`Invalid`] if any of the variables is wrong.
    pub fn read(env: &mut Env) -> Result<Self, Invalid> {
        let environment = env.or(
            "NOXPAY_ENV",
            "production",
            "development or production; production refuses demo and default values",
        );
        let log = env.or::<LogFilter>(
            "NOXPAY_LOG",
            "info",
            "which log lines are written: a tracing filter such as info or warn,bus=debug",
        );
        let log_format = env.or("NOXPAY_LOG_FORMAT", "json", "json or pretty");
        let otlp_endpoint = env.optional::<Collector>(
            "NOXPAY_OTLP_ENDPOINT",
            "where traces are sent, OTLP over gRPC, such as http://127.0.0.1:4317",
        );
        let ratio = env.or::<Ratio>(
            "NOXPAY_TRACE_RATIO",
            "1",
            "the share of new traces that is recorded, 0 to 1",
        );
        let shutdown_grace = env.millis(
            "NOXPAY_SHUTDOWN_GRACE_MS",
            20_000,
            "how long work under way may go on after SIGTERM, in milliseconds",
        );
        Ok(Self {
            environment: environment?,
            log: log?.0,
            log_format: log_format?,
            otlp_endpoint: otlp_endpoint?.map(|c| c.0),
            trace_ratio: ratio?.0,
            shutdown_grace: shutdown_grace?,
        })
    }
}

struct LogFilter(String);

impl FromStr for LogFilter {
    type Err = tracing_subscriber::filter::ParseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        tracing_subscriber::EnvFilter::builder().parse(text)?;
        Ok(Self(text.to_owned()))
    }
}

struct Collector(http::Uri);

impl FromStr for Collector {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let uri: http::Uri = text.parse().map_err(|_| WANTED)?;
        // The exporter is built without TLS: collectors stand on the same machine or network.
        match (uri.scheme_str(), uri.host()) {
            (Some("http"), Some(_)) => Ok(Self(uri)),
            _ => Err(WANTED),
        }
    }
}

const WANTED: &str = "it must be http://host:port";

struct Ratio(f64);

impl FromStr for Ratio {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(ratio) if (0.0..=1.0).contains(&ratio) => Ok(Self(ratio)),
            _ => Err("it must be a number from 0 to 1"),
        }
    }
}
