//! `/api/v1/admin/parser-rules`: what a merchant's own rules read in the mails of banks. Fields as in NoxPay's
//! `bank_parser_rules`.

pub(crate) mod dry_run;
pub(crate) mod list;
pub(crate) mod remove;
pub(crate) mod save;

use crate::admin::{Input, Problem};
use proto::mail::ParserRuleFields;

/// The rule that a body describes.
fn fields(input: &Input<'_>) -> Result<ParserRuleFields, Problem> {
    Ok(ParserRuleFields {
        bank_name: input.text("bank_name")?,
        detect_keyword: input.text("detect_keyword")?,
        amount_regex: input.text("amount_regex")?,
        utr_regex: input.text("utr_regex")?,
        sender_regex: input.text_if("sender_regex")?.unwrap_or_default(),
        remark_regex: input.text_if("remark_regex")?.unwrap_or_default(),
    })
}
