//! What every command is given.

use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::settings::{GatewaySettings, MerchantKey, read_url};
use runtime::{Env, Environment, Invalid};

/// The environment and what was said on the command line about the gateway.
pub(crate) struct Context {
    env: Env,
    url: Option<String>,
}

impl Context {
    pub(crate) fn new(env: Env, url: Option<String>) -> Self {
        Self { env, url }
    }

    /// Reads a command's settings.
    pub(crate) fn settings<T>(
        &mut self,
        read: impl FnOnce(&mut Env) -> Result<T, Invalid>,
    ) -> Result<T, Failure> {
        Ok(self.env.read_with(read)?)
    }

    pub(crate) fn environment(&self) -> Environment {
        self.env.environment()
    }

    pub(crate) fn is_set(&self, variable: &str) -> bool {
        self.env.is_set(variable)
    }

    /// The command line's `--url`.
    pub(crate) fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// A client of the gateway as the merchant whose own credentials are set; `None` where none are.
    pub(crate) fn gateway_as_merchant(&mut self) -> Result<Option<Gateway>, Failure> {
        let given = self.url.clone();
        let settings = self.settings(|env| {
            let Some(key) = MerchantKey::read(env)? else {
                return Ok(None);
            };
            Ok(Some((read_url(env, given.as_deref())?, key)))
        })?;
        let gateway = settings.map(|(url, key)| Gateway::of_merchant(url, key));
        gateway.transpose()
    }

    /// A client of the gateway.
    pub(crate) fn gateway(&mut self) -> Result<Gateway, Failure> {
        let url = self.url.clone();
        let settings = self.settings(|env| GatewaySettings::read(env, url.as_deref()))?;
        Gateway::new(settings)
    }
}
