//! Publishing with confirms: what is not confirmed did not happen.

use std::collections::HashSet;

use lapin::{
    BasicProperties, Channel, Confirmation, Connection,
    options::{BasicPublishOptions, ConfirmSelectOptions},
};
use tokio::time::{Instant, timeout_at};

use crate::{
    BusError,
    connection::{ANSWER, answer},
};

/// A message on its way out. Its properties carry a message id, unique among those published together.
pub(crate) struct Message<'a> {
    pub(crate) exchange: &'a str,
    pub(crate) key: &'a str,
    pub(crate) properties: BasicProperties,
    pub(crate) body: &'a [u8],
    /// Whether some queue must take it.
    pub(crate) mandatory: bool,
}

/// A channel with confirms.
pub(crate) struct Publisher(Channel);

impl Publisher {
    pub(crate) async fn open(connection: &Connection) -> Result<Self, BusError> {
        let channel = answer(connection.create_channel()).await?;
        answer(channel.confirm_select(ConfirmSelectOptions::default())).await?;
        Ok(Self(channel))
    }

    /// Whether more can be published. A refusal closes the channel.
    pub(crate) fn is_open(&self) -> bool {
        self.0.status().connected()
    }

    /// Publishes one message and waits until the broker has it safe.
    pub(crate) async fn publish(&self, message: Message<'_>) -> Result<(), BusError> {
        let mut verdicts = self.publish_all(vec![message]).await;
        verdicts.pop().unwrap_or(Err(BusError::Unavailable))
    }

    /// Publishes all, in order, without waiting in between, then waits for the broker's word on each. One verdict per
    /// message, in order.
    pub(crate) async fn publish_all(
        &self,
        messages: Vec<Message<'_>>,
    ) -> Vec<Result<(), BusError>> {
        let deadline = Instant::now() + ANSWER;
        let mut ids = Vec::new();
        let mut confirms = Vec::new();
        for message in messages {
            ids.push(message_id(&message.properties));
            // After the first failure the channel is gone, and order matters: the rest is not tried.
            if !confirms.last().is_some_and(Result::is_err) {
                let sent = timeout_at(deadline, self.send(message)).await;
                confirms.push(sent.unwrap_or(Err(BusError::Timeout(ANSWER))));
            }
        }
        let mut returned = HashSet::new();
        let mut verdicts = Vec::new();
        for confirm in confirms {
            let confirmed = match confirm {
                Ok(confirm) => timeout_at(deadline, confirm)
                    .await
                    .map_or(Err(BusError::Timeout(ANSWER)), |c| {
                        c.map_err(BusError::from)
                    }),
                Err(error) => Err(error),
            };
            verdicts.push(confirmed.and_then(|confirmation| judge(confirmation, &mut returned)));
        }
        // Which confirm carries a returned message is chance where the broker confirms several at once: only the
        // message itself says which one had no queue.
        for (verdict, id) in verdicts.iter_mut().zip(&ids) {
            if verdict.is_ok() && id.as_ref().is_some_and(|id| returned.contains(id)) {
                *verdict = Err(BusError::Unrouted);
            }
        }
        verdicts.resize_with(ids.len(), || Err(BusError::Unavailable));
        verdicts
    }

    async fn send(&self, message: Message<'_>) -> Result<lapin::PublisherConfirm, BusError> {
        let options = BasicPublishOptions {
            mandatory: message.mandatory,
            ..BasicPublishOptions::default()
        };
        let confirm = self.0.basic_publish(
            message.exchange.into(),
            message.key.into(),
            options,
            message.body,
            message.properties,
        );
        Ok(confirm.await?)
    }
}

fn judge(confirmation: Confirmation, returned: &mut HashSet<String>) -> Result<(), BusError> {
    let acknowledged = confirmation.is_ack();
    if let Some(message) = confirmation.take_message() {
        returned.extend(message_id(&message.delivery.properties));
    }
    if acknowledged {
        Ok(())
    } else {
        Err(BusError::Refused)
    }
}

fn message_id(properties: &BasicProperties) -> Option<String> {
    properties.message_id().as_ref().map(ToString::to_string)
}
