//! New key ids and secrets. A secret leaves this module once, in the answer to whoever asked for it.

use super::audit::{self, Actor, Entry};
use super::credential::{self, NewCredential};
use super::{Failure, Merchant};
use crate::auth::{Family, Hasher, Keyed};
use crate::config::Pepper;
use db::types::to_db;
use db::{Databases, Tx};
use domain::ids::MerchantId;
use domain::{Clock, Mode};
use jiff::Timestamp;
use runtime::secrets;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

/// What making secrets needs.
#[derive(Clone)]
pub(crate) struct Issuer {
    pub databases: Databases,
    pub clock: Clock,
    hasher: Hasher,
    keyed: Keyed,
}

/// A credential as it is shown, this once.
#[derive(Clone)]
pub(crate) struct Issued {
    pub family: Family,
    pub mode: Mode,
    pub key_id: String,
    pub secret: SecretString,
}

/// A secret with its hashes, made outside any transaction since Argon2 takes its time.
pub(crate) struct Prepared {
    issued: Issued,
    hmac: [u8; 32],
    argon2: String,
}

impl Issuer {
    pub(crate) fn new(databases: Databases, clock: Clock, pepper: &Pepper, hasher: Hasher) -> Self {
        Self {
            databases,
            clock,
            hasher,
            keyed: credential::keyed(pepper),
        }
    }

    /// A new secret, for a new key id unless one is given.
    pub(crate) async fn prepare(
        &self,
        family: Family,
        mode: Mode,
        key_id: Option<String>,
    ) -> Result<Prepared, Failure> {
        let no_randomness = |e: secrets::NoRandomness| Failure::Secret(e.to_string());
        let key_id = match key_id {
            Some(key_id) => key_id,
            None => family.new_key_id(mode, secrets::random_bytes().map_err(no_randomness)?),
        };
        let token = secrets::random_token().map_err(no_randomness)?;
        let secret = SecretString::from(family.new_secret(&key_id, mode, &token));
        self.prepare_known(family, mode, key_id, secret).await
    }

    /// The same for a secret that is already known: the published ones of the demo.
    pub(crate) async fn prepare_known(
        &self,
        family: Family,
        mode: Mode,
        key_id: String,
        secret: SecretString,
    ) -> Result<Prepared, Failure> {
        use crate::auth::HashError;
        let argon2 = match self.hasher.hash(secret.clone()).await {
            Ok(hash) => hash,
            Err(HashError::Busy(busy)) => return Err(busy.into()),
            Err(HashError::Failed(why)) => return Err(Failure::Secret(why)),
        };
        Ok(Prepared {
            hmac: credential::hash(&self.keyed, &secret),
            argon2,
            issued: Issued {
                family,
                mode,
                key_id,
                secret,
            },
        })
    }
}

impl Prepared {
    /// Stores it for `merchant`. From the commit on it is good.
    pub(crate) async fn store(
        self,
        tx: &mut Tx,
        merchant: MerchantId,
        at: Timestamp,
    ) -> Result<Issued, Failure> {
        let row = NewCredential {
            id: Uuid::now_v7(),
            merchant_id: merchant.uuid(),
            live: self.issued.mode.is_live(),
            family: self.issued.family.as_str(),
            key_id: self.issued.key_id.clone(),
            secret_hmac: self.hmac.to_vec(),
            secret_argon2: self.argon2,
            created_at: to_db(at),
        };
        row.insert(tx).await?;
        Ok(self.issued)
    }

    pub(crate) fn key_id(&self) -> &str {
        &self.issued.key_id
    }

    /// Without storing it: it stands there already.
    pub(crate) fn into_issued(self) -> Issued {
        self.issued
    }
}

impl Issued {
    /// The secret, for the answer that shows it.
    pub(crate) fn expose(&self) -> &str {
        self.secret.expose_secret()
    }
}

/// Gives a merchant another key id with its secret.
///
/// # Errors
/// [`Failure::NotFound`], [`Failure::AlreadyDone`], [`Failure::Busy`], the database's.
pub(crate) async fn add_key(
    issuer: &Issuer,
    actor: &Actor,
    merchant: MerchantId,
    mode: Mode,
    family: Family,
) -> Result<Issued, Failure> {
    const ACTION: &str = "key.create";
    let prepared = issuer.prepare(family, mode, None).await?;
    let at = issuer.clock.now();
    let work = async |tx: &mut Tx| {
        if audit::was_done(tx, actor, ACTION).await? {
            return Err(Failure::AlreadyDone);
        }
        Merchant::lock(tx, merchant)
            .await?
            .ok_or(Failure::NotFound("merchant"))?;
        let entry = Entry {
            action: ACTION,
            subject: prepared.key_id(),
            merchant: Some(merchant),
            mode: Some(mode),
        };
        audit::record(tx, actor, &entry, at).await?;
        prepared.store(tx, merchant, at).await
    };
    issuer.databases.worker.transaction(work).await
}
