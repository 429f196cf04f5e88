use crate::dialect::instant;
use crate::merchants::Issued;
use crate::merchants::credential::Listed;
use db::types::from_db;
use domain::Mode;
use serde::Serialize;

/// A credential with its secret: shown once.
#[derive(Serialize)]
pub(crate) struct IssuedBody {
    family: &'static str,
    mode: Mode,
    /// For `X-Client-ID` or `X-Api-Key`.
    key_id: String,
    /// For `X-Client-Secret` or `X-Api-Secret`; of `bearer` the whole token, which holds the key id.
    secret: String,
}

impl From<&Issued> for IssuedBody {
    fn from(issued: &Issued) -> Self {
        Self {
            family: issued.family.as_str(),
            mode: issued.mode,
            key_id: issued.key_id.clone(),
            secret: issued.expose().to_owned(),
        }
    }
}

/// A credential without its secret.
#[derive(Serialize)]
pub(crate) struct KeyBody {
    family: String,
    mode: Mode,
    key_id: String,
    created_at: String,
    /// A rotated secret ends here.
    ends_at: Option<String>,
    revoked_at: Option<String>,
}

impl From<&Listed> for KeyBody {
    fn from(row: &Listed) -> Self {
        let time = |at| instant(from_db(at));
        Self {
            family: row.family.clone(),
            mode: Mode::from_live(row.live),
            key_id: row.key_id.clone(),
            created_at: time(row.created_at),
            ends_at: row.ends_at.map(time),
            revoked_at: row.revoked_at.map(time),
        }
    }
}
