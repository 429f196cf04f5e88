use crate::dialect::instant;
use crate::merchants::Merchant;
use domain::ids::MerchantId;
use serde::Serialize;

/// A merchant.
#[derive(Serialize)]
pub(crate) struct MerchantBody {
    id: MerchantId,
    name: String,
    active: bool,
    /// Its own limit; `null` takes the setting.
    rate_limit_rpm: Option<i32>,
    created_at: String,
}

impl From<&Merchant> for MerchantBody {
    fn from(merchant: &Merchant) -> Self {
        Self {
            id: merchant.id(),
            name: merchant.name.clone(),
            active: merchant.active,
            rate_limit_rpm: merchant.rate_limit_rpm,
            created_at: instant(merchant.created_at()),
        }
    }
}
