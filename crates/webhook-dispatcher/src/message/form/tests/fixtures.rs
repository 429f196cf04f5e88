//! An endpoint of each profile, and a payment to tell it of.

use crate::key_pair::KeyPair;
use crate::keyring;
use crate::message::form::form;
use crate::message::{self, MerchantEvent, Signed, Subject, Told};
use crate::profile::Profile;
use crate::rows::endpoints::Endpoint;
use crate::rows::events::NewEvent;
use crate::secret::EndpointSecret;
use db::types::{JsonText, to_db};
use domain::event::{
    EvidenceSummary, IntentSnapshot, RefundSnapshot, RefundStatus, SignIn, Wallet,
};
use domain::ids::{IntentId, MerchantId, ObservationId, RefundId, SessionId, UserId};
use domain::matching::Rung;
use domain::text::{Reason, ShortText};
use domain::{Money, OrderId, StatusName};
use jiff::Timestamp;
use jiff_diesel::NullableTimestamp;
use runtime::SealingKeys;
use serde_json::value::RawValue;
use uuid::Uuid;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

pub(super) fn keys() -> SealingKeys {
    SealingKeys::parse("k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=").unwrap()
}

pub(super) fn at() -> Timestamp {
    "2026-11-21T12:21:17.0904Z".parse().unwrap()
}

pub(super) fn endpoint(profile: Profile) -> Endpoint {
    let id = Uuid::from_u128(7);
    let sealed = |text: &str| {
        EndpointSecret::parse(text)
            .unwrap()
            .seal(&keys(), id)
            .unwrap()
    };
    let pair = profile
        .has_key_pair()
        .then(|| KeyPair::random().unwrap().seal(&keys(), id).unwrap());
    Endpoint {
        id,
        merchant_id: Uuid::from_u128(3),
        live: true,
        url: "https://shop.example/hook".to_owned(),
        sealed_secret: sealed(SECRET),
        event_types: None,
        profile: profile.as_str().to_owned(),
        state: "disabled".to_owned(),
        created_at: to_db(at()),
        description: "Kasse 1 / दुकान".to_owned(),
        retry: "standard".to_owned(),
        pauses_s: None,
        state_reason: Some("gone".to_owned()),
        state_since: NullableTimestamp::from(None),
        failing_since: NullableTimestamp::from(None),
        sealed_signing_key: pair,
        sealed_previous: None,
        previous_until: NullableTimestamp::from(None),
        single_signs_with_previous: false,
    }
}

pub(super) fn snapshot(metadata: Option<&str>) -> IntentSnapshot {
    let evidence = EvidenceSummary {
        observation_id: ObservationId::new(),
        rung: Rung::Code,
        reference: Some("099678275620".to_owned()),
        amount: Money::inr(49_950),
        payer_vpa: Some(ShortText::clean("asha@okexample")),
        payer_name: None,
    };
    IntentSnapshot {
        intent_id: IntentId::from_uuid(Uuid::from_u128(1)),
        merchant_id: MerchantId::from_uuid(Uuid::from_u128(3)),
        live: true,
        order_id: OrderId::parse("ORDER-1").unwrap(),
        sequence: 2,
        status: StatusName::Settled,
        previous_status: Some(StatusName::Verifying),
        review_reason: None,
        proof: Some(Rung::Code),
        amount: Money::inr(49_900),
        payable: Money::inr(49_899),
        adjustment: Money::inr(-1),
        received: Money::inr(49_950),
        excess: Money::inr(51),
        late: false,
        created_at: "2026-11-21T12:21:16Z".parse().unwrap(),
        expires_at: "2026-11-21T12:36:16.44Z".parse().unwrap(),
        settled_at: Some(at()),
        paid_at: None,
        amount_trusted: true,
        metadata: metadata.map(|m| RawValue::from_string(m.to_owned()).unwrap()),
        redirect_url: None,
        evidence: vec![evidence],
    }
}

pub(super) fn told(kind: MerchantEvent, snapshot: &IntentSnapshot) -> Told<'_> {
    Told {
        id: Uuid::from_u128(9),
        kind,
        at: at(),
        part: 1,
        subject: Subject::Payment(snapshot),
    }
}

pub(super) fn refund(status: RefundStatus) -> RefundSnapshot {
    let over = |word| (status == word).then_some(at());
    RefundSnapshot {
        refund_id: RefundId::from_uuid(Uuid::from_u128(4)),
        intent_id: IntentId::from_uuid(Uuid::from_u128(1)),
        merchant_id: MerchantId::from_uuid(Uuid::from_u128(3)),
        live: true,
        order_id: OrderId::parse("ORDER-1").unwrap(),
        sequence: if status == RefundStatus::Pending {
            1
        } else {
            2
        },
        status,
        previous_status: (status != RefundStatus::Pending).then_some(RefundStatus::Pending),
        amount: Money::inr(10_050),
        reason: Some(Reason::parse("eine Größe zu klein").unwrap()),
        failure: over(RefundStatus::Failed).map(|_| ShortText::clean("the account is closed")),
        reference: over(RefundStatus::Processed).map(|_| "084801812320".to_owned()),
        created_at: "2026-11-21T12:21:16Z".parse().unwrap(),
        processed_at: over(RefundStatus::Processed),
        failed_at: over(RefundStatus::Failed),
    }
}

pub(super) fn sign_in(metadata: Option<&str>) -> SignIn {
    SignIn {
        session_id: SessionId::from_uuid(Uuid::from_u128(5)),
        user_id: UserId::from_uuid(Uuid::from_u128(6)),
        merchant_id: MerchantId::from_uuid(Uuid::from_u128(3)),
        live: true,
        sequence: 1,
        email: "juan@example.com".to_owned(),
        name: Some(ShortText::clean("Juan Pérez")),
        wallet: Some(Wallet {
            address: "0x52908400098527886E0F7030069857D2E4169EE7".to_owned(),
            chain: "eip155:1".to_owned(),
            blockchain: ShortText::clean("Ethereum"),
            network: ShortText::clean("Mainnet"),
            currency: ShortText::clean("USDC"),
        }),
        kyc_status: Some(ShortText::clean("verified")),
        kyc_level: None,
        created_at: "2026-11-20T10:00:00Z".parse().unwrap(),
        authenticated_at: at(),
        metadata: metadata.map(|m| RawValue::from_string(m.to_owned()).unwrap()),
    }
}

/// The body of an event about `subject`, which in our own profiles is the event's own.
pub(super) fn written_of(profile: Profile, kind: MerchantEvent, subject: Subject<'_>) -> String {
    let told = Told {
        id: Uuid::from_u128(9),
        kind,
        at: at(),
        part: 0,
        subject,
    };
    let form = form(&endpoint(profile), &told, &keys()).unwrap();
    form.unwrap_or_else(|| message::body(&told).unwrap())
}

pub(super) fn written(profile: Profile, kind: MerchantEvent, snapshot: &IntentSnapshot) -> String {
    form(&endpoint(profile), &told(kind, snapshot), &keys())
        .unwrap()
        .unwrap()
}

pub(super) fn notice(kind: MerchantEvent) -> NewEvent {
    NewEvent {
        id: Uuid::from_u128(9),
        merchant_id: Uuid::from_u128(3),
        live: true,
        bus_event_id: Uuid::from_u128(9),
        event_type: kind.as_str(),
        object_kind: "test",
        object_id: Uuid::from_u128(9),
        sequence: 1,
        part: 0,
        body: String::new(),
        trace: JsonText::new("{}"),
        occurred_at: to_db(at()),
    }
}

/// What `X-NoddPay-Signature` would be for these bytes.
pub(super) fn noddpay_signature(bytes: &str) -> String {
    let endpoint = endpoint(Profile::NoddPay);
    let signer = keyring::open(
        &keys(),
        endpoint.id,
        Profile::NoddPay,
        &endpoint.keys(),
        at(),
    )
    .unwrap();
    let headers = signer.headers(&Signed {
        event: Uuid::from_u128(9),
        kind: "payment.success",
        at: at(),
        body: bytes,
    });
    let found = headers
        .into_iter()
        .find(|(name, _)| *name == "x-noddpay-signature");
    found.unwrap().1
}
