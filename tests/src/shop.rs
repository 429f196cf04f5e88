//! What a merchant, an operator and a payer do with an installation.

use crate::answers::{SCOPE, id_of, list, money, scoped};
use crate::bank::Payment;
use crate::stack::{ACCOUNT_TAIL, Stack};
use domain::Money;
use reqwest::Method;
use serde_json::{Value, json};
use testkit::wait::{PATIENCE, until};
use testkit::{TestMailbox, mailbox};

impl Stack {
    /// The demo merchant with its mailbox and its account, which pays its proving payment.
    pub(crate) async fn open_shop(&mut self) {
        self.admin.post("/api/v1/admin/demo", &json!({})).await.ok();
        self.mailbox_id = self.add_mailbox(&self.mailbox).await;
        let account = self
            .add_account("demo-shop@examplebank", ACCOUNT_TAIL, true)
            .await;
        self.account_id = account;
        self.prove(&self.account_id).await;
    }

    /// A mailbox of the merchant's that is read from now on.
    pub async fn add_mailbox(&self, mailbox: &TestMailbox) -> String {
        let added = self
            .admin
            .post(
                "/api/v1/admin/mailboxes",
                &scoped(json!({
                    "host": mailbox::HOST,
                    "port": testkit::env::imaps_port(),
                    "username": mailbox.address(),
                    "password": mailbox.password(),
                })),
            )
            .await
            .ok();
        id_of(&added)
    }

    /// Another account of the merchant, bound to its mailbox, not proved yet.
    pub async fn add_account(&self, vpa: &str, tail: &str, dedicated: bool) -> String {
        let account = self
            .admin
            .post(
                "/api/v1/admin/accounts",
                &scoped(json!({
                    "vpa": vpa,
                    "payee_name": "Demo Shop",
                    "kind": "personal",
                    "dedicated": dedicated,
                    "bank": alerts::compose::demo_bank::CODE,
                    "account_tail": tail,
                    "mailbox_id": self.mailbox_id,
                    "registered_addresses": [self.mailbox.address()],
                })),
            )
            .await
            .ok();
        id_of(&account)
    }

    /// A source that pushes, of kind `http` or `phone`, with what `more` says about it. What is answered holds its token.
    pub async fn add_push_source(&self, kind: &str, name: &str, more: Value) -> Value {
        let mut body = scoped(json!({ "kind": kind, "name": name }));
        for (key, value) in more.as_object().cloned().unwrap_or_default() {
            body[key] = value;
        }
        self.admin.post("/api/v1/admin/mailboxes", &body).await.ok()
    }

    /// Binds the merchant's account to another source beside its mailbox.
    pub async fn bind_to(&self, source: &str, more: Value) {
        let mut body = scoped(json!({
            "vpa": "demo-shop@examplebank",
            "payee_name": "Demo Shop",
            "kind": "personal",
            "dedicated": true,
            "bank": alerts::compose::demo_bank::CODE,
            "account_tail": ACCOUNT_TAIL,
            "mailbox_id": source,
        }));
        for (key, value) in more.as_object().cloned().unwrap_or_default() {
            body[key] = value;
        }
        self.admin.post("/api/v1/admin/accounts", &body).await.ok();
    }

    /// Makes the account's proving payment and waits until it is live.
    pub async fn prove(&self, account: &str) {
        let path = format!("/api/v1/admin/accounts/{account}/prove?{SCOPE}");
        let proof = self.admin.post(&path, &json!({})).await.ok();
        let amount = money(&proof["amount"]);
        self.pay(amount, None).await;
        let path = format!(
            "/api/v1/admin/accounts/proofs/{}?{SCOPE}",
            proof["id"].as_str().expect("an id")
        );
        until(PATIENCE, async || {
            let proof = self.admin.get(&path).await.ok();
            if proof["proved_at"].is_string() {
                Ok(())
            } else {
                Err(proof)
            }
        })
        .await;
    }

    /// An endpoint of the merchant for the default events, or for those listed.
    pub async fn add_hook(&self, url: &str, event_types: &[&str]) {
        self.add_endpoint(url, event_types).await;
    }

    /// The same, for what wants to know its id.
    pub async fn add_endpoint(&self, url: &str, event_types: &[&str]) -> String {
        self.add_endpoint_with(url, event_types, json!(null)).await
    }

    /// The same, with retries of its own: null for the profile's.
    pub async fn add_endpoint_with(&self, url: &str, event_types: &[&str], retry: Value) -> String {
        let mut body =
            json!({ "url": url, "event_types": event_types, "secret": crate::hook::SECRET });
        if !retry.is_null() {
            body["retry"] = retry;
        }
        let body = scoped(body);
        let added = self
            .admin
            .post("/api/v1/admin/webhook-endpoints", &body)
            .await
            .ok();
        added["id"].as_str().expect("an id").to_owned()
    }

    /// Asks for money as a merchant's client does: the same order again until it is answered.
    pub async fn create_for_sure(&self, order_id: &str, rupees: &str) -> Value {
        let body = format!(r#"{{"amount":{rupees},"currency":"UPI","order_id":"{order_id}"}}"#);
        self.for_sure("/api/v1/intents/create-payment", &body).await
    }

    /// Cancels, likewise.
    pub async fn cancel_for_sure(&self, order_id: &str) -> Value {
        self.for_sure(&format!("/api/v1/intents/{order_id}/cancel"), "{}")
            .await
    }

    async fn for_sure(&self, path: &str, body: &str) -> Value {
        until(PATIENCE, async || {
            let sent = self
                .merchant
                .try_send(Method::POST, path, Some(body.to_owned()));
            match sent.await {
                Ok(answer) if answer.status.is_success() => Ok(answer.json()),
                Ok(answer) if answer.status == 503 => {
                    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
                    Err(answer.text)
                }
                Ok(answer) => panic!("{path}: {} {}", answer.status, answer.text),
                // Its connection went with the gateway.
                Err(error) => Err(error.to_string()),
            }
        })
        .await
    }

    /// Asks for money, as the merchant.
    pub async fn create(&self, order_id: &str, rupees: &str) -> Value {
        let body = format!(r#"{{"amount":{rupees},"currency":"UPI","order_id":"{order_id}"}}"#);
        self.merchant
            .post_raw("/api/v1/intents/create-payment", body)
            .await
            .ok()
    }

    /// What the merchant sees of an intent, by order id or id.
    pub async fn intent(&self, key: &str) -> Value {
        self.merchant
            .get(&format!("/api/v1/intents/{key}"))
            .await
            .ok()
    }

    /// The status of the answer about an intent.
    pub async fn intent_status(&self, key: &str) -> u16 {
        self.merchant
            .get(&format!("/api/v1/intents/{key}"))
            .await
            .status
            .as_u16()
    }

    /// The intent with its proof, as the operator.
    pub async fn explain(&self, key: &str) -> Value {
        self.admin
            .get(&format!("/api/v1/admin/intents/{key}?{SCOPE}"))
            .await
            .ok()
    }

    /// What the operator reads there of the demo merchant, byte for byte.
    pub async fn admin_text(&self, path: &str) -> String {
        let answer = self.admin.get(&format!("{path}?{SCOPE}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.text
    }

    /// Money that fits no intent.
    pub async fn unmatched(&self) -> Vec<Value> {
        let answer = self
            .admin
            .get(&format!("/api/v1/admin/intents/unmatched?{SCOPE}"))
            .await
            .ok();
        list(answer)
    }

    /// The mails that were read, newest first.
    pub async fn mails(&self) -> Vec<Value> {
        let answer = self
            .admin
            .get(&format!("/api/v1/admin/mails?{SCOPE}"))
            .await
            .ok();
        list(answer["mails"].clone())
    }

    /// Waits until the intent has this state (its own name, not the dialect's).
    pub async fn becomes(&self, key: &str, status: &str) -> Value {
        until(PATIENCE, async || {
            let intent = self.intent(key).await;
            if intent["sub_status"] == status {
                Ok(intent)
            } else {
                Err(intent)
            }
        })
        .await
    }

    /// A payment of this moment and its alert.
    pub async fn pay(&self, amount: Money, note: Option<&str>) -> Payment {
        let payment = self.bank.payment(amount, note, self.now());
        self.bank.tell(&payment, &self.mailbox).await;
        payment
    }
}
