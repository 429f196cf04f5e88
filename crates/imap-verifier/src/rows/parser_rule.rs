use crate::schema::parser_rules;
use alerts::RuleFields;
use db::{Connection, Scope, Tx};
use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use jiff_diesel::Timestamp as DbTimestamp;
use uuid::Uuid;

/// One version of a merchant's rule.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = parser_rules, check_for_backend(diesel::pg::Pg))]
pub(crate) struct ParserRuleRow {
    pub(crate) merchant_id: Uuid,
    pub(crate) live: bool,
    pub(crate) rule_id: Uuid,
    pub(crate) version: i32,
    pub(crate) bank_name: String,
    pub(crate) detect_keyword: String,
    pub(crate) amount_regex: String,
    pub(crate) utr_regex: String,
    pub(crate) sender_regex: Option<String>,
    pub(crate) remark_regex: Option<String>,
    pub(crate) removed: bool,
    pub(crate) created_at: DbTimestamp,
}

impl ParserRuleRow {
    pub(crate) fn fields(&self) -> RuleFields {
        RuleFields {
            bank_name: self.bank_name.clone(),
            detect_keyword: self.detect_keyword.clone(),
            amount_regex: self.amount_regex.clone(),
            utr_regex: self.utr_regex.clone(),
            sender_regex: self.sender_regex.clone(),
            remark_regex: self.remark_regex.clone(),
        }
    }

    /// The rules that a merchant has, each in its newest version, in the order in which they were made.
    pub(crate) async fn current(
        conn: &mut Connection,
        merchant: Uuid,
        live: bool,
    ) -> QueryResult<Vec<Self>> {
        let mut newest: Vec<Self> = parser_rules::table
            .filter(parser_rules::merchant_id.eq(merchant))
            .filter(parser_rules::live.eq(live))
            .distinct_on(parser_rules::rule_id)
            .order((parser_rules::rule_id, parser_rules::version.desc()))
            .select(Self::as_select())
            .load(conn)
            .await?;
        newest.retain(|row| !row.removed);
        Ok(newest)
    }

    pub(crate) async fn insert(&self, tx: &mut Tx) -> QueryResult<()> {
        diesel::insert_into(parser_rules::table)
            .values(self.clone())
            .execute(tx)
            .await
            .map(drop)
    }
}

/// Waits until nobody else changes this merchant's rules, and keeps everybody out until the transaction ends.
pub(crate) async fn take_turns(tx: &mut Tx, scope: Scope) -> QueryResult<()> {
    let whose = format!("{}/{}", scope.merchant.uuid(), scope.mode.as_str());
    db::statement("SELECT pg_advisory_xact_lock(hashtextextended($1, 7205759403792793604))")
        .bind::<Text, _>(whose)
        .execute(tx)
        .await
        .map(drop)
}
