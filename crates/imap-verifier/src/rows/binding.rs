use crate::schema::{bindings, mailboxes};
use alerts::UNMEASURED_ALERT_DELAY;
use db::Connection;
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use jiff::SignedDuration;
use jiff_diesel::Timestamp as DbTimestamp;
use uuid::Uuid;

/// Which alerts of a mailbox prove which account.
#[derive(Clone, Queryable, Selectable, Insertable)]
#[diesel(table_name = bindings)]
pub(crate) struct BindingRow {
    pub(crate) mailbox_id: Uuid,
    pub(crate) account_id: Uuid,
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) bank: String,
    pub(crate) account_tail: Option<String>,
    pub(crate) payee_vpa: Option<String>,
    pub(crate) registered_addresses: Vec<String>,
    pub(crate) updated_at: DbTimestamp,
    /// Of a phone: the business apps that are signed in for this account alone.
    pub(crate) apps: Vec<String>,
    /// How late the account's alerts come, in seconds, and when that was measured.
    pub(crate) alert_delay_s: Option<i32>,
    pub(crate) alert_delay_at: Option<DbTimestamp>,
}

impl BindingRow {
    /// How late the account's alerts come: as measured, else as long as nobody has measured.
    pub(crate) fn alert_delay(&self) -> SignedDuration {
        self.alert_delay_s.map_or(UNMEASURED_ALERT_DELAY, |s| {
            SignedDuration::from_secs(i64::from(s))
        })
    }

    /// What another binding of the same account knows of its delay.
    pub(crate) async fn delay_of(
        conn: &mut Connection,
        account: Uuid,
    ) -> QueryResult<Option<(Option<i32>, Option<DbTimestamp>)>> {
        bindings::table
            .filter(bindings::account_id.eq(account))
            .filter(bindings::alert_delay_s.is_not_null())
            .order(bindings::alert_delay_at.desc())
            .select((bindings::alert_delay_s, bindings::alert_delay_at))
            .first(conn)
            .await
            .optional()
    }

    /// Takes a newer measure of the account's delay. As the worker.
    pub(crate) async fn measured(
        conn: &mut Connection,
        account: Uuid,
        delay_s: i32,
        at: DbTimestamp,
    ) -> QueryResult<()> {
        let older = bindings::alert_delay_at
            .is_null()
            .or(bindings::alert_delay_at.assume_not_null().lt(at));
        diesel::update(
            bindings::table
                .filter(bindings::account_id.eq(account))
                .filter(older),
        )
        .set((
            bindings::alert_delay_s.eq(delay_s),
            bindings::alert_delay_at.eq(at),
        ))
        .execute(conn)
        .await
        .map(drop)
    }

    /// Whether both ask for the same proof.
    pub(crate) fn proves_like(&self, other: &Self) -> bool {
        self.bank == other.bank
            && self.account_tail == other.account_tail
            && self.payee_vpa == other.payee_vpa
            && self.registered_addresses == other.registered_addresses
            && self.apps == other.apps
    }

    pub(crate) async fn find(
        conn: &mut Connection,
        mailbox: Uuid,
        account: Uuid,
    ) -> QueryResult<Option<Self>> {
        bindings::table
            .find((mailbox, account))
            .select(Self::as_select())
            .first(conn)
            .await
            .optional()
    }

    pub(crate) async fn of_mailbox(conn: &mut Connection, mailbox: Uuid) -> QueryResult<Vec<Self>> {
        bindings::table
            .filter(bindings::mailbox_id.eq(mailbox))
            .select(Self::as_select())
            .order(bindings::account_id)
            .load(conn)
            .await
    }

    /// The bindings of a mailbox, after whoever is changing them at this moment has ended. A change takes its `since` under
    /// the mailbox's lock, so that no mail that arrived after it is judged without it.
    pub(crate) async fn after_changes(
        conn: &mut Connection,
        mailbox: Uuid,
    ) -> QueryResult<Vec<Self>> {
        mailboxes::table
            .find(mailbox)
            .select(mailboxes::id)
            .for_share()
            .first::<Uuid>(conn)
            .await?;
        Self::of_mailbox(conn, mailbox).await
    }

    /// Replaces what was bound for the same mailbox and account.
    pub(crate) async fn upsert(&self, conn: &mut Connection) -> QueryResult<()> {
        diesel::insert_into(bindings::table)
            .values(self.clone())
            .on_conflict((bindings::mailbox_id, bindings::account_id))
            .do_update()
            .set((
                bindings::bank.eq(excluded(bindings::bank)),
                bindings::account_tail.eq(excluded(bindings::account_tail)),
                bindings::payee_vpa.eq(excluded(bindings::payee_vpa)),
                bindings::registered_addresses.eq(excluded(bindings::registered_addresses)),
                bindings::updated_at.eq(excluded(bindings::updated_at)),
                bindings::apps.eq(excluded(bindings::apps)),
            ))
            .execute(conn)
            .await
            .map(drop)
    }
}
