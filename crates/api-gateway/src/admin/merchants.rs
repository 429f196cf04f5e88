//! `/api/v1/admin/merchants`.

pub(crate) mod create;
pub(crate) mod disable;
pub(crate) mod list;
pub(crate) mod show;
pub(crate) mod update;

use super::{Input, Problem};
use crate::merchants::MerchantName;
use runtime::Environment;

fn name(input: &Input<'_>) -> Result<Option<MerchantName>, Problem> {
    let Some(text) = input.text_if("name")? else {
        return Ok(None);
    };
    let name = MerchantName::parse(&text).map_err(|e| Problem::invalid("name", e))?;
    Ok(Some(name))
}

/// A merchant's own limit; `Some(None)` goes back to the setting.
fn rate_limit(input: &Input<'_>, environment: Environment) -> Result<Option<Option<i32>>, Problem> {
    const NAME: &str = "rate_limit_rpm";
    if !input.has(NAME) {
        return Ok(None);
    }
    let limit = input.number_if::<i32>(NAME)?;
    match limit {
        Some(0) if environment.is_production() => {
            Err(Problem::invalid(NAME, "must be at least 1 in production"))
        }
        Some(..0) => Err(Problem::invalid(NAME, "must not be negative")),
        limit => Ok(Some(limit)),
    }
}
