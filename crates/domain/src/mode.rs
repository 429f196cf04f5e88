//! Live and test money never meet.

use serde::{Deserialize, Serialize};

/// The mode of a credential, an account, an intent, an endpoint. Stored as `live boolean` beside every `merchant_id`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Live,
    Test,
}

impl Mode {
    pub const fn from_live(live: bool) -> Self {
        if live { Self::Live } else { Self::Test }
    }

    pub const fn is_live(self) -> bool {
        matches!(self, Self::Live)
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Test => "test",
        }
    }
}

impl std::fmt::Display for Mode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
