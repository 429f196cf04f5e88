//! A RabbitMQ virtual host per test, with the services' own users.
//!
//! A virtual host costs 40 ms, as much as a prefix before every name would cost in declarations, and keeps names,
//! permissions and topic permissions as they are in production.

mod api;
mod users;

use std::{net::SocketAddr, time::Duration};

use bus::topology::{self, ServiceQueue};
use bus::{BrokerUrl, Bus, Settings};
use domain::event::{Envelope, Producer};
use lapin::{
    BasicProperties, Channel, Connection, ConnectionProperties,
    message::Delivery,
    options::{
        BasicAckOptions, BasicGetOptions, BasicPublishOptions, ConfirmSelectOptions,
        QueueDeclareOptions, QueueDeleteOptions, QueuePurgeOptions,
    },
    types::FieldTable,
};
use runtime::{Health, Shutdown};
use uuid::Uuid;

use crate::{env, wait};

/// Importing users may meet another test that does the same.
const TRIES: u32 = 5;

/// A broker that no other test sees. Gone with the value, connections and all.
pub struct TestBroker {
    vhost: String,
}

impl TestBroker {
    /// A virtual host with the users and permissions of `scripts/broker-users`, and nothing declared yet.
    ///
    /// # Panics
    /// If the test servers are not there.
    pub async fn new() -> Self {
        let vhost = format!("noxpay_test_{}", Uuid::new_v4().simple());
        let definitions = users::definitions(&vhost).to_string();
        let mut tries = 0;
        loop {
            tries += 1;
            match api::call("POST", "/api/definitions", &definitions) {
                Ok(_) => return Self { vhost },
                Err(error) if tries == TRIES => panic!("the test RabbitMQ: {error}"),
                Err(_) => tokio::time::sleep(Duration::from_millis(50) * tries).await,
            }
        }
    }

    /// A service's own address, as in `NOXPAY_BROKER_URL`.
    pub fn url(&self, service: Producer) -> String {
        self.url_at(
            service,
            &format!("{}:{}", env::amqp_host(), env::amqp_port()),
        )
    }

    /// The same through another address, such as a proxy's.
    pub fn url_via(&self, service: Producer, address: SocketAddr) -> String {
        self.url_at(service, &address.to_string())
    }

    fn url_at(&self, service: Producer, address: &str) -> String {
        format!(
            "amqp://{}:{}@{address}/{}",
            service.name(),
            users::PASSWORD,
            self.vhost
        )
    }

    /// `host:port` of the server, for a proxy.
    pub fn server() -> String {
        format!("{}:{}", env::amqp_host(), env::amqp_port())
    }

    /// A service's bus, connected, on this broker.
    pub async fn bus(&self, service: Producer, shutdown: &Shutdown) -> Bus {
        Self::connect(&self.url(service), service, shutdown).await
    }

    /// The same through a proxy.
    pub async fn bus_via(
        &self,
        service: Producer,
        address: SocketAddr,
        shutdown: &Shutdown,
    ) -> Bus {
        Self::connect(&self.url_via(service, address), service, shutdown).await
    }

    async fn connect(url: &str, service: Producer, shutdown: &Shutdown) -> Bus {
        let settings = Settings {
            url: BrokerUrl::parse(url, service).expect("a test URL"),
            prefetch: 64,
        };
        let health = Health::new().degrading("rabbitmq");
        let bus = Bus::start(settings, service, health, shutdown);
        wait::until(wait::PATIENCE, async || {
            if bus.is_connected() {
                Ok(())
            } else {
                Err("not connected to the test RabbitMQ")
            }
        })
        .await;
        bus
    }

    /// A channel of `user`, with confirms: a service's name, to do what only it may, or what only an attacker would.
    pub async fn channel(&self, user: Producer) -> Channel {
        open(&self.url(user)).await
    }

    /// A channel of an administrator, to whom nothing is forbidden, with confirms.
    pub async fn admin(&self) -> Channel {
        let url = env::amqp_url();
        let (server, _) = url.rsplit_once('/').expect("a URL with a vhost");
        open(&format!("{server}/{}", self.vhost)).await
    }

    /// Declares the topology, for tests that publish before any service started.
    pub async fn declare(&self) {
        topology::declare(&self.admin().await)
            .await
            .expect("the topology");
    }

    /// Publishes an event as its producer's relay would. Declares the topology first.
    pub async fn publish(&self, envelope: &Envelope) {
        self.publish_as(envelope.producer, envelope).await;
    }

    /// Publishes an event as `user`, whoever it claims to be from.
    pub async fn publish_as(&self, user: Producer, envelope: &Envelope) {
        self.declare().await;
        self.send(user, envelope).await;
    }

    /// Publishes an event as its producer's relay would, on the topology as it is.
    pub async fn publish_raw(&self, envelope: &Envelope) {
        self.send(envelope.producer, envelope).await;
    }

    /// Puts an event straight into a service's queue as `user`, over the exchange for replays: the one way past the rights
    /// to publish that every service has.
    pub async fn slip_in(&self, user: Producer, into: &ServiceQueue, envelope: &Envelope) {
        let channel = self.channel(user).await;
        let body = envelope.to_json().expect("an event");
        let properties = BasicProperties::default()
            .with_message_id(envelope.id.to_string().into())
            .with_user_id(user.name().into());
        let queue = into.service.name();
        publish(
            &channel,
            topology::REPLAY,
            queue,
            properties,
            body.as_bytes(),
        )
        .await
        .expect("the broker takes the event");
    }

    async fn send(&self, user: Producer, envelope: &Envelope) {
        say(&self.channel(user).await, user, envelope).await;
    }

    /// A connection that publishes as intent-service's relay would, on the topology as it is.
    pub async fn publisher(&self) -> EventPublisher {
        self.declare().await;
        EventPublisher(self.channel(Producer::IntentService).await)
    }

    /// Publishes events of intent-service as fast as the broker confirms them.
    pub async fn publish_all(&self, envelopes: &[Envelope]) {
        let publisher = self.publisher().await;
        for some in envelopes.chunks(200) {
            futures_util::future::join_all(some.iter().map(|envelope| publisher.publish(envelope)))
                .await;
        }
    }

    /// How many messages are ready in a queue; 0 if there is no such queue. What a consumer holds is not counted: stop it
    /// first, and it comes back.
    pub async fn depth(&self, queue: &str) -> u32 {
        let passive = QueueDeclareOptions {
            passive: true,
            ..QueueDeclareOptions::default()
        };
        let declared = self
            .admin()
            .await
            .queue_declare(queue.into(), passive, FieldTable::default())
            .await;
        declared.map_or(0, |queue| queue.message_count())
    }

    /// What is in a queue that should not be: every dead and every unrouted message, by queue.
    pub async fn leftovers(&self) -> Vec<(&'static str, u32)> {
        let mut found = Vec::new();
        let dead = topology::SERVICE_QUEUES.map(|queue| queue.dead);
        for queue in dead.into_iter().chain([topology::UNROUTED]) {
            let depth = self.depth(queue).await;
            if depth > 0 {
                found.push((queue, depth));
            }
        }
        found
    }

    /// Takes every message out of a queue.
    pub async fn drain(&self, queue: &str) -> Vec<Delivery> {
        let channel = self.admin().await;
        let mut messages = Vec::new();
        let get = || channel.basic_get(queue.into(), BasicGetOptions::default());
        while let Some(message) = get().await.expect("the queue") {
            message
                .ack(BasicAckOptions::default())
                .await
                .expect("the queue");
            messages.push(message.delivery);
        }
        messages
    }

    /// Empties a queue.
    pub async fn purge(&self, queue: &str) {
        self.admin()
            .await
            .queue_purge(queue.into(), QueuePurgeOptions::default())
            .await
            .expect("the queue");
    }

    /// Removes a queue's binding for events, as an operator's mistake would.
    pub async fn unbind(&self, queue: &str, key: &str) {
        self.admin()
            .await
            .queue_unbind(
                queue.into(),
                topology::EVENTS.into(),
                key.into(),
                FieldTable::default(),
            )
            .await
            .expect("the queue");
    }

    /// Removes a queue, as an operator's mistake would.
    pub async fn delete_queue(&self, queue: &str) {
        self.admin()
            .await
            .queue_delete(queue.into(), QueueDeleteOptions::default())
            .await
            .expect("the queue");
    }
}

impl Drop for TestBroker {
    fn drop(&mut self) {
        if let Err(error) = api::call("DELETE", &format!("/api/vhosts/{}", self.vhost), "") {
            eprintln!("the virtual host {} stays: {error}", self.vhost);
        }
    }
}

/// Publishes and waits for the broker's word.
///
/// # Errors
/// What the broker says against it.
pub async fn publish(
    channel: &Channel,
    exchange: &str,
    key: &str,
    properties: BasicProperties,
    body: &[u8],
) -> Result<(), lapin::Error> {
    let options = BasicPublishOptions {
        mandatory: true,
        ..BasicPublishOptions::default()
    };
    let confirm = channel
        .basic_publish(exchange.into(), key.into(), options, body, properties)
        .await?
        .await?;
    assert!(
        confirm.is_ack() && confirm.take_message().is_none(),
        "no queue took {key}"
    );
    Ok(())
}

async fn open(url: &str) -> Channel {
    let properties = ConnectionProperties::default().with_connection_name("test".into());
    let connection = Connection::connect(url, properties)
        .await
        .expect("the test RabbitMQ");
    let channel = connection.create_channel().await.expect("a channel");
    channel
        .confirm_select(ConfirmSelectOptions::default())
        .await
        .expect("confirms");
    // A channel keeps its connection open.
    channel
}

/// See [`TestBroker::publisher`].
pub struct EventPublisher(Channel);

impl EventPublisher {
    /// Publishes an event of intent-service and waits for the broker's word.
    pub async fn publish(&self, envelope: &Envelope) {
        say(&self.0, Producer::IntentService, envelope).await;
    }
}

async fn say(channel: &Channel, user: Producer, envelope: &Envelope) {
    let body = envelope.to_json().expect("an event");
    let properties = BasicProperties::default()
        .with_message_id(envelope.id.to_string().into())
        .with_type(envelope.event.kind().into())
        .with_content_type("application/cloudevents+json".into())
        .with_delivery_mode(2)
        .with_user_id(user.name().into());
    let kind = envelope.event.kind();
    publish(channel, topology::EVENTS, kind, properties, body.as_bytes())
        .await
        .expect("the broker takes the event");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_virtual_host_goes_with_its_value() {
        let broker = TestBroker::new().await;
        broker.declare().await;
        let path = format!("/api/vhosts/{}", broker.vhost);
        assert!(api::call("GET", &path, "").is_ok());
        drop(broker);
        assert!(api::call("GET", &path, "").is_err());
    }
}
