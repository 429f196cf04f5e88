//! Whose headers, body and retries an endpoint has.

use crate::schedule::Schedule;
use proto::webhook as wire;

/// The interface that an endpoint's receiver was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Profile {
    /// `NoxPay`'s own headers beside those of Standard Webhooks.
    NoxPay,
    /// Standard Webhooks alone, signed twice: `v1` by the shared secret, `v1a` by the endpoint's key pair.
    Standard,
    NoddPay,
    PaymentGateway,
}

impl Profile {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NoxPay => "noxpay",
            Self::Standard => "standard",
            Self::NoddPay => "noddpay",
            Self::PaymentGateway => "payment_gateway",
        }
    }

    /// Of a column, whose words the database checks.
    pub(crate) fn stored(word: &str) -> Self {
        match word {
            "standard" => Self::Standard,
            "noddpay" => Self::NoddPay,
            "payment_gateway" => Self::PaymentGateway,
            _ => Self::NoxPay,
        }
    }

    pub(crate) fn of_wire(profile: wire::Profile) -> Self {
        match profile {
            wire::Profile::Unspecified | wire::Profile::Noxpay => Self::NoxPay,
            wire::Profile::Standard => Self::Standard,
            wire::Profile::Noddpay => Self::NoddPay,
            wire::Profile::PaymentGateway => Self::PaymentGateway,
        }
    }

    pub(crate) fn to_wire(self) -> wire::Profile {
        match self {
            Self::NoxPay => wire::Profile::Noxpay,
            Self::Standard => wire::Profile::Standard,
            Self::NoddPay => wire::Profile::Noddpay,
            Self::PaymentGateway => wire::Profile::PaymentGateway,
        }
    }

    /// Whether attempts carry `v1a` signatures.
    pub(crate) fn has_key_pair(self) -> bool {
        self == Self::Standard
    }

    /// Whether there is a header of one signature, keyed by the whole secret as shown.
    pub(crate) fn has_single_signature(self) -> bool {
        self != Self::Standard
    }

    /// What is retried when, unless the merchant says otherwise.
    pub(crate) fn own_retry(self) -> Retry {
        match self {
            Self::NoxPay | Self::Standard => Retry::Standard,
            Self::NoddPay => Retry::NoddPay,
            Self::PaymentGateway => Retry::PaymentGateway,
        }
    }
}

/// When a failed attempt is made again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Retry {
    /// The installation's, by default ten attempts over 75 hours.
    Standard,
    /// At once, then after 5, 15 and 60 minutes.
    NoddPay,
    /// At once, then after 1, 5, 30 and 120 minutes.
    PaymentGateway,
    /// The merchant's own pauses in seconds.
    Custom(Vec<i32>),
}

impl Retry {
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::NoddPay => "noddpay",
            Self::PaymentGateway => "payment_gateway",
            Self::Custom(_) => "custom",
        }
    }

    pub(crate) fn pauses(&self) -> Option<&[i32]> {
        match self {
            Self::Custom(pauses) => Some(pauses),
            _ => None,
        }
    }

    /// Of columns, whose words the database checks.
    pub(crate) fn stored(word: &str, pauses: Option<&[i32]>) -> Self {
        match (word, pauses) {
            ("noddpay", _) => Self::NoddPay,
            ("payment_gateway", _) => Self::PaymentGateway,
            ("custom", Some(pauses)) => Self::Custom(pauses.to_vec()),
            _ => Self::Standard,
        }
    }

    /// `None` for the profile's own.
    ///
    /// # Errors
    /// What is wrong with it, for whoever asked.
    pub(crate) fn of_wire(asked: &wire::Retry) -> Result<Option<Self>, String> {
        if !asked.pauses_s.is_empty() && asked.name != "custom" {
            return Err("pauses belong to \"custom\" retries only".to_owned());
        }
        match asked.name.as_str() {
            "" => Ok(None),
            "standard" => Ok(Some(Self::Standard)),
            "noddpay" => Ok(Some(Self::NoddPay)),
            "payment_gateway" => Ok(Some(Self::PaymentGateway)),
            "custom" => {
                Schedule::custom(&asked.pauses_s).map_err(|error| error.to_string())?;
                let pauses = asked
                    .pauses_s
                    .iter()
                    .map(|s| i32::try_from(*s).unwrap_or(i32::MAX));
                Ok(Some(Self::Custom(pauses.collect())))
            }
            other => Err(format!(
                "{other:?} is no retry profile; there are standard, noddpay, payment_gateway and custom"
            )),
        }
    }

    pub(crate) fn to_wire(&self) -> wire::Retry {
        let pauses = self.pauses().unwrap_or_default();
        wire::Retry {
            name: self.as_str().to_owned(),
            pauses_s: pauses
                .iter()
                .map(|s| u32::try_from(*s).unwrap_or_default())
                .collect(),
        }
    }

    /// `standard` is the installation's.
    pub(crate) fn schedule(&self, standard: &Schedule) -> Schedule {
        match self {
            Self::Standard => standard.clone(),
            Self::NoddPay => Schedule::exact([0, 300, 900, 3_600]),
            Self::PaymentGateway => Schedule::exact([0, 60, 300, 1_800, 7_200]),
            Self::Custom(pauses) => {
                let pauses: Vec<u32> = pauses
                    .iter()
                    .map(|s| u32::try_from(*s).unwrap_or_default())
                    .collect();
                // The column holds what was checked when it was stored.
                Schedule::custom(&pauses).unwrap_or_else(|_| standard.clone())
            }
        }
    }
}
