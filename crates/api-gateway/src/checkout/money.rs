//! Amounts for people in India: `₹1,00,000.00`.

use domain::Money;

/// With the sign of the currency, lakh grouping and two decimals.
pub(super) fn rupees(money: Money) -> String {
    let decimal = money.to_decimal();
    let (sign, digits) = match decimal.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", decimal.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "00"));
    format!("{sign}₹{}.{fraction}", grouped(whole))
}

/// Without decimals where they are zero: for limits.
pub(super) fn rupees_short(money: Money) -> String {
    let full = rupees(money);
    full.strip_suffix(".00").map(str::to_owned).unwrap_or(full)
}

/// The last three digits, then pairs.
fn grouped(whole: &str) -> String {
    let mut grouped = String::with_capacity(whole.len() + whole.len() / 2);
    for (at, digit) in whole.chars().enumerate() {
        let left = whole.len() - at;
        if at > 0 && left >= 3 && left % 2 == 1 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_the_indian_way() {
        for (paise, text) in [
            (0, "₹0.00"),
            (1, "₹0.01"),
            (49_899, "₹498.99"),
            (100_000, "₹1,000.00"),
            (1_000_000, "₹10,000.00"),
            (10_000_000, "₹1,00,000.00"),
            (100_000_000, "₹10,00,000.00"),
            (1_234_567_890, "₹1,23,45,678.90"),
            (-123_456, "-₹1,234.56"),
        ] {
            assert_eq!(rupees(Money::inr(paise)), text);
        }
        assert_eq!(rupees_short(Money::inr(200_000)), "₹2,000");
        assert_eq!(rupees_short(Money::inr(200_050)), "₹2,000.50");
    }
}
