//! Text columns that hold the name of an enum's variant.

use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::pg::{Pg, PgValue};
use diesel::sql_types::Text;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer};

/// A variant that is stored by its name: the same as on the bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromSqlRow)]
pub struct Word<T>(pub T);

impl<T: DeserializeOwned> FromSql<Text, Pg> for Word<T> {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let text = std::str::from_utf8(value.as_bytes())?;
        Ok(Self(read_word(text)?))
    }
}

/// The variant of that name.
///
/// # Errors
/// Says which names there are.
fn read_word<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    let deserializer: StrDeserializer<'_, Error> = text.into_deserializer();
    T::deserialize(deserializer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::matching::Rung;
    use domain::{ReviewReason, StatusName};

    #[test]
    fn every_name_is_read_as_stored() {
        for status in StatusName::ALL {
            assert_eq!(read_word::<StatusName>(status.as_str()), Ok(status));
        }
        for rung in Rung::ALL {
            assert_eq!(read_word::<Rung>(rung.as_str()), Ok(rung));
        }
        let reason = ReviewReason::UnderpaidAtExpiry;
        assert_eq!(read_word::<ReviewReason>(reason.as_str()), Ok(reason));
        assert!(read_word::<StatusName>("paid").is_err());
    }
}
