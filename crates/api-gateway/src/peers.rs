//! The other services, over gRPC.

use crate::config::PeerSettings;
use domain::ErrorCode;
use proto::Fault;
use proto::fault::is_lost;
use proto::intent::GetCheckoutRequest;
use proto::intent::intent_service_client::IntentServiceClient;
use proto::mail::mail_service_client::MailServiceClient;
use proto::webhook::webhook_service_client::WebhookServiceClient;
use runtime::health::HealthFlag;
use runtime::internal::{CallContext, ChannelError, InternalChannel, channel, channel_within};
use std::convert::Infallible;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tonic::{Response, Status};
use uuid::Uuid;

/// How often intent-service is asked whether it is there.
const PROBE: Duration = Duration::from_secs(3);
const PROBE_ANSWER: Duration = Duration::from_secs(2);
/// A long poll waits up to 30 s, an endpoint is given ten seconds and some for its name and connection.
const PATIENCE: Duration = Duration::from_secs(40);
/// Before the one second try of a call that may be repeated.
const RETRY: Duration = Duration::from_millis(50);

/// Clients of every service. Cheap to clone; connections are made when first used.
#[derive(Clone)]
pub(crate) struct Peers {
    intents: IntentServiceClient<InternalChannel>,
    mail: MailServiceClient<InternalChannel>,
    webhooks: WebhookServiceClient<InternalChannel>,
    /// For calls that wait for something.
    patient_webhooks: WebhookServiceClient<InternalChannel>,
}

impl Peers {
    pub(crate) fn new(settings: &PeerSettings) -> Result<Self, ChannelError> {
        let channel = |uri| channel(uri, &settings.internal, crate::NAME);
        Ok(Self {
            intents: IntentServiceClient::new(channel(&settings.intents)?),
            mail: MailServiceClient::new(channel(&settings.mail)?),
            webhooks: WebhookServiceClient::new(channel(&settings.webhooks)?),
            patient_webhooks: WebhookServiceClient::new(channel_within(
                &settings.webhooks,
                &settings.internal,
                crate::NAME,
                PATIENCE,
            )?),
        })
    }

    pub(crate) fn intents(&self) -> IntentServiceClient<InternalChannel> {
        self.intents.clone()
    }

    pub(crate) fn mail(&self) -> MailServiceClient<InternalChannel> {
        self.mail.clone()
    }

    pub(crate) fn webhooks(&self) -> WebhookServiceClient<InternalChannel> {
        self.webhooks.clone()
    }

    /// For a long poll, and for an answer that a merchant's server gives in its own time.
    pub(crate) fn patient_webhooks(&self) -> WebhookServiceClient<InternalChannel> {
        self.patient_webhooks.clone()
    }
}

/// A call that may be made twice: a read, or a write that its owner recognises. It is, if the first try did not get
/// through.
///
/// # Errors
/// What the other side answered, or [`ErrorCode::Unavailable`].
pub(crate) async fn repeatable<T>(
    mut call: impl AsyncFnMut() -> Result<Response<T>, Status>,
) -> Result<T, Fault> {
    let first = match call().await {
        Ok(reply) => return Ok(reply.into_inner()),
        Err(status) => status,
    };
    // Who was answered that something is away waits first, and a deadline that ran out would run out again.
    if !is_lost(&first) {
        return Err(first.into());
    }
    tokio::time::sleep(RETRY).await;
    let second = call().await?;
    Ok(second.into_inner())
}

/// Says by `health` whether intent-service answers, until `stop`.
pub(crate) async fn watch_intents(
    peers: Peers,
    health: HealthFlag,
    stop: CancellationToken,
) -> Result<(), Infallible> {
    let mut probe = tokio::time::interval(PROBE);
    while stop.run_until_cancelled(probe.tick()).await.is_some() {
        match ask(&peers).await {
            Ok(()) => health.up(),
            Err(why) => health.down(why),
        }
    }
    Ok(())
}

/// Asks for an intent that cannot exist, which goes through token, method list and database.
async fn ask(peers: &Peers) -> Result<(), String> {
    let request = CallContext::system("health").request(GetCheckoutRequest {
        intent_id: Uuid::nil().to_string(),
    });
    let mut client = peers.intents();
    let asked = tokio::time::timeout(PROBE_ANSWER, client.get_checkout(request));
    let Ok(answer) = asked.await else {
        return Err("no answer".to_owned());
    };
    match answer.map_err(Fault::from) {
        Ok(_) => Ok(()),
        Err(fault) if fault.code == ErrorCode::NotFound => Ok(()),
        Err(fault) => Err(fault.code.to_string()),
    }
}
