use super::set_limits::phone;
use crate::app::Shared;
use crate::error::CommandError;
use crate::phone::{bare, header};
use crate::push;
use crate::rows::MailboxRow;
use crate::rows::trusted::TrustedRow;
use alerts::Rules;
use db::types::to_db;
use db::{Scope, Tx};
use domain::ids::MailboxId;
use proto::convert::parse_id;
use proto::{Fault, mail};

/// "This is our bank": a header, and the bank.
pub(crate) struct NewTrust {
    source: MailboxId,
    header: String,
    bank: String,
}

impl NewTrust {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: &mail::TrustHeaderRequest, rules: &Rules) -> Result<Self, Fault> {
        let shown = request.header.trim();
        let alone = || bare(shown).then(|| shown.to_ascii_uppercase());
        let header = header(shown).or_else(alone).ok_or_else(|| {
            let why = "must be a header such as NEWBNK or VM-NEWBNK-S, not a number or a name";
            Fault::invalid("header", why)
        })?;
        let bank = request.bank.trim().to_ascii_uppercase();
        if !rules.knows(&bank) {
            return Err(Fault::invalid(
                "bank",
                "is not one whose alerts can be read",
            ));
        }
        // A bank's header is nobody else's.
        if rules.header_bank(&header).is_some_and(|b| b != bank) {
            return Err(Fault::invalid("header", "is known as another bank's"));
        }
        Ok(Self {
            source: parse_id(&request.mailbox_id, "mailbox_id")?,
            header,
            bank,
        })
    }
}

/// Takes SMS with this header for the bank's: those that come, and those that waited for this word.
pub(crate) async fn trust_header(
    app: &Shared,
    scope: Scope,
    new: NewTrust,
) -> Result<MailboxRow, CommandError> {
    let trusted_at = to_db(app.clock.now());
    let row = app
        .db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            let row = phone(tx, new.source).await?;
            let trusted = TrustedRow {
                mailbox_id: row.id,
                header: new.header.clone(),
                merchant_id: row.merchant_id,
                live: row.live,
                bank: new.bank.clone(),
                trusted_at,
            };
            trusted.upsert(tx).await?;
            Ok::<_, CommandError>(row)
        })
        .await?;
    push::reconsider(app, row.id, &new.header).await?;
    Ok(row)
}
