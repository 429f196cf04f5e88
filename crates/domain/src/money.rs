//! Money is a whole number of minor units with its currency. No float ever touches it.

mod decimal;

use serde::{Deserialize, Serialize};

/// The currencies that an amount can be asked in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Currency {
    /// Indian rupee, minor unit paisa (ISO 4217: two decimals).
    #[serde(rename = "INR")]
    Inr,
}

impl Currency {
    /// Digits after the decimal point (ISO 4217).
    pub const fn decimals(self) -> u32 {
        match self {
            Self::Inr => 2,
        }
    }

    /// ISO 4217 code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Inr => "INR",
        }
    }

    /// The currency of an ISO 4217 code, upper case.
    pub fn parse(code: &str) -> Option<Self> {
        (code == "INR").then_some(Self::Inr)
    }
}

impl std::fmt::Display for Currency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in minor units (paise for INR). May be negative where it is a difference or a reversal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Money {
    #[serde(with = "minor_string")]
    minor: i64,
    currency: Currency,
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    #[error("is not a decimal number")]
    NotANumber,
    #[error("has more than {0} decimals")]
    TooManyDecimals(u32),
    #[error("is out of range")]
    OutOfRange,
}

impl Money {
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Paise as money.
    pub const fn inr(paise: i64) -> Self {
        Self::from_minor(paise, Currency::Inr)
    }

    pub const fn zero(currency: Currency) -> Self {
        Self::from_minor(0, currency)
    }

    pub const fn minor(self) -> i64 {
        self.minor
    }

    pub const fn currency(self) -> Currency {
        self.currency
    }

    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// `None` on overflow or when the currencies differ.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.same(other)?;
        Some(Self::from_minor(
            self.minor.checked_add(other.minor)?,
            self.currency,
        ))
    }

    /// `None` on overflow or when the currencies differ.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.same(other)?;
        Some(Self::from_minor(
            self.minor.checked_sub(other.minor)?,
            self.currency,
        ))
    }

    fn same(self, other: Self) -> Option<()> {
        (self.currency == other.currency).then_some(())
    }

    /// Reads the text of a JSON number (RFC 8259) exactly; `499`, `499.0`, `499.00` and `4.99e2` are one amount.
    ///
    /// A number that a float made (at least 16 significant digits, within 1e-9 of a value with the currency's decimals)
    /// is taken as that value; any other digit beyond the currency's decimals is an error.
    pub fn parse_json_number(text: &str, currency: Currency) -> Result<Self, AmountError> {
        decimal::parse(text, currency.decimals()).map(|minor| Self::from_minor(minor, currency))
    }

    /// The amount with exactly the currency's decimals: `499.00`. A valid JSON number.
    pub fn to_decimal(self) -> String {
        decimal::format(self.minor, self.currency.decimals())
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.currency, self.to_decimal())
    }
}

/// Minor units travel as a string: JSON numbers beyond 2^53 do not survive every reader.
mod minor_string {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(minor: &i64, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(minor)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<i64, D::Error> {
        std::borrow::Cow::<'de, str>::deserialize(d)?
            .parse()
            .map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests;
