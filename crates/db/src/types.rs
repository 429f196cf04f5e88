//! Between Rust and columns.

use bigdecimal::{BigDecimal, ToPrimitive};
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::{Pg, PgValue};
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{Json, Numeric};
use jiff::Timestamp;
use jiff_diesel::{Timestamp as DbTimestamp, ToDiesel};

/// A `json` column, byte for byte: keeps the order of keys and the form of numbers.
#[derive(Clone, Debug, PartialEq, Eq, AsExpression, FromSqlRow)]
#[diesel(sql_type = Json)]
pub struct JsonText(String);

impl JsonText {
    /// `text` must be JSON; the database refuses anything else.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

impl ToSql<Json, Pg> for JsonText {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        std::io::Write::write_all(out, self.0.as_bytes())?;
        Ok(serialize::IsNull::No)
    }
}

impl FromSql<Json, Pg> for JsonText {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(Self(std::str::from_utf8(value.as_bytes())?.to_owned()))
    }
}

/// Minor units (paise) in a `numeric(78, 0)` column, which also holds token amounts. No float is on the way.
///
/// Reading fails for a fraction and for what does not fit 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, AsExpression, FromSqlRow)]
#[diesel(sql_type = Numeric)]
pub struct MinorUnits(pub i64);

impl ToSql<Numeric, Pg> for MinorUnits {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let number = BigDecimal::from(self.0);
        <BigDecimal as ToSql<Numeric, Pg>>::to_sql(&number, &mut out.reborrow())
    }
}

impl FromSql<Numeric, Pg> for MinorUnits {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let number = <BigDecimal as FromSql<Numeric, Pg>>::from_sql(value)?;
        if !number.is_integer() {
            return Err(format!("{number} minor units are not a whole number").into());
        }
        match number.to_i64() {
            Some(minor) => Ok(Self(minor)),
            None => Err(format!("{number} minor units do not fit 64 bits").into()),
        }
    }
}

/// For a `timestamptz` column.
pub fn to_db(at: Timestamp) -> DbTimestamp {
    at.to_diesel()
}

/// From a `timestamptz` column.
pub fn from_db(at: DbTimestamp) -> Timestamp {
    at.to_jiff()
}
