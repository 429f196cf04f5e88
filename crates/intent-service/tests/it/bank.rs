//! What banks and mailboxes tell the service.

use crate::support::*;
use bus::Outcome;
use domain::event::{
    Envelope, Event, MailSourceChanged, MailWatermark, Observation, ObservationsDoubted, Producer,
};
use domain::evidence::{DEVICE, Direction, PaymentMode, Proof, RailClass, Strength};
use domain::ids::{AccountId, ObservationId, SourceId};
use domain::text::{Reason, ShortText};
use domain::{Interval, Money};
use intent_service::consume;
use jiff::Timestamp;

impl World {
    /// A UPI credit of this moment to the first merchant's account, with a reference of its own.
    pub(crate) async fn credit(&self, account: AccountId, paise: i64) -> Observation {
        let reference = self.next_reference();
        let now = self.now().await;
        Observation {
            observation_id: ObservationId::new(),
            source_id: mailbox(1),
            source_seq: 0,
            live: true,
            merchant_id: merchant(1).merchant,
            account_id: account,
            rail_class: RailClass::Inr,
            reference: reference.to_string(),
            strength: Strength::Strong,
            direction: Direction::Credit,
            mode: PaymentMode::Upi,
            amount: Money::inr(paise),
            interval: Interval::second(now),
            payer_vpa: Some(ShortText::clean("ravi@okexample")),
            payer_name: Some(ShortText::clean("RAVI KUMAR")),
            note: None,
            seen_at: now,
            proof: Proof {
                method: "test".to_owned(),
                domain: "alerts.examplebank.test".to_owned(),
                rule_id: "examplebank.upi-credit".to_owned(),
                rule_version: 1,
                message_digest: "00ff".to_owned(),
                selector: None,
                binding: None,
            },
        }
    }

    /// The same with a note.
    pub(crate) async fn noted(&self, account: AccountId, paise: i64, note: &str) -> Observation {
        Observation {
            note: Some(ShortText::clean(note)),
            ..self.credit(account, paise).await
        }
    }

    /// Hands an event over, as the broker would.
    pub(crate) async fn deliver(&self, envelope: &Envelope) -> Outcome {
        consume::handle(&self.core, envelope).await.unwrap()
    }

    pub(crate) async fn envelope(&self, event: Event) -> Envelope {
        Envelope::new(Producer::ImapVerifier, self.now().await, event)
    }

    /// Tells what a mailbox saw, with the next sequence number.
    pub(crate) async fn tell(&self, mut told: Observation) -> Outcome {
        told.source_seq = self.next_seq(told.source_id);
        let event = Event::ObservationRecorded(Box::new(told));
        self.deliver(&self.envelope(event).await).await
    }

    /// The same, as often as the broker would try it.
    pub(crate) async fn tell_until_taken(&self, mut told: Observation) {
        told.source_seq = self.next_seq(told.source_id);
        let event = Event::ObservationRecorded(Box::new(told));
        let envelope = self.envelope(event).await;
        testkit::wait::until(testkit::wait::PATIENCE, async || {
            consume::handle(&self.core, &envelope).await
        })
        .await;
    }

    /// Money of this moment.
    pub(crate) async fn pay(&self, account: AccountId, paise: i64) {
        let told = self.credit(account, paise).await;
        assert_eq!(self.tell(told).await, Outcome::Ack);
    }

    /// Money of this moment with a note.
    pub(crate) async fn pay_noted(&self, account: AccountId, paise: i64, note: &str) {
        let told = self.noted(account, paise, note).await;
        assert_eq!(self.tell(told).await, Outcome::Ack);
    }

    /// A mailbox becomes a witness of the account, or stops being one.
    pub(crate) async fn watch(&self, source_id: SourceId, account: AccountId, counting: bool) {
        let event = Event::MailSourceChanged(MailSourceChanged {
            source_id,
            source_seq: self.next_seq(source_id),
            account_ids: vec![account],
            counting,
            since: self.now().await,
        });
        let envelope = self.envelope(event).await;
        assert_eq!(self.deliver(&envelope).await, Outcome::Ack);
    }

    /// A mailbox has read everything until now.
    pub(crate) async fn watermark(&self, source: SourceId) {
        let up_to = self.now().await;
        self.watermark_at(source, up_to, self.last_seq(source))
            .await;
    }

    pub(crate) async fn watermark_at(&self, source_id: SourceId, up_to: Timestamp, last_seq: i64) {
        let event = Event::MailWatermark(MailWatermark {
            source_id,
            up_to,
            last_seq,
        });
        let envelope = self.envelope(event).await;
        assert_eq!(self.deliver(&envelope).await, Outcome::Ack);
    }
}

impl World {
    /// The same money as a phone tells it.
    pub(crate) fn by_phone(told: Observation, source: SourceId) -> Observation {
        let mut told = Observation {
            observation_id: ObservationId::new(),
            source_id: source,
            ..told
        };
        told.proof.method = DEVICE.to_owned();
        told
    }

    /// A phone is revoked, and with it what it said.
    pub(crate) async fn revoked(&self, source_id: SourceId, told: &[&Observation]) -> Envelope {
        let event = Event::ObservationDoubted(ObservationsDoubted {
            source_id,
            live: true,
            merchant_id: merchant(1).merchant,
            observation_ids: told.iter().map(|told| told.observation_id).collect(),
            reason: Some(Reason::parse("stolen").unwrap()),
        });
        self.envelope(event).await
    }

    pub(crate) async fn doubt(&self, source_id: SourceId, told: &[&Observation]) {
        let envelope = self.revoked(source_id, told).await;
        assert_eq!(self.deliver(&envelope).await, Outcome::Ack);
    }
}
