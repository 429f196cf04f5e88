//! Which merchant, in which mode, a command is about.

use crate::context::Context;
use crate::failure::Failure;
use crate::gateway::Gateway;
use crate::views::{Merchant, Merchants};
use clap::{Args, ValueEnum};
use domain::Mode;
use uuid::Uuid;

/// The flags of every command that is about one merchant's things.
#[derive(Args)]
pub(crate) struct ScopeArgs {
    /// The merchant, by id or by name; may be left out where there is only one
    #[arg(long, value_name = "ID|NAME")]
    merchant: Option<String>,
    /// Live or test money; test in development, live in production, unless said
    #[arg(long, value_enum)]
    mode: Option<ModeArg>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum ModeArg {
    Live,
    Test,
}

impl From<ModeArg> for Mode {
    fn from(arg: ModeArg) -> Self {
        match arg {
            ModeArg::Live => Self::Live,
            ModeArg::Test => Self::Test,
        }
    }
}

/// One merchant in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) merchant: Uuid,
    pub(crate) mode: Mode,
}

impl Scope {
    /// As the admin routes want it.
    pub(crate) fn query(self) -> Vec<(&'static str, String)> {
        vec![
            ("merchant_id", self.merchant.to_string()),
            ("mode", self.mode.as_str().to_owned()),
        ]
    }

    /// With more members.
    pub(crate) fn query_with(
        self,
        more: impl IntoIterator<Item = (&'static str, Option<String>)>,
    ) -> Vec<(&'static str, String)> {
        let more = more
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        self.query().into_iter().chain(more).collect()
    }
}

/// The mode that a command is about where none was said.
pub(crate) fn mode_or_default(context: &Context, mode: Option<ModeArg>) -> Mode {
    match mode {
        Some(mode) => mode.into(),
        None => Mode::from_live(context.environment().is_production()),
    }
}

impl ScopeArgs {
    /// Asks the gateway who the merchant is, unless an id says so.
    pub(crate) async fn find(
        &self,
        context: &Context,
        gateway: &Gateway,
    ) -> Result<Scope, Failure> {
        let mode = mode_or_default(context, self.mode);
        let merchant = merchant(gateway, self.merchant.as_deref()).await?;
        Ok(Scope { merchant, mode })
    }
}

/// The merchant of that id or name, or the only one.
pub(crate) async fn merchant(gateway: &Gateway, wanted: Option<&str>) -> Result<Uuid, Failure> {
    if let Some(id) = wanted.and_then(|text| text.parse().ok()) {
        return Ok(id);
    }
    let known: Merchants = gateway.get("merchants", &[]).await?.read()?;
    choose(&known.merchants, wanted)
}

fn choose(merchants: &[Merchant], wanted: Option<&str>) -> Result<Uuid, Failure> {
    let fits: Vec<&Merchant> = match wanted {
        Some(name) => merchants.iter().filter(|m| m.name == name).collect(),
        None => merchants.iter().filter(|m| m.active).collect(),
    };
    match (fits.as_slice(), wanted) {
        ([one], _) => Ok(one.id),
        ([], Some(name)) => Err(Failure::usage(format!(
            "there is no merchant named {name:?}: noxpay merchant list"
        ))),
        ([], None) => Err(Failure::failed(
            "there is no merchant yet: noxpay merchant create --name …",
        )),
        (several, _) => Err(Failure::usage(format!(
            "there are {} merchants that may be meant: say which with --merchant ID (noxpay merchant list)",
            several.len()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merchant(id: u128, name: &str, active: bool) -> Merchant {
        Merchant {
            id: Uuid::from_u128(id),
            name: name.to_owned(),
            active,
            created_at: serde_json::from_str("\"2026-11-21T00:00:00Z\"").unwrap(),
        }
    }

    #[test]
    fn the_only_merchant_need_not_be_named() {
        let all = [merchant(1, "Shop", true), merchant(2, "Old", false)];
        assert_eq!(choose(&all, None).unwrap(), Uuid::from_u128(1));
        assert_eq!(choose(&all, Some("Old")).unwrap(), Uuid::from_u128(2));
        assert_eq!(choose(&all, Some("Other")).unwrap_err().exit_code(), 2);
        assert_eq!(choose(&[], None).unwrap_err().exit_code(), 1);
    }

    #[test]
    fn of_several_merchants_none_is_chosen() {
        let all = [merchant(1, "Shop", true), merchant(2, "Shop", true)];
        assert!(
            choose(&all, None)
                .unwrap_err()
                .to_string()
                .contains("--merchant")
        );
        assert!(choose(&all, Some("Shop")).is_err());
    }
}
