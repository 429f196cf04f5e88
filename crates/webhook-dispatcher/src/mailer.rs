//! Hands waiting e-mail over to a mail server, or into a directory for development.

use crate::rows::mails::{self, Due};
use db::WorkerPool;
use diesel::QueryResult;
use lettre::message::Mailbox;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::{
    Address, AsyncFileTransport, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
};
use runtime::backoff::{Woken, pause};
use runtime::{Env, Invalid};
use secrecy::ExposeSecret;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const URL: &str = "NOXPAY_SMTP_URL";
const LOOK: Duration = Duration::from_secs(5);
const TOGETHER: i64 = 20;
/// For one mail, with connecting.
const PATIENCE: Duration = Duration::from_secs(30);
/// Pauses after a mail server did not take a mail: some ten hours altogether.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(60),
    Duration::from_secs(300),
    Duration::from_secs(1_800),
    Duration::from_secs(3_600),
    Duration::from_secs(7_200),
    Duration::from_secs(21_600),
];

/// Where mail is handed over, and in whose name.
#[derive(Clone)]
pub struct Mailer {
    transport: Transport,
    from: Mailbox,
}

#[derive(Clone)]
enum Transport {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// A file per mail: the local sink of development and tests.
    Directory(AsyncFileTransport<Tokio1Executor>),
}

/// What the URL says, before a transport is made of it.
enum Place {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    Directory(PathBuf),
}

impl Mailer {
    /// `None` where no mail server is named: then nobody is written to, which the log says once.
    pub(crate) fn read(env: &mut Env) -> Result<Option<Self>, Invalid> {
        let url = env.optional_secret(
            URL,
            "where e-mail to merchants is handed over: smtp://user:password@host:587?tls=required, smtps://…, or \
             file:///directory in development",
        );
        let from = env.or(
            "NOXPAY_MAIL_FROM",
            "NoxPay <noxpay@localhost>",
            "the sender of e-mail to merchants",
        );
        let (url, from) = (url?, from?);
        let Some(url) = url else { return Ok(None) };
        let place = place(url.expose_secret()).map_err(|why| env.reject(URL, why))?;
        if matches!(place, Place::Directory(_)) && env.environment().is_production() {
            return Err(env.reject(
                URL,
                "production hands mail over to a server, not into a directory",
            ));
        }
        let transport = match place {
            Place::Smtp(smtp) => Transport::Smtp(smtp),
            Place::Directory(path) => Transport::Directory(AsyncFileTransport::new(path)),
        };
        let From(from) = from;
        Ok(Some(Self { transport, from }))
    }

    /// Hands one mail over.
    async fn send(&self, mail: &Due) -> Result<(), String> {
        let message = self.write(mail)?;
        let sent = async {
            match &self.transport {
                Transport::Smtp(smtp) => smtp
                    .send(message)
                    .await
                    .map(drop)
                    .map_err(|e| e.to_string()),
                Transport::Directory(files) => files
                    .send(message)
                    .await
                    .map(drop)
                    .map_err(|e| e.to_string()),
            }
        };
        match tokio::time::timeout(PATIENCE, sent).await {
            Ok(sent) => sent,
            Err(_) => Err("the mail server took too long".to_owned()),
        }
    }

    fn write(&self, mail: &Due) -> Result<Message, String> {
        let to: Address = mail
            .recipient
            .parse()
            .map_err(|_| "the address is not usable".to_owned())?;
        let domain = self.from.email.domain();
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            // The same over every try, so that a mail that was taken twice shows once.
            .message_id(Some(format!("<{}@{domain}>", mail.id)))
            .subject(&mail.subject)
            .header(AutoSubmitted)
            .header(ContentType::TEXT_PLAIN)
            .body(mail.body.clone())
            .map_err(|error| error.to_string())
    }
}

/// RFC 3834: nobody's absence note answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

/// A mailbox as a setting.
struct From(Mailbox);

impl FromStr for From {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self)
            .map_err(|_| "must be an address: Shop <shop@example.com>")
    }
}

fn place(url: &str) -> Result<Place, &'static str> {
    if let Some(path) = url.strip_prefix("file://") {
        let path = Path::new(path);
        return match path.is_absolute() && path.is_dir() {
            true => Ok(Place::Directory(path.to_owned())),
            false => Err("names no directory that is there"),
        };
    }
    if !url.starts_with("smtp://") && !url.starts_with("smtps://") {
        return Err("must begin with smtp://, smtps:// or file://");
    }
    let builder =
        AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|_| "is no usable URL")?;
    Ok(Place::Smtp(builder.timeout(Some(PATIENCE)).build()))
}

/// Hands over what waits, until `stop`.
pub(crate) async fn run(
    worker: WorkerPool,
    mailer: Option<Mailer>,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    if mailer.is_none() {
        tracing::info!("{URL} is not set: merchants are not written to about their endpoints");
    }
    loop {
        if let Some(mailer) = &mailer
            && let Err(error) = round(&worker, mailer).await
        {
            tracing::warn!(%error, "waiting mail could not be read or noted");
        }
        if pause(LOOK, &stop).await == Woken::Stopping {
            return Ok(());
        }
    }
}

async fn round(worker: &WorkerPool, mailer: &Mailer) -> QueryResult<()> {
    let mut conn = worker.get().await?;
    // Another replica looks again when this one has surely ended.
    let due = mails::claim(&mut conn, TOGETHER, PATIENCE * 30).await?;
    for mail in due {
        let sent = mailer.send(&mail).await;
        let made = usize::try_from(mail.attempts)
            .unwrap_or(usize::MAX)
            .saturating_sub(1);
        let outcome = match &sent {
            Ok(()) => "sent",
            Err(_) => "not_taken",
        };
        metrics::counter!("noxpay_mails_total", "outcome" => outcome).increment(1);
        if let Err(error) = &sent {
            tracing::warn!(mail = %mail.id, error, "a mail was not taken");
        }
        mails::finish(&mut conn, &mail, sent.err(), PAUSES.get(made).copied()).await?;
    }
    Ok(())
}
