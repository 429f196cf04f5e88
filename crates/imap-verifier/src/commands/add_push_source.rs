use crate::app::App;
use crate::error::CommandError;
use crate::phone::Scheme;
use crate::rows::push::{key_place, token_hash};
use crate::rows::{MailboxRow, MailboxState, PushRow, SourceKind};
use db::types::to_db;
use db::{Scope, Tx};
use domain::ErrorCode;
use domain::ids::MailboxId;
use proto::{Fault, mail};
use runtime::secrets::random_token;
use secrecy::SecretString;
use uuid::Uuid;

/// In characters.
const LONGEST_NAME: usize = 64;
/// What a phone vouches for until its merchant says otherwise, in paise: ₹2,000 a payment, ₹25,000 a day.
const LIMITS: (i64, i64) = (200_000, 2_500_000);

/// A source that pushes, as a merchant describes it.
pub(crate) struct NewPushSource {
    kind: SourceKind,
    name: String,
    scheme: Scheme,
}

/// A source with its secrets, which nobody is shown again.
pub(crate) struct Issued {
    pub(crate) row: MailboxRow,
    pub(crate) secrets: Secrets,
}

/// What is shown once.
pub(crate) struct Secrets {
    pub(crate) token: SecretString,
    /// What the app signs with.
    pub(crate) signing_key: Option<SecretString>,
}

/// As they are stored.
pub(super) struct Stored {
    pub(super) token_hash: Vec<u8>,
    pub(super) sealed_key: Option<Vec<u8>>,
}

impl Secrets {
    /// New ones, and what is stored of them.
    pub(super) fn make(
        app: &App,
        id: Uuid,
        scheme: Scheme,
    ) -> Result<(Self, Stored), CommandError> {
        let token = random_token()?;
        let key = match scheme {
            Scheme::Token => None,
            Scheme::BodyHmac | Scheme::StampedHmac | Scheme::Jwt => Some(random_token()?),
        };
        let seal = |key: &String| app.sealing.seal(key_place(&id), key.as_bytes());
        let stored = Stored {
            token_hash: token_hash(&token),
            sealed_key: key.as_ref().map(seal).transpose()?,
        };
        let secrets = Self {
            token: token.into(),
            signing_key: key.map(SecretString::from),
        };
        Ok((secrets, stored))
    }
}

impl NewPushSource {
    /// # Errors
    /// `Invalid` names the field.
    pub(crate) fn parse(request: &mail::AddPushSourceRequest) -> Result<Self, Fault> {
        let kind = match request.kind() {
            mail::SourceKind::Http => SourceKind::Http,
            mail::SourceKind::Phone => SourceKind::Phone,
            mail::SourceKind::Imap | mail::SourceKind::Unspecified => {
                return Err(Fault::invalid("kind", "must be http or phone"));
            }
        };
        let name = request.name.trim();
        let visible = name.chars().all(|c| !c.is_control());
        if !visible || !(1..=LONGEST_NAME).contains(&name.chars().count()) {
            let why = "must have 1 to 64 characters, none of them a control character";
            return Err(Fault::invalid("name", why));
        }
        let scheme = match request.scheme() {
            mail::SignatureScheme::Unspecified => Scheme::Token,
            mail::SignatureScheme::BodyHmac => Scheme::BodyHmac,
            mail::SignatureScheme::StampedHmac => Scheme::StampedHmac,
            mail::SignatureScheme::Jwt => Scheme::Jwt,
        };
        if kind == SourceKind::Http && scheme != Scheme::Token {
            return Err(Fault::invalid(
                "scheme",
                "must be token: nobody signs raw mail",
            ));
        }
        Ok(Self {
            kind,
            name: name.to_owned(),
            scheme,
        })
    }
}

/// Adds a source that pushes. It is a witness once an account is bound to it, and looks as far as its signs of life reach.
pub(crate) async fn add_push_source(
    app: &App,
    scope: Scope,
    new: NewPushSource,
) -> Result<Issued, CommandError> {
    let id = MailboxId::new().uuid();
    let (secrets, stored) = Secrets::make(app, id, new.scheme)?;
    let limits = (new.kind == SourceKind::Phone).then_some(LIMITS);
    let row = MailboxRow {
        id,
        merchant_id: scope.merchant.uuid(),
        live: scope.mode.is_live(),
        host: None,
        port: None,
        username: None,
        sealed_password: None,
        folder: None,
        state: MailboxState::Active,
        auth_failures: 0,
        last_error: None,
        last_read_at: None,
        source_seq: 0,
        created_at: to_db(app.clock.now()),
        kind: new.kind,
        name: Some(new.name),
        chosen_folder: None,
        failing_since: None,
    };
    let push = PushRow {
        mailbox_id: id,
        merchant_id: row.merchant_id,
        live: row.live,
        token_hash: stored.token_hash,
        scheme: new.scheme.as_str().to_owned(),
        sealed_key: stored.sealed_key,
        per_payment_minor: limits.map(|(payment, _)| payment),
        per_day_minor: limits.map(|(_, day)| day),
    };
    let inserted = row.clone();
    app.db
        .request
        .tenant(scope, async |tx: &mut Tx| {
            if !inserted.insert(tx).await? {
                let fault = Fault::new(ErrorCode::Conflict, "there is a source of this name");
                return Err(CommandError::from(fault));
            }
            Ok(push.insert(tx).await?)
        })
        .await?;
    Ok(Issued { row, secrets })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_wrong_field_is_named() {
        let field = |kind: mail::SourceKind, name: &str| {
            let request = mail::AddPushSourceRequest {
                kind: kind.into(),
                name: name.to_owned(),
                scheme: mail::SignatureScheme::Unspecified.into(),
            };
            let refused = NewPushSource::parse(&request).err();
            refused.and_then(|fault| fault.field)
        };
        assert_eq!(field(mail::SourceKind::Http, " Shop "), None);
        assert_eq!(
            field(mail::SourceKind::Imap, "Shop").as_deref(),
            Some("kind")
        );
        for name in ["", "  ", "a\nb", &"é".repeat(65)] {
            assert_eq!(
                field(mail::SourceKind::Phone, name).as_deref(),
                Some("name")
            );
        }
        assert_eq!(field(mail::SourceKind::Phone, &"é".repeat(64)), None);
    }
}
