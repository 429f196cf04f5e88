//! Typed settings from `NOXPAY_…` environment variables.
//!
//! A service's `config.rs` is a plain struct and one `read`. Every variable is read into a local first and the struct is
//! built last, so that one start reports every wrong variable and `--help` lists every variable:
//!
//! ```
//! use runtime::settings::{CommonSettings, Env, Invalid, Settings};
//!
//! /// What the echo service needs.
//! struct Config {
//!     common: CommonSettings,
//!     /// How many echoes one call may ask for.
//!     most: u32,
//! }
//!
//! impl Settings for Config {
//!     fn read(env: &mut Env) -> Result<Self, Invalid> {
//!         let common = CommonSettings::read(env);
//!         let most = env.or("NOXPAY_ECHO_MOST", "16", "how many echoes one call may ask for");
//!         Ok(Self { common: common?, most: most? })
//!     }
//!     fn common(&self) -> &CommonSettings {
//!         &self.common
//!     }
//! }
//!
//! let config = Env::from_map([("NOXPAY_ECHO_MOST", "3")]).load::<Config>().unwrap();
//! assert_eq!(config.most, 3);
//! let wrong = Env::from_map([("NOXPAY_ECHO_MOST", "many")]).load::<Config>();
//! assert_eq!(
//!     wrong.err().unwrap().to_string(),
//!     "NOXPAY_ECHO_MOST: \"many\" is not usable: invalid digit found in string"
//! );
//! ```

mod common;
mod env;
mod environment;
mod help;
#[cfg(test)]
mod tests;

pub use common::{CommonSettings, LogFormat};
pub use env::{Env, Invalid, SettingsError};
pub use environment::Environment;
pub use help::{Need, Variable, help_text, markdown_table};

/// A configuration that is read from the environment once, at start.
pub trait Settings: Sized {
    /// Reads every variable into a local, then builds the struct with `?`: see the module's example.
    ///
    /// # Errors
    /// [`Invalid`] says only that something was wrong; what it was is recorded in `env`.
    fn read(env: &mut Env) -> Result<Self, Invalid>;

    /// The part that every process has.
    fn common(&self) -> &CommonSettings;
}

/// Every variable that `C` reads, in reading order.
#[must_use]
pub fn variables<C: Settings>() -> Vec<Variable> {
    let mut env = Env::from_map::<String, String>([]);
    // Missing variables are expected here: only what was asked for matters.
    let _ = C::read(&mut env);
    env.into_variables()
}

/// Variables that `C` reads when all goes well but not when they are missing. There should be none: then `--help` shows
/// them all and one start reports every problem. Each service tests that with a complete `env`.
#[must_use]
pub fn unlisted_variables<C: Settings>(mut env: Env) -> Vec<&'static str> {
    let listed = variables::<C>();
    let _ = C::read(&mut env);
    let read = env.into_variables().into_iter();
    read.map(|v| v.name)
        .filter(|name| listed.iter().all(|v| v.name != *name))
        .collect()
}
