//! Merchants' own rules on the wire.

use crate::commands::rules::check::{Checked, DryRun};
use crate::rows::ParserRuleRow;
use alerts::Extract;
use db::types::from_db;
use domain::text::ShortText;
use proto::convert::timestamp;
use proto::mail;

pub(super) fn rule(row: ParserRuleRow) -> mail::ParserRule {
    mail::ParserRule {
        rule_id: row.rule_id.to_string(),
        version: u32::try_from(row.version).unwrap_or(0),
        created_at: Some(timestamp(from_db(row.created_at))),
        removed: row.removed,
        fields: Some(mail::ParserRuleFields {
            bank_name: row.bank_name,
            detect_keyword: row.detect_keyword,
            amount_regex: row.amount_regex,
            utr_regex: row.utr_regex,
            sender_regex: row.sender_regex.unwrap_or_default(),
            remark_regex: row.remark_regex.unwrap_or_default(),
        }),
    }
}

pub(super) fn dry_run(run: DryRun) -> mail::CheckParserRuleResponse {
    mail::CheckParserRuleResponse {
        mails: run.mails.into_iter().map(checked).collect(),
        not_kept: u32::try_from(run.not_kept).unwrap_or(u32::MAX),
    }
}

fn checked(checked: Checked) -> mail::CheckedMail {
    let reading = checked.reading;
    mail::CheckedMail {
        message: Some(super::wire::message(checked.message)),
        read: checked.read.map(read),
        kind: reading.kind.as_str().to_owned(),
        sure: reading.sure(),
        doubt: reading.doubt.map(|d| d.to_string()).unwrap_or_default(),
    }
}

fn read(read: Extract) -> mail::RuleReading {
    let text = |text: Option<ShortText>| text.map(String::from).unwrap_or_default();
    mail::RuleReading {
        amount_minor: read.amount.minor().to_string(),
        utr: read.utr.unwrap_or_default(),
        other_ref: read.other_ref.unwrap_or_default(),
        payer_vpa: text(read.payer_vpa),
        payer_name: text(read.payer_name),
        remark: text(read.remark),
    }
}
