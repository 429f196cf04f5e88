use std::{
    collections::BTreeMap,
    fmt::{self, Display},
    fs,
    net::SocketAddr,
    str::FromStr,
    time::Duration,
};

use secrecy::SecretString;

use super::{Environment, Need, Settings, Variable};
use crate::{
    listen::{self, Exposure},
    secrets,
};

/// How much of a wrong, non-secret value is repeated in the error.
const SHOWN: usize = 60;

/// "Something was wrong with a variable": the [`Env`] that returned it knows what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalid;

/// Every wrong variable of one start, one line each.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct SettingsError(Vec<String>);

/// A snapshot of the environment that remembers what was read from it and what was wrong.
///
/// An empty value counts as unset, because compose files and shells write `NAME=` for "none".
pub struct Env {
    values: BTreeMap<String, String>,
    variables: Vec<Variable>,
    problems: Vec<String>,
}

impl Env {
    /// The environment of this process.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads it")]
    pub fn from_process() -> Self {
        Self::from_map(std::env::vars_os().filter_map(|(name, value)| {
            // A value that is not Unicode becomes one that no parser accepts, rather than unset.
            Some((
                name.into_string().ok()?,
                value.to_string_lossy().into_owned(),
            ))
        }))
    }

    /// A made-up environment, for tests and for processes started in-process.
    pub fn from_map<K: Into<String>, V: Into<String>>(
        values: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let values = values.into_iter().map(|(k, v)| (k.into(), v.into()));
        Self {
            values: values.collect(),
            variables: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// Reads a whole configuration.
    ///
    /// # Errors
    /// One line per wrong variable; never a secret's value.
    pub fn load<C: Settings>(mut self) -> Result<C, SettingsError> {
        self.read_with(C::read)
    }

    /// Like [`Env::load`], for a part of a configuration.
    ///
    /// # Errors
    /// One line per wrong variable; never a secret's value.
    pub fn read_with<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, Invalid>,
    ) -> Result<T, SettingsError> {
        match read(self) {
            Ok(value) if self.problems.is_empty() => Ok(value),
            _ => Err(SettingsError(std::mem::take(&mut self.problems))),
        }
    }

    /// The environment that this process runs in: the most careful one where it is unset or wrong.
    #[must_use]
    pub fn environment(&self) -> Environment {
        let text = self.value("NOXPAY_ENV");
        text.and_then(|t| t.parse().ok()).unwrap_or_default()
    }

    /// Lets `other` (or `<other>_FILE`) stand for `name` where that is unset: for names that other gateways' users know.
    /// Call it before `name` is read.
    pub fn alias(&mut self, other: &str, name: &str) {
        let file = |name: &str| format!("{name}_FILE");
        if self.is_set(name) || self.is_set(&file(name)) {
            return;
        }
        for (from, to) in [
            (other.to_owned(), name.to_owned()),
            (file(other), file(name)),
        ] {
            if let Some(value) = self.value(&from) {
                self.values.insert(to, value);
            }
        }
    }

    /// A variable without which the process cannot work.
    ///
    /// # Errors
    /// [`Invalid`] if it is unset or does not parse.
    pub fn required<T>(&mut self, name: &'static str, doc: &'static str) -> Result<T, Invalid>
    where
        T: FromStr<Err: Display>,
    {
        self.note(name, Need::Required, doc, false);
        match self.value(name) {
            Some(text) => self.parse(name, &text),
            None => Err(self.reject(name, format_args!("is not set; it is {doc}"))),
        }
    }

    /// A variable that switches something on.
    ///
    /// # Errors
    /// [`Invalid`] if it is set and does not parse.
    pub fn optional<T>(
        &mut self,
        name: &'static str,
        doc: &'static str,
    ) -> Result<Option<T>, Invalid>
    where
        T: FromStr<Err: Display>,
    {
        self.note(name, Need::Optional, doc, false);
        let text = self.value(name);
        text.map(|text| self.parse(name, &text)).transpose()
    }

    /// A variable with a default, written as an operator would write it.
    ///
    /// # Errors
    /// [`Invalid`] if the value does not parse.
    pub fn or<T>(
        &mut self,
        name: &'static str,
        default: &str,
        doc: &'static str,
    ) -> Result<T, Invalid>
    where
        T: FromStr<Err: Display>,
    {
        self.note(name, Need::Default(default.to_owned()), doc, false);
        let text = self.value(name).unwrap_or_else(|| default.to_owned());
        self.parse(name, &text)
    }

    /// A span of time in whole milliseconds; the variable's name should end in `_MS`.
    ///
    /// # Errors
    /// [`Invalid`] if the value is not a whole number.
    pub fn millis(
        &mut self,
        name: &'static str,
        default: u64,
        doc: &'static str,
    ) -> Result<Duration, Invalid> {
        let millis = self.or::<u64>(name, &default.to_string(), doc)?;
        Ok(Duration::from_millis(millis))
    }

    /// An address to listen on, refused where [`listen::check`] refuses it.
    ///
    /// # Errors
    /// [`Invalid`] if it is no `address:port`, or if this environment must not listen there.
    pub fn listen(
        &mut self,
        name: &'static str,
        default: &str,
        exposure: Exposure,
        doc: &'static str,
    ) -> Result<SocketAddr, Invalid> {
        let address = self.or(name, default, doc)?;
        match listen::check(self.environment(), exposure, address) {
            Ok(()) => Ok(address),
            Err(refusal) => Err(self.reject(name, refusal)),
        }
    }

    /// A secret that must be there, from the variable or from the file that `<name>_FILE` names.
    ///
    /// # Errors
    /// [`Invalid`] if it is unset, unreadable, or a published value in production.
    pub fn secret(
        &mut self,
        name: &'static str,
        doc: &'static str,
    ) -> Result<SecretString, Invalid> {
        self.secret_with(name, doc, |text| Ok(SecretString::from(text)))
    }

    /// A secret that may be missing.
    ///
    /// # Errors
    /// [`Invalid`] if it is set but unreadable, or a published value in production.
    pub fn optional_secret(
        &mut self,
        name: &'static str,
        doc: &'static str,
    ) -> Result<Option<SecretString>, Invalid> {
        self.note(name, Need::Optional, doc, true);
        Ok(self.secret_text(name)?.map(SecretString::from))
    }

    /// A secret that is parsed into a type. The parser's error is fixed text, so that it cannot repeat the secret.
    ///
    /// # Errors
    /// [`Invalid`] if it is unset, unreadable, a published value in production, or does not parse.
    pub fn secret_with<T>(
        &mut self,
        name: &'static str,
        doc: &'static str,
        parse: impl FnOnce(&str) -> Result<T, &'static str>,
    ) -> Result<T, Invalid> {
        self.note(name, Need::Required, doc, true);
        match self.secret_text(name)? {
            Some(text) => parse(&text).map_err(|why| self.reject(name, why)),
            None => Err(self.reject(name, format_args!("is not set; it is {doc}"))),
        }
    }

    /// Whether a variable has a value, without reading it.
    #[must_use]
    pub fn is_set(&self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// Records that a variable is wrong for a reason that its own text does not show.
    pub fn reject(&mut self, name: &str, why: impl Display) -> Invalid {
        self.problems
            .push(format!("{name}: {why}").replace(['\n', '\r'], " "));
        Invalid
    }

    /// Refuses in production what only development may have: pinned DNS keys, test rails, a `.test` base URL.
    ///
    /// # Errors
    /// [`Invalid`] if `found` in production.
    pub fn production_refuses(
        &mut self,
        name: &str,
        found: bool,
        why: impl Display,
    ) -> Result<(), Invalid> {
        if found && self.environment().is_production() {
            return Err(self.reject(name, format_args!("production refuses it: {why}")));
        }
        Ok(())
    }

    /// What was read so far, each variable once, in reading order.
    #[must_use]
    pub fn into_variables(self) -> Vec<Variable> {
        self.variables
    }

    fn value(&self, name: &str) -> Option<String> {
        let value = self.values.get(name).map(|v| v.trim());
        value.filter(|v| !v.is_empty()).map(str::to_owned)
    }

    fn secret_text(&mut self, name: &'static str) -> Result<Option<String>, Invalid> {
        let file = self.value(&format!("{name}_FILE"));
        let text = match (self.value(name), file) {
            (Some(_), Some(_)) => {
                return Err(self.reject(name, format_args!("and {name}_FILE are both set")));
            }
            (Some(text), None) => text,
            (None, Some(path)) => match fs::read_to_string(&path) {
                Ok(text) if !text.trim().is_empty() => text.trim().to_owned(),
                Ok(_) => return Err(self.reject(name, format_args!("{path:?} is empty"))),
                Err(error) => {
                    return Err(self.reject(name, format_args!("{path:?} cannot be read: {error}")));
                }
            },
            (None, None) => return Ok(None),
        };
        if self.environment().is_production() && secrets::is_published(&text) {
            return Err(self.reject(name, "is a published demo or default value"));
        }
        Ok(Some(text))
    }

    fn parse<T: FromStr<Err: Display>>(&mut self, name: &str, text: &str) -> Result<T, Invalid> {
        text.parse().map_err(|why: T::Err| {
            let shown: String = text.chars().take(SHOWN).collect();
            self.reject(name, format_args!("{shown:?} is not usable: {why}"))
        })
    }

    fn note(&mut self, name: &'static str, need: Need, doc: &'static str, secret: bool) {
        // Two parts of one configuration may read the same variable.
        if self.variables.iter().all(|v| v.name != name) {
            self.variables.push(Variable {
                name,
                need,
                doc,
                secret,
            });
        }
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_struct("Env")
            .field("names", &self.values.keys())
            .finish_non_exhaustive()
    }
}
