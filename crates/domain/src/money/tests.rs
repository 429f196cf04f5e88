use super::*;
use proptest::prelude::*;

fn paise(text: &str) -> Result<i64, AmountError> {
    Money::parse_json_number(text, Currency::Inr).map(Money::minor)
}

#[test]
fn one_amount_has_many_spellings() {
    for text in [
        "499",
        "499.0",
        "499.00",
        "499.000000",
        "4.99e2",
        "49900e-2",
        "4990E-1",
    ] {
        assert_eq!(paise(text), Ok(49_900), "{text}");
    }
    assert_eq!(paise("0.01"), Ok(1));
    assert_eq!(paise("-1"), Ok(-100));
    assert_eq!(paise("0"), Ok(0));
}

#[test]
fn three_decimals_are_refused() {
    assert_eq!(paise("499.001"), Err(AmountError::TooManyDecimals(2)));
    assert_eq!(paise("0.005"), Err(AmountError::TooManyDecimals(2)));
    assert_eq!(paise("1e-3"), Err(AmountError::TooManyDecimals(2)));
}

#[test]
fn the_noise_of_a_float_is_forgiven() {
    assert_eq!(paise("0.30000000000000004"), Ok(30)); // 0.1 + 0.2
    assert_eq!(paise("1234.5600000000001"), Ok(123_456));
    assert_eq!(paise("33.329999999999998"), Ok(3_333));
    assert_eq!(
        paise("499.0010000000000001"),
        Err(AmountError::TooManyDecimals(2))
    );
}

#[test]
fn huge_and_broken_numbers_are_refused() {
    for text in [
        "1e400",
        "1e-400",
        "1e99999999999999999999",
        "9223372036854775807",
    ] {
        assert_eq!(paise(text), Err(AmountError::OutOfRange), "{text}");
    }
    for text in [
        "", "NaN", "Infinity", "1.", ".5", "1e", "0x10", "01", "+1", "1 ", "१",
    ] {
        assert_eq!(paise(text), Err(AmountError::NotANumber), "{text}");
    }
    assert_eq!(paise(&"9".repeat(10_000)), Err(AmountError::OutOfRange));
}

#[test]
fn minor_units_travel_as_a_string() {
    let json = serde_json::to_string(&Money::inr(49_900)).unwrap();
    assert_eq!(json, r#"{"minor":"49900","currency":"INR"}"#);
    assert_eq!(
        serde_json::from_str::<Money>(&json).unwrap(),
        Money::inr(49_900)
    );
}

proptest! {
    #[test]
    fn what_is_printed_is_read_again(minor in any::<i64>()) {
        prop_assert_eq!(paise(&Money::inr(minor).to_decimal()), Ok(minor));
    }

    #[test]
    fn any_two_decimal_float_is_read_as_printed(minor in 0_i64..100_000_000) {
        let text = Money::inr(minor).to_decimal();
        let float: f64 = text.parse().unwrap();
        prop_assert_eq!(paise(&format!("{float}")), Ok(minor));
        prop_assert_eq!(paise(&format!("{:.17}", float)), Ok(minor));
    }

    #[test]
    fn no_text_panics(text in ".{0,80}") {
        let _ = paise(&text);
    }
}
