//! The two keys that only the gateway has.

use crate::auth::Keyed;
use runtime::settings::{Env, Invalid};
use secrecy::{ExposeSecret as _, SecretString};
use subtle::ConstantTimeEq as _;

/// What `runtime::secrets::random_token` makes is longer.
const SHORTEST: usize = 32;

/// The key of every keyed hash that the gateway makes: of API secrets, and of ids in its logs.
#[derive(Clone)]
pub struct Pepper(SecretString);

impl Pepper {
    pub(super) fn read(env: &mut Env) -> Result<Self, Invalid> {
        let doc = "what API secrets are hashed under; changing it makes every credential useless";
        long_enough(env, "NOXPAY_PEPPER", doc).map(Self)
    }

    /// Keyed hashes under this pepper for one purpose: hashes of two purposes never meet.
    pub(crate) fn keyed(&self, purpose: &'static str) -> Keyed {
        Keyed::derive(self.0.expose_secret().as_bytes(), purpose)
    }
}

/// Opens every admin route.
#[derive(Clone)]
pub struct AdminKey(SecretString);

impl AdminKey {
    pub(super) fn read(env: &mut Env) -> Result<Self, Invalid> {
        env.alias("MASTER_API_KEY", "NOXPAY_ADMIN_KEY");
        let doc = "what X-Master-Key must hold on admin routes (also as MASTER_API_KEY)";
        long_enough(env, "NOXPAY_ADMIN_KEY", doc).map(Self)
    }

    /// In constant time.
    pub(crate) fn is(&self, shown: &[u8]) -> bool {
        self.0.expose_secret().as_bytes().ct_eq(shown).into()
    }
}

fn long_enough(
    env: &mut Env,
    name: &'static str,
    doc: &'static str,
) -> Result<SecretString, Invalid> {
    let production = env.environment().is_production();
    env.secret_with(name, doc, |text| {
        if production && text.len() < SHORTEST {
            return Err("is shorter than 32 characters");
        }
        Ok(SecretString::from(text))
    })
}
