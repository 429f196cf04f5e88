//! Merchants' own rules, compiled once per version.

use crate::rows::ParserRuleRow;
use alerts::{MerchantRule, RuleRef};
use db::Connection;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Versions that are kept compiled. Past it all are forgotten: compiling one takes less than a millisecond.
const KEPT: usize = 1000;

/// One version of one rule.
type Version = (Uuid, i32);

#[derive(Default)]
pub(crate) struct OwnRules(Mutex<HashMap<Version, Arc<MerchantRule>>>);

impl OwnRules {
    /// The rules that a merchant has now, in the order in which they are tried.
    pub(crate) async fn load(
        &self,
        conn: &mut Connection,
        merchant: Uuid,
        live: bool,
    ) -> Result<Vec<Arc<MerchantRule>>, diesel::result::Error> {
        let rows = ParserRuleRow::current(conn, merchant, live).await?;
        Ok(rows.iter().filter_map(|row| self.compiled(row)).collect())
    }

    /// `None` where a rule that was good when it was stored is none any more: the mail is read without it.
    fn compiled(&self, row: &ParserRuleRow) -> Option<Arc<MerchantRule>> {
        let version = (row.rule_id, row.version);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(&version) {
            return Some(known.clone());
        }
        match MerchantRule::new(&row.fields(), reference(row.rule_id, row.version)) {
            Ok(rule) => {
                if kept.len() >= KEPT {
                    kept.clear();
                }
                let rule = Arc::new(rule);
                kept.insert(version, rule.clone());
                Some(rule)
            }
            Err(fault) => {
                tracing::error!(rule = %row.rule_id, field = fault.field, "a stored rule cannot be used");
                None
            }
        }
    }
}

/// How observations name a merchant's rule.
pub(crate) fn reference(rule: Uuid, version: i32) -> RuleRef {
    RuleRef {
        id: format!("merchant/{rule}"),
        version: u32::try_from(version).unwrap_or(0),
    }
}
