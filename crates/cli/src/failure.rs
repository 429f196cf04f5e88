//! How a command ends when it does not succeed.

use runtime::settings::SettingsError;

/// Exit code of something that was tried and failed.
const FAILED: u8 = 1;
/// Exit code of a wrong argument or setting: trying again will not help.
const USAGE: u8 = 2;

/// One line that says what to do, and an exit code.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The work failed.
    #[error("{0}")]
    Failed(String),
    /// An argument or a setting is wrong.
    #[error("{0}")]
    Usage(String),
    /// The work failed, and everything about it was printed already.
    #[error("")]
    Told,
}

impl Failure {
    pub(crate) fn failed(why: impl std::fmt::Display) -> Self {
        Self::Failed(why.to_string())
    }

    pub(crate) fn usage(why: impl std::fmt::Display) -> Self {
        Self::Usage(why.to_string())
    }

    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) | Self::Told => FAILED,
            Self::Usage(_) => USAGE,
        }
    }
}

impl From<SettingsError> for Failure {
    fn from(wrong: SettingsError) -> Self {
        Self::usage(wrong)
    }
}
