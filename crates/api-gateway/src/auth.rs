//! Who calls: credentials of every family, verified so that a wrong secret costs next to nothing and a revoked one stops
//! within a second.
//!
//! ```text
//! presented ─► verified cache ─► pre-auth limits ─► row by key id ─► HMAC ─► Argon2id (once) ─► cache ─► quota
//!              (≤ 5 s old)       (failures count)                  └ a mismatch ends here
//! ```

mod admit;
mod family;
mod hasher;
mod keyed;
pub(crate) mod revocation;
mod verified;

#[cfg(test)]
mod tests;

pub(crate) use admit::{Auth, Caller};
pub(crate) use family::{Family, Presented, bearer, family_of, presented};
pub(crate) use hasher::{Busy, HashError, Hasher};
pub(crate) use keyed::Keyed;
pub(crate) use verified::Verified;
