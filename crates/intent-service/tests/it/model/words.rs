//! What mailboxes say, in both languages.

use super::driver::{Driver, dies_after, source_id, time};
use super::ladder::Alert;
use super::reference::{MINUTE, SECOND};
use super::steps::{Amount, Delivery, Nature, Note, Payment, Printed, Repeat, When};
use crate::support::*;
use domain::event::{
    Envelope, Event, MailSourceChanged, MailWatermark, Observation, ObservationsDoubted, Producer,
};
use domain::evidence::{DEVICE, Direction, PaymentMode, Proof, RailClass, Strength};
use domain::ids::ObservationId;
use domain::text::ShortText;
use domain::{Interval, Money, Precision};
use intent_service::consume;
use std::collections::BTreeSet;

/// Something that a mailbox says: the event, and what it means to the model.
#[derive(Clone)]
pub(super) struct Word {
    envelope: Envelope,
    meaning: Meaning,
}

#[derive(Clone)]
enum Meaning {
    Alert {
        source: usize,
        seq: i64,
        /// Its number among all alerts.
        told: usize,
        alert: Alert,
    },
    /// What that number of the alerts told is not believed.
    Doubt {
        source: usize,
        told: usize,
        alert: Alert,
    },
    Watermark {
        source: usize,
        until: i64,
        last: i64,
    },
    Count {
        source: usize,
        seq: i64,
        account: usize,
        counting: bool,
    },
}

impl Driver<'_> {
    pub(super) async fn pay(&mut self, payment: &Payment) {
        let Some(alert) = self.read(payment) else {
            return;
        };
        let note = match payment.note {
            Note::Thanks => "thanks".to_owned(),
            _ => self.note(&alert),
        };
        let precision = match payment.precision {
            Printed::Moment => Precision::Block,
            Printed::Second => Precision::Second,
            Printed::Minute => Precision::Minute,
            Printed::Date(_) => Precision::Date,
        };
        let observation = self.observation(&alert, payment.source, &note, precision);
        self.tell(observation, payment.source, alert, payment.delivery)
            .await;
    }

    /// What the alert of this payment says.
    fn read(&mut self, payment: &Payment) -> Option<Alert> {
        let count = self.intents.len();
        if count == 0 {
            return None;
        }
        let own = payment.intent % count;
        let intent = &self.shop.intents[own];
        let amount = match payment.amount {
            Amount::Right => intent.payable,
            Amount::Short(by) => intent.payable - by,
            Amount::Over(by) => intent.payable + by,
            Amount::Of(other) => self.shop.intents[other % count].payable,
            Amount::Half => intent.payable / 2,
        };
        let codes = match payment.note {
            Note::Empty | Note::Thanks => BTreeSet::new(),
            Note::Code => BTreeSet::from([own]),
            Note::CodeOf(other) => BTreeSet::from([other % count]),
            Note::Both(other) => BTreeSet::from([own, other % count]),
        };
        let now = self.shop.now;
        let after = |moment: i64, seconds: i64| (moment + seconds * SECOND).min(now);
        let paid = match payment.when {
            When::Ago(seconds) => after(now, -seconds),
            When::Creation(seconds) => after(intent.created, seconds),
            When::Expiry(seconds) => after(intent.expires(), seconds),
            When::LateEnd(seconds) => after(intent.late_until(), seconds),
            When::Cancel(seconds) => after(intent.cancelled.unwrap_or(now), seconds),
        };
        let (from, to) = match payment.precision {
            Printed::Moment => (paid, paid),
            Printed::Second => (paid - paid % SECOND, paid - paid % SECOND + SECOND),
            Printed::Minute => (paid - paid % MINUTE, paid - paid % MINUTE + MINUTE),
            Printed::Date(delay) => {
                let signed = after(paid, delay);
                (signed - 30 * MINUTE, signed)
            }
        };
        self.references += 1;
        Some(Alert {
            account: (intent.account + usize::from(payment.astray)) % 2,
            reference: self.references.to_string(),
            amount,
            from,
            to,
            codes,
            nature: payment.nature,
        })
    }

    fn note(&self, alert: &Alert) -> String {
        let codes = alert.codes.iter().map(|n| code(&self.intents[*n]));
        codes.collect::<Vec<_>>().join(" for ")
    }

    fn observation(
        &self,
        alert: &Alert,
        source: usize,
        note: &str,
        precision: Precision,
    ) -> Observation {
        Observation {
            observation_id: ObservationId::new(),
            source_id: source_id(source),
            source_seq: 0,
            live: true,
            merchant_id: self.scope.merchant,
            account_id: self.accounts[alert.account],
            rail_class: RailClass::Inr,
            reference: alert.reference.clone(),
            strength: Strength::Strong,
            direction: match alert.nature {
                Nature::Debit => Direction::Debit,
                _ => Direction::Credit,
            },
            mode: match alert.nature {
                Nature::Cheque => PaymentMode::Cheque,
                _ => PaymentMode::Upi,
            },
            amount: Money::inr(alert.amount),
            interval: Interval::new(time(alert.from), time(alert.to), precision).unwrap(),
            payer_vpa: Some(ShortText::clean("ravi@okexample")),
            payer_name: None,
            note: ShortText::non_empty(note),
            seen_at: time(self.shop.now),
            proof: Proof {
                method: DEVICE.to_owned(),
                domain: "alerts.examplebank.test".to_owned(),
                rule_id: "examplebank.upi-credit".to_owned(),
                rule_version: 1,
                message_digest: "00ff".to_owned(),
                selector: None,
                binding: None,
            },
        }
    }

    pub(super) async fn again(&mut self, which: usize, how: Repeat) {
        if self.told.is_empty() {
            return;
        }
        let word = self.told[which % self.told.len()].clone();
        let (Meaning::Alert { source, alert, .. }, Event::ObservationRecorded(told)) =
            (&word.meaning, &word.envelope.event)
        else {
            return;
        };
        let mut told = Observation {
            observation_id: ObservationId::new(),
            ..(**told).clone()
        };
        let mut alert = alert.clone();
        match how {
            Repeat::Event => return self.deliver(&word).await,
            Repeat::OtherMailbox => {}
            Repeat::OtherAmount => {
                alert.amount += 1;
                told.amount = Money::inr(alert.amount);
            }
        }
        let other = 1 - source;
        told.source_id = source_id(other);
        self.tell(told, other, alert, Delivery::AtOnce).await;
    }

    async fn tell(&mut self, mut told: Observation, source: usize, alert: Alert, by: Delivery) {
        let seq = self.next(source);
        told.source_seq = seq;
        let word = Word {
            envelope: self.envelope(Event::ObservationRecorded(Box::new(told))),
            meaning: Meaning::Alert {
                source,
                seq,
                told: self.told.len(),
                alert,
            },
        };
        self.told.push(word.clone());
        self.send(word, by).await;
    }

    pub(super) async fn doubt(&mut self, which: usize, by: Delivery) {
        if self.told.is_empty() {
            return;
        }
        let told = which % self.told.len();
        let word = self.told[told].clone();
        let (Meaning::Alert { source, alert, .. }, Event::ObservationRecorded(observation)) =
            (word.meaning, word.envelope.event)
        else {
            return;
        };
        let event = Event::ObservationDoubted(ObservationsDoubted {
            source_id: source_id(source),
            live: true,
            merchant_id: self.scope.merchant,
            observation_ids: vec![observation.observation_id],
            reason: None,
        });
        let word = Word {
            envelope: self.envelope(event),
            meaning: Meaning::Doubt {
                source,
                told,
                alert,
            },
        };
        self.send(word, by).await;
    }

    pub(super) async fn watermark(&mut self, source: usize, until: i64, by: Delivery) {
        let last = self.shop.sources[source].said;
        let event = Event::MailWatermark(MailWatermark {
            source_id: source_id(source),
            up_to: time(until),
            last_seq: last,
        });
        let word = Word {
            envelope: self.envelope(event),
            meaning: Meaning::Watermark {
                source,
                until,
                last,
            },
        };
        self.send(word, by).await;
    }

    pub(super) async fn count(
        &mut self,
        source: usize,
        account: usize,
        counting: bool,
        by: Delivery,
    ) {
        let seq = self.next(source);
        let event = Event::MailSourceChanged(MailSourceChanged {
            source_id: source_id(source),
            source_seq: seq,
            account_ids: vec![self.accounts[account]],
            counting,
            since: time(self.shop.now),
        });
        let word = Word {
            envelope: self.envelope(event),
            meaning: Meaning::Count {
                source,
                seq,
                account,
                counting,
            },
        };
        self.send(word, by).await;
    }

    fn next(&mut self, source: usize) -> i64 {
        self.shop.sources[source].said += 1;
        self.shop.sources[source].said
    }

    fn envelope(&self, event: Event) -> Envelope {
        Envelope::new(Producer::ImapVerifier, time(self.shop.now), event)
    }

    async fn send(&mut self, word: Word, by: Delivery) {
        match by {
            Delivery::AtOnce => self.deliver(&word).await,
            Delivery::HeldBack => self.held.push(word),
            Delivery::Dies(polls) => {
                dies_after(polls, consume::handle(&self.world.core, &word.envelope)).await;
                self.deliver(&word).await;
            }
        }
    }

    pub(super) async fn deliver(&mut self, word: &Word) {
        // What met the remains of a killed handler is delivered again.
        let outcome = testkit::wait::until(testkit::wait::PATIENCE, async || {
            consume::handle(&self.world.core, &word.envelope).await
        })
        .await;
        assert_eq!(outcome, bus::Outcome::Ack);
        match &word.meaning {
            Meaning::Alert {
                source,
                seq,
                told,
                alert,
            } => {
                self.shop.alert(alert, *source, *told);
                self.shop.store(*source, *seq);
            }
            Meaning::Doubt {
                source,
                told,
                alert,
            } => self.shop.doubt(alert, *source, *told),
            Meaning::Watermark {
                source,
                until,
                last,
            } => self.shop.watermark(*source, *until, *last),
            Meaning::Count {
                source,
                seq,
                account,
                counting,
            } => {
                self.shop.count(*source, *seq, *account, *counting);
                self.shop.store(*source, *seq);
            }
        }
        if let Err(error) = self.look_at_sources(false).await {
            panic!("{error}");
        }
    }
}
