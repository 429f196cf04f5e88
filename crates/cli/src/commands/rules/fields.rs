//! A rule as it is typed.

use clap::Args;
use serde::Serialize;

/// The fields of a rule; patterns are regular expressions, and the first group of each is what it reads.
#[derive(Args, Serialize)]
pub(super) struct Fields {
    /// Whose mails the rule is for; a known bank's short code restricts it to that bank
    #[arg(long, value_name = "NAME")]
    bank_name: String,
    /// Words that stand in the subject or text of these mails
    #[arg(long = "keyword", value_name = "WORDS")]
    detect_keyword: String,
    /// Reads the amount: Rs\.? ([\d,]+\.\d{2})
    #[arg(long = "amount", value_name = "PATTERN")]
    amount_regex: String,
    /// Reads the bank's reference: UPI Ref No (\d{12})
    #[arg(long = "utr", value_name = "PATTERN")]
    utr_regex: String,
    /// Reads the payer's UPI address or name
    #[arg(long = "sender", value_name = "PATTERN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    sender_regex: Option<String>,
    /// Reads the payer's remark
    #[arg(long = "remark", value_name = "PATTERN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    remark_regex: Option<String>,
}
