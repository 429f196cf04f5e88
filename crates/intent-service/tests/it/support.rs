//! A world of merchants, accounts and mailboxes, with the service's use cases called directly.

use db::idempotency::CredentialClass;
use db::{Schema, Scope};
use diesel_async::RunQueryDsl;
use domain::ids::{AccountId, MerchantId, SourceId};
use domain::{ErrorCode, Mode, Money, OrderId, StatusName};
use intent_service::commands::cancel_intent::{CancelIntent, cancel_intent};
use intent_service::commands::create_account::{CreateAccount, create_account};
use intent_service::commands::create_intent::{CreateIntent, create_intent};
use intent_service::commands::grant_account::grant_account;
use intent_service::config::IntentTtl;
use intent_service::core::Core;
use intent_service::error::Error;
use intent_service::identifiers::IdentifierHash;
use intent_service::queries::explain::explain_intent;
use intent_service::queries::intents::Key;
use intent_service::rows::account::NewAccount;
use intent_service::{expiry, reply};
use jiff::{SignedDuration, Timestamp};
use proto::{Fault, convert, intent as pb};
use rails::account_kind::AccountKind;
use rails::payee::{Payee, PayeeName};
use rails::vpa::Vpa;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use testkit::TestDb;
use uuid::Uuid;

pub(crate) const TTL_S: u32 = 900;

pub(crate) struct World {
    pub(crate) db: TestDb,
    pub(crate) core: Core,
    references: AtomicU64,
    sequences: Mutex<BTreeMap<SourceId, i64>>,
}

/// How an account is registered.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) dedicated: bool,
    pub(crate) reference_only: bool,
}

pub(crate) const DEDICATED: Kind = Kind {
    dedicated: true,
    reference_only: false,
};

pub(crate) fn merchant(n: u128) -> Scope {
    Scope {
        merchant: MerchantId::from_uuid(Uuid::from_u128(n)),
        mode: Mode::Live,
    }
}

pub(crate) fn mailbox(n: u128) -> SourceId {
    SourceId::from_uuid(Uuid::from_u128(n))
}

pub(crate) fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

impl World {
    pub(crate) async fn new() -> Self {
        let db = TestDb::new().await;
        let identifiers = IdentifierHash::new("a pepper".into());
        let ttl = IntentTtl::from_seconds(TTL_S).unwrap();
        Self {
            core: Core::new(
                db.databases(Schema::Intents),
                identifiers,
                ttl,
                runtime::Environment::Development,
            ),
            db,
            references: AtomicU64::new(100_000_000_001),
            sequences: Mutex::default(),
        }
    }

    pub(crate) async fn now(&self) -> Timestamp {
        let mut conn = self.core.databases.worker.get().await.unwrap();
        db::clock::now(&mut conn).await.unwrap()
    }

    /// Lets time pass, and everything that time alone does.
    pub(crate) async fn pass(&self, by: SignedDuration) {
        self.db.advance_clock(by).await;
        self.work_off().await;
    }

    /// Everything that is due.
    pub(crate) async fn work_off(&self) {
        while expiry::run_once(&self.core).await.unwrap().looked > 0 {}
    }

    pub(crate) async fn sql(&self, sql: &str) -> usize {
        let mut conn = self.db.admin().await;
        diesel::sql_query(sql).execute(&mut conn).await.unwrap()
    }

    /// The only column of the only row.
    pub(crate) async fn text(&self, sql: &str) -> String {
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            text: String,
        }
        let mut conn = self.db.admin().await;
        let row: Row = diesel::sql_query(sql).get_result(&mut conn).await.unwrap();
        row.text
    }

    /// Lets another merchant use an account of the first one.
    pub(crate) async fn grant(&self, account: AccountId, to: Scope) {
        grant_account(&self.core, merchant(1), account, to.merchant)
            .await
            .unwrap();
    }

    /// An account that waits for its proof.
    pub(crate) async fn register(
        &self,
        scope: Scope,
        vpa: &str,
        kind: Kind,
    ) -> Result<AccountId, Error> {
        let name = PayeeName::parse("My Store").unwrap();
        let payee = Payee::new(AccountKind::Personal, Vpa::parse(vpa).unwrap(), name);
        let request = CreateAccount {
            account: NewAccount {
                id: AccountId::new(),
                payee,
                dedicated: kind.dedicated,
                reference_only: kind.reference_only,
                bank: "EXAMPLEBANK".to_owned(),
                account_tail: Some("4321".to_owned()),
            },
            bank_account: None,
        };
        create_account(&self.core, scope, &request)
            .await
            .map(|row| row.id)
    }

    /// An account that takes intents, watched by one mailbox.
    pub(crate) async fn account(&self, scope: Scope, vpa: &str, kind: Kind) -> AccountId {
        let id = self.register(scope, vpa, kind).await.unwrap();
        self.sql(&format!(
            "UPDATE intents.accounts SET status = 'live' WHERE id = '{id}'"
        ))
        .await;
        self.watch(mailbox(1), id, true).await;
        id
    }

    /// A merchant with one dedicated account.
    pub(crate) async fn shop() -> (Self, Scope, AccountId) {
        let world = Self::new().await;
        let account = world.account(merchant(1), "shop@okbank", DEDICATED).await;
        (world, merchant(1), account)
    }

    pub(crate) fn request(order: &str, paise: i64) -> CreateIntent {
        CreateIntent {
            order_id: OrderId::parse(order).unwrap(),
            amount: Money::inr(paise),
            vpa: None,
            redirect_url: None,
            metadata: None,
            ttl: IntentTtl::from_seconds(TTL_S).unwrap(),
            class: CredentialClass::Secret,
            fingerprint: [1; 32],
            idempotency: None,
            trace: db::types::JsonText::new("{}"),
        }
    }

    pub(crate) async fn try_create(
        &self,
        scope: Scope,
        request: &CreateIntent,
    ) -> Result<pb::CreateIntentResponse, Fault> {
        create_intent(&self.core, scope, request)
            .await
            .map_err(Fault::from)
    }

    pub(crate) async fn create(&self, scope: Scope, order: &str, paise: i64) -> pb::Intent {
        let reply = self.try_create(scope, &Self::request(order, paise)).await;
        reply.unwrap().intent.unwrap()
    }

    pub(crate) async fn cancel(
        &self,
        scope: Scope,
        intent: &pb::Intent,
    ) -> Result<pb::Intent, Fault> {
        let request = CancelIntent {
            id: intent.id.parse().unwrap(),
            actor: "key:1".to_owned(),
            reason: None,
        };
        let view = cancel_intent(&self.core, scope, &request).await?;
        Ok(reply::intent(&view)?)
    }

    /// Pays part of an intent, then cancels it.
    pub(crate) async fn cancel_part(
        &self,
        scope: Scope,
        account: AccountId,
        intent: &pb::Intent,
    ) -> pb::Intent {
        self.pay_noted(account, 150, code(intent)).await;
        self.cancel(scope, intent).await.unwrap()
    }

    pub(crate) async fn explain(&self, scope: Scope, order: &str) -> pb::Explanation {
        let key = Key::Order(OrderId::parse(order).unwrap());
        let explained = explain_intent(&self.core, scope, &key).await.unwrap();
        reply::explanation(&explained).unwrap()
    }

    pub(crate) async fn get(&self, scope: Scope, order: &str) -> pb::Intent {
        self.explain(scope, order).await.intent.unwrap()
    }

    pub(crate) async fn status(&self, scope: Scope, order: &str) -> StatusName {
        convert::status_name(self.get(scope, order).await.status).unwrap()
    }

    /// A reference that no payment had yet.
    pub(crate) fn next_reference(&self) -> u64 {
        self.references.fetch_add(1, Ordering::Relaxed)
    }

    /// The next number of what a source says.
    pub(crate) fn next_seq(&self, source: SourceId) -> i64 {
        let mut sequences = self.sequences.lock().unwrap();
        let last = sequences.entry(source).or_insert(0);
        *last += 1;
        *last
    }

    pub(crate) fn last_seq(&self, source: SourceId) -> i64 {
        let sequences = self.sequences.lock().unwrap();
        sequences.get(&source).copied().unwrap_or(0)
    }

    /// How many intents of all merchants are in a state.
    pub(crate) async fn status_count(&self, status: StatusName) -> usize {
        self.sql(&format!(
            "SELECT FROM intents.intents WHERE status = '{status}'"
        ))
        .await
    }
}

/// All at once.
pub(crate) async fn futures<F: Future>(all: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    futures_util::future::join_all(all).await
}

/// What the payer is asked, in paise.
pub(crate) fn payable(intent: &pb::Intent) -> i64 {
    paise(intent.payable.as_ref())
}

pub(crate) fn paise(money: Option<&proto::common::Money>) -> i64 {
    convert::reply_money(money).unwrap().minor()
}

/// The reference code of the first option.
pub(crate) fn code(intent: &pb::Intent) -> &str {
    &intent.options[0].code
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(
    answer: Result<T, Fault>,
    code: ErrorCode,
    field: Option<&str>,
) {
    let fault = answer.unwrap_err();
    assert_eq!((fault.code, fault.field.as_deref()), (code, field));
}
