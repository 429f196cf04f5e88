//! One running service with a database, a broker and a merchant of its own.

mod heard;
mod setup;

pub(crate) use setup::{Variables, added};

use crate::bank;
use domain::event::Envelope;
use imap_verifier::Running;
use proto::mail;
use proto::mail::mail_service_client::MailServiceClient;
use runtime::Shutdown;
use runtime::internal::{CallContext, InternalChannel, InternalSettings, channel};
use setup::{run, variables};
use std::sync::Mutex;
use std::time::Duration;
use testkit::{TestBroker, TestDb, TestMailbox, wait};
use uuid::Uuid;

const TOKEN: &str = "0123456789abcdef0123456789abcdef";

pub(crate) struct Stack {
    pub(crate) merchant: Uuid,
    pub(crate) running: Running,
    client: MailServiceClient<InternalChannel>,
    events: Mutex<Vec<Envelope>>,
    pub(crate) shutdown: Shutdown,
    pub(crate) broker: TestBroker,
    pub(crate) db: TestDb,
}

impl Stack {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub(crate) async fn with(change: impl FnOnce(&mut Variables)) -> Self {
        Self::with_servers(|_, _, variables| change(variables)).await
    }

    /// `change` may lead the service to its servers through a proxy.
    pub(crate) async fn with_servers(
        change: impl FnOnce(&TestDb, &TestBroker, &mut Variables),
    ) -> Self {
        runtime::install_crypto();
        let (db, broker) = (TestDb::new().await, TestBroker::new().await);
        broker.declare().await;
        let mut variables = variables(&db, &broker);
        change(&db, &broker, &mut variables);
        let shutdown = Shutdown::new();
        let running = run(variables, &shutdown).await;
        let uri = format!("http://{}", running.grpc).parse().unwrap();
        let channel = channel(&uri, &InternalSettings::plain(TOKEN), "api-gateway").unwrap();
        Self {
            merchant: Uuid::now_v7(),
            running,
            client: MailServiceClient::new(channel),
            events: Mutex::default(),
            shutdown,
            broker,
            db,
        }
    }

    /// A further replica; it lives as long as the shutdown that it is given.
    pub(crate) async fn replica(&self, shutdown: &Shutdown) -> Running {
        self.replica_with(shutdown, |_| {}).await
    }

    pub(crate) async fn replica_with(
        &self,
        shutdown: &Shutdown,
        change: impl FnOnce(&mut Variables),
    ) -> Running {
        let mut variables = variables(&self.db, &self.broker);
        change(&mut variables);
        run(variables, shutdown).await
    }

    pub(crate) fn client(&self) -> MailServiceClient<InternalChannel> {
        self.client.clone()
    }

    pub(crate) fn call<T>(&self, message: T) -> tonic::Request<T> {
        self.call_as(self.merchant, message)
    }

    pub(crate) fn call_as<T>(&self, merchant: Uuid, message: T) -> tonic::Request<T> {
        let context = CallContext {
            merchant: Some(merchant),
            live: Some(true),
            actor: "admin".to_owned(),
            request_id: "test".to_owned(),
        };
        context.request(message)
    }

    /// Adds `mailbox` and binds an account with [`bank::TAIL`] at the demo bank to it.
    pub(crate) async fn watch(&self, mailbox: &TestMailbox) -> Watched {
        let id = self.add(added(mailbox)).await;
        let account = self
            .bind(&id, "EXAMPLEBANK", bank::TAIL, mailbox.address())
            .await;
        Watched { id, account }
    }

    pub(crate) async fn add(&self, request: mail::AddMailboxRequest) -> String {
        let added = self.client().add_mailbox(self.call(request)).await.unwrap();
        added.into_inner().id
    }

    pub(crate) async fn bind(&self, mailbox: &str, bank: &str, tail: &str, address: &str) -> Uuid {
        let account = Uuid::now_v7();
        let request = mail::BindRequest {
            mailbox_id: mailbox.to_owned(),
            account_id: account.to_string(),
            bank: bank.to_owned(),
            account_tail: tail.to_owned(),
            payee_vpa: String::new(),
            registered_addresses: vec![address.to_owned()],
            apps: Vec::new(),
        };
        self.client().bind(self.call(request)).await.unwrap();
        account
    }

    pub(crate) async fn set_state(
        &self,
        mailbox: &str,
        state: mail::MailboxState,
    ) -> mail::Mailbox {
        let request = mail::SetMailboxStateRequest {
            mailbox_id: mailbox.to_owned(),
            state: state.into(),
        };
        self.client()
            .set_mailbox_state(self.call(request))
            .await
            .unwrap()
            .into_inner()
    }

    pub(crate) async fn mailbox(&self, id: &str) -> mail::Mailbox {
        let listed = self
            .client()
            .list_mailboxes(self.call(mail::ListMailboxesRequest {}))
            .await
            .unwrap();
        listed
            .into_inner()
            .mailboxes
            .into_iter()
            .find(|m| m.id == id)
            .unwrap()
    }

    pub(crate) async fn messages(&self) -> Vec<mail::Message> {
        let listed = self
            .client()
            .list_messages(self.call(mail::ListMessagesRequest {
                limit: 200,
                ..Default::default()
            }))
            .await
            .unwrap();
        listed.into_inner().messages
    }

    /// Waits until so many mails have a verdict, and gives them back in the order of reading, as (verdict, reason).
    pub(crate) async fn verdicts(&self, count: usize) -> Vec<(String, String)> {
        wait::until(wait::PATIENCE, async || {
            let messages = self.messages().await;
            // Sorted: the mail server may number mails that come at once in another order.
            let mut verdicts: Vec<_> = messages
                .into_iter()
                .map(|m| (m.verdict, m.reason))
                .collect();
            verdicts.sort();
            if verdicts.len() >= count {
                Ok(verdicts)
            } else {
                Err(verdicts)
            }
        })
        .await
    }

    /// Waits until a scan that began after now has found nothing new: everything delivered before was read.
    pub(crate) async fn caught_up(&self, mailbox: &str) {
        let now = domain::Clock::new().now();
        wait::until(wait::PATIENCE, async || {
            let watermark = self.mailbox(mailbox).await.watermark;
            let watermark = proto::convert::parse_timestamp(watermark.as_ref());
            if watermark.is_some_and(|w| w > now) {
                Ok(())
            } else {
                Err(watermark)
            }
        })
        .await;
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        self.shutdown.begin();
    }
}

/// A mailbox and the account that is bound to it.
pub(crate) struct Watched {
    pub(crate) id: String,
    pub(crate) account: Uuid,
}

/// Runs what blocks away from the async threads.
pub(crate) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

/// Long enough for several looks at a mailbox.
pub(crate) const A_WHILE: Duration = Duration::from_secs(20);
