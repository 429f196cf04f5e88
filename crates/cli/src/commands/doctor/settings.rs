//! What the doctor reads, and what it says about the settings themselves.

use super::report::Report;
use crate::context::Context;
use crate::settings::GatewaySettings;
use runtime::{Env, Invalid, SealingKeys};
use secrecy::{ExposeSecret as _, SecretString};
use std::path::PathBuf;
use url::Url;

/// Where the services' readiness is asked, and everything else that may be set.
pub(crate) struct DoctorSettings {
    pub(super) migrate_url: Option<SecretString>,
    pub(super) broker_url: Option<SecretString>,
    /// Name and base address of each admin listener.
    pub(super) services: Vec<(&'static str, Url)>,
    /// Files that hold secrets, with the variable that names each.
    pub(super) secret_files: Vec<(&'static str, PathBuf)>,
}

/// Service, variable, default.
const SERVICES: [(&str, &str, &str); 4] = [
    (
        "api-gateway",
        "NOXPAY_GATEWAY_ADMIN_URL",
        "http://127.0.0.1:9180",
    ),
    (
        "intent-service",
        "NOXPAY_INTENT_ADMIN_URL",
        "http://127.0.0.1:9181",
    ),
    (
        "imap-verifier",
        "NOXPAY_MAIL_ADMIN_URL",
        "http://127.0.0.1:9182",
    ),
    (
        "webhook-dispatcher",
        "NOXPAY_WEBHOOK_ADMIN_URL",
        "http://127.0.0.1:9183",
    ),
];

/// Variables that name a file with a secret in it.
const SECRET_FILES: [&str; 12] = [
    "NOXPAY_ADMIN_KEY_FILE",
    "NOXPAY_SEALING_KEYS_FILE",
    "NOXPAY_INTERNAL_TOKEN_FILE",
    "NOXPAY_PEPPER_FILE",
    "NOXPAY_MIGRATE_URL_FILE",
    "NOXPAY_DATABASE_REQUEST_URL_FILE",
    "NOXPAY_DATABASE_WORKER_URL_FILE",
    "NOXPAY_BROKER_URL_FILE",
    "NOXPAY_ROLE_PASSWORDS_FILE",
    "NOXPAY_GRPC_TLS_KEY",
    "NOXPAY_DEMO_BANK_KEY",
    "NOXPAY_DEMO_MAILBOX_PASSWORD_FILE",
];

impl DoctorSettings {
    pub(crate) fn read(env: &mut Env) -> Result<Self, Invalid> {
        let migrate_url = env.optional_secret(
            "NOXPAY_MIGRATE_URL",
            "PostgreSQL as a role that may create roles and schemas",
        );
        let broker_url = env.optional_secret(
            "NOXPAY_BROKER_URL",
            "RabbitMQ, as a service reaches it; `doctor` greets it without logging in",
        );
        let services = SERVICES.map(|(service, name, default)| {
            let url = env.or::<Url>(
                name,
                default,
                "a service's admin listener, for its readiness",
            );
            url.map(|url| (service, url))
        });
        let mut secret_files = Vec::new();
        for name in SECRET_FILES {
            if env.is_set(name)
                && let Some(path) = env.optional(name, "a file with a secret")?
            {
                secret_files.push((name, path));
            }
        }
        Ok(Self {
            migrate_url: migrate_url?,
            broker_url: broker_url?,
            services: services.into_iter().collect::<Result<_, _>>()?,
            secret_files,
        })
    }
}

/// The settings of this shell.
pub(super) fn check(context: &mut Context, report: &mut Report) {
    let environment = context.environment();
    report.ok("environment", environment.to_string());
    match context.settings(|env| GatewaySettings::read(env, None)) {
        Ok(settings) if settings.key.expose_secret().len() < 32 => report.warn(
            "admin key",
            "shorter than 32 characters: production would refuse it",
        ),
        Ok(_) => report.ok("admin key", "set"),
        Err(wrong) => report.fail("admin key", wrong.to_string()),
    }
    sealing_keys(context, report);
}

/// Without a sealing key no service that holds secrets starts.
fn sealing_keys(context: &mut Context, report: &mut Report) {
    let subject = "sealing keys";
    if !context.is_set("NOXPAY_SEALING_KEYS") && !context.is_set("NOXPAY_SEALING_KEYS_FILE") {
        report.skip(subject, "not set in this shell; the services need them");
        return;
    }
    match context.settings(SealingKeys::read) {
        Ok(_) => report.ok(
            subject,
            "usable; keep a copy where a fire does not reach it",
        ),
        Err(wrong) => report.fail(subject, wrong.to_string()),
    }
}
