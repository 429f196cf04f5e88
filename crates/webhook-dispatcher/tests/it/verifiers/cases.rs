//! From a delivery: the genuine case, and twins of it that must be refused.

use super::deliveries::Delivered;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use ring::signature::{Ed25519KeyPair, KeyPair};
use sha2::Sha256;
use std::collections::BTreeMap;

/// A well-formed secret that was never this endpoint's.
const STRANGER: &str = "whsec_c3RyYW5nZXItc3RyYW5nZXItc3RyYW5nZXItMDAwMDE=";

#[derive(Clone, Debug)]
pub(crate) struct Case {
    /// What is asked: `standard` of the headers, `body` of a header's signature, `asymmetric` of the headers by the public key.
    pub(crate) claim: &'static str,
    pub(crate) key: String,
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) signature: String,
    pub(crate) body: Vec<u8>,
    pub(crate) genuine: bool,
    /// Whether the headers are such as a sender could have written.
    pub(crate) well_formed: bool,
}

impl Case {
    fn twin(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut twin = self.clone();
        twin.genuine = false;
        change(&mut twin);
        twin
    }

    fn set(&mut self, name: &str, value: &str) {
        self.headers.insert(name.to_owned(), value.to_owned());
    }
}

/// `webhook-signature` by every secret that is in use.
pub(crate) fn standard(delivered: &Delivered) -> Vec<Case> {
    let mut cases = Vec::new();
    for secret in &delivered.secrets {
        let genuine = case("standard", secret, delivered);
        cases.extend(tampered(&genuine));
        for wrong in wrong_keys(delivered, &delivered.secrets) {
            cases.push(genuine.twin(|c| c.key = wrong));
        }
        let sent: i64 = delivered.header("webhook-timestamp").parse().unwrap();
        // Signed by whoever has the secret, but long ago or with a clock that is far ahead.
        for away in [-3_600, -400, 400, 3_600] {
            cases.push(genuine.twin(|c| sign_at(c, secret, sent + away)));
        }
        // Signed now: another id, another time.
        let other_id = "01234567-89ab-7cde-8f01-23456789abcd";
        cases.push(genuine.twin(|c| c.set("webhook-id", other_id)));
        cases.push(genuine.twin(|c| c.set("webhook-timestamp", &(sent + 1).to_string())));
        cases.extend(malformed(&genuine));
        cases.push(genuine);
    }
    cases
}

/// The header of one signature.
pub(crate) fn body(delivered: &Delivered) -> Vec<Case> {
    let Some(signature) = delivered.single_signature() else {
        return vec![];
    };
    let genuine = Case {
        signature: signature.to_owned(),
        ..case("body", &delivered.single, delivered)
    };
    let mut cases = tampered(&genuine);
    for wrong in wrong_keys(delivered, std::slice::from_ref(&delivered.single)) {
        cases.push(genuine.twin(|c| c.key = wrong));
    }
    for other in [
        "",
        "sha256=",
        "é",
        &signature[..signature.len() - 1],
        &format!("{signature}0"),
        &"0".repeat(64),
    ] {
        cases.push(genuine.twin(|c| c.signature = other.to_owned()));
    }
    cases.push(genuine);
    cases
}

/// The key pair's signature; nothing for endpoints without one.
pub(crate) fn asymmetric(delivered: &Delivered) -> Vec<Case> {
    if delivered.public_key.is_empty() {
        return vec![];
    }
    let genuine = case("asymmetric", &delivered.public_key, delivered);
    // A pair of ours shows that the time is looked at even where the signature is right.
    let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
    let public = format!("whpk_{}", STANDARD.encode(pair.public_key()));
    let sent: i64 = delivered.header("webhook-timestamp").parse().unwrap();
    let mut cases = tampered(&genuine);
    for (away, is_genuine) in [(0, true), (-3_600, false), (3_600, false)] {
        cases.push(genuine.twin(|c| {
            c.key = public.clone();
            c.genuine = is_genuine;
            let signature = STANDARD.encode(pair.sign(&signed_bytes(c, sent + away)));
            c.set("webhook-timestamp", &(sent + away).to_string());
            c.set("webhook-signature", &format!("v1a,{signature}"));
        }));
    }
    cases.push(genuine.twin(|c| c.key = public));
    cases.extend(malformed(&genuine));
    cases.push(genuine);
    cases
}

fn case(claim: &'static str, key: &str, delivered: &Delivered) -> Case {
    Case {
        claim,
        key: key.to_owned(),
        headers: delivered.headers.clone(),
        signature: String::new(),
        body: delivered.body.clone(),
        genuine: true,
        well_formed: true,
    }
}

fn tampered(genuine: &Case) -> Vec<Case> {
    let text = String::from_utf8(genuine.body.clone()).unwrap();
    let raised = text.replacen("49", "94", 1);
    let respaced = text.replacen(',', ", ", 1);
    let longer = format!("{text}\n");
    [raised, respaced, longer, String::new()]
        .into_iter()
        .filter(|other| *other != text)
        .map(|other| genuine.twin(|c| c.body = other.into_bytes()))
        .collect()
}

fn wrong_keys(delivered: &Delivered, right: &[String]) -> Vec<String> {
    let others = delivered
        .others
        .iter()
        .filter(|other| !right.contains(other));
    // What is no base64 is no key of this scheme at all.
    let others = others.filter(|other| other.len() > 40).cloned();
    others.chain(std::iter::once(STRANGER.to_owned())).collect()
}

/// Headers that no sender writes: they are refused, and nothing falls over them.
fn malformed(genuine: &Case) -> Vec<Case> {
    let mut cases = Vec::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        cases.push(genuine.twin(|c| {
            c.headers.remove(name);
        }));
    }
    let long = "9".repeat(5_000);
    for time in ["", "soon", "-1", "1e400", "NaN", "Infinity", &long] {
        cases.push(genuine.twin(|c| c.set("webhook-timestamp", time)));
    }
    for list in [
        "v1",
        "v1,",
        "v1a,",
        ",",
        "v1,not base64!",
        "v2,AAAA",
        "v1,AAAA v1a,AAAA",
    ] {
        cases.push(genuine.twin(|c| c.set("webhook-signature", list)));
    }
    cases.iter_mut().for_each(|c| c.well_formed = false);
    cases
}

fn signed_bytes(case: &Case, second: i64) -> Vec<u8> {
    let id = &case.headers["webhook-id"];
    [format!("{id}.{second}.").as_bytes(), &case.body].concat()
}

fn sign_at(case: &mut Case, secret: &str, second: i64) {
    let key = STANDARD
        .decode(secret.trim_start_matches("whsec_"))
        .unwrap();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    mac.update(&signed_bytes(case, second));
    let signature = STANDARD.encode(mac.finalize().into_bytes());
    case.set("webhook-timestamp", &second.to_string());
    case.set("webhook-signature", &format!("v1,{signature}"));
}
