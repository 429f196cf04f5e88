//! Exact decimal text to minor units and back.

use super::AmountError;

/// More digits than any amount has; bounds the work that a hostile number can cause.
const MAX_DIGITS: usize = 64;
/// Exponents beyond this cannot name an amount (`1e400`).
const MAX_EXPONENT: i64 = 64;
/// IEEE 754 doubles print up to 17 significant digits; a number of 16 or more was made by a float.
const FLOAT_DIGITS: usize = 16;
/// How near (in decimals) such a number must lie to a value with the currency's decimals.
const NOISE_DECIMALS: i64 = 9;

/// A JSON number (RFC 8259, section 6) in minor units of `decimals` digits.
pub(super) fn parse(text: &str, decimals: u32) -> Result<i64, AmountError> {
    let number = split(text)?;
    if number.digits.len() > MAX_DIGITS || number.exponent.abs() > MAX_EXPONENT {
        return Err(AmountError::OutOfRange);
    }
    // value = digits × 10^exponent; in minor units = digits × 10^shift
    let shift = number.exponent + i64::from(decimals);
    let minor = if shift >= 0 {
        scale_up(&number.digits, shift)?
    } else {
        scale_down(&number.digits, shift.unsigned_abs(), decimals)?
    };
    let signed = if number.negative { -minor } else { minor };
    i64::try_from(signed).map_err(|_| AmountError::OutOfRange)
}

struct Number {
    negative: bool,
    /// Significant digits without leading zeros.
    digits: Vec<u8>,
    exponent: i64,
}

fn split(text: &str) -> Result<Number, AmountError> {
    let bad = AmountError::NotANumber;
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((m, e)) => (m, parse_exponent(e)?),
        None => (rest, 0),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((_, "")) => return Err(bad),
        Some((w, f)) => (w, f),
        None => (mantissa, ""),
    };
    let leading_zero = whole.len() > 1 && whole.starts_with('0');
    if whole.is_empty()
        || leading_zero
        || !whole
            .bytes()
            .chain(fraction.bytes())
            .all(|b| b.is_ascii_digit())
    {
        return Err(bad);
    }
    let mut digits: Vec<u8> = whole
        .bytes()
        .chain(fraction.bytes())
        .map(|b| b - b'0')
        .collect();
    let zeros = digits.iter().take_while(|d| **d == 0).count();
    digits.drain(..zeros);
    let fraction_len = i64::try_from(fraction.len()).map_err(|_| AmountError::OutOfRange)?;
    Ok(Number {
        negative,
        digits,
        exponent: exponent - fraction_len,
    })
}

fn parse_exponent(text: &str) -> Result<i64, AmountError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(AmountError::NotANumber);
    }
    text.parse().map_err(|_| AmountError::OutOfRange)
}

fn scale_up(digits: &[u8], shift: i64) -> Result<i128, AmountError> {
    let mut value = to_int(digits)?;
    for _ in 0..shift {
        if value == 0 {
            break;
        }
        value = value.checked_mul(10).ok_or(AmountError::OutOfRange)?;
    }
    Ok(value)
}

/// Drops `cut` digits, which must be zeros or the noise of a float.
fn scale_down(digits: &[u8], cut: u64, decimals: u32) -> Result<i128, AmountError> {
    let cut = usize::try_from(cut).map_err(|_| AmountError::OutOfRange)?;
    let keep = digits.len().saturating_sub(cut);
    let (kept, dropped) = digits.split_at(keep);
    let value = to_int(kept)?;
    if dropped.iter().all(|d| *d == 0) {
        return Ok(value);
    }
    // The dropped digits stand behind the currency's decimals: padded, they are a fraction of one minor unit.
    let mut fraction = vec![0_u8; cut - dropped.len()];
    fraction.extend_from_slice(dropped);
    let noise_places = usize::try_from(NOISE_DECIMALS - i64::from(decimals)).unwrap_or(0);
    let near = |digit: u8| fraction.iter().take(noise_places).all(|d| *d == digit);
    match digits.len() {
        n if n < FLOAT_DIGITS => Err(AmountError::TooManyDecimals(decimals)),
        _ if near(0) => Ok(value),
        _ if near(9) => Ok(value + 1),
        _ => Err(AmountError::TooManyDecimals(decimals)),
    }
}

fn to_int(digits: &[u8]) -> Result<i128, AmountError> {
    digits.iter().try_fold(0_i128, |acc, d| {
        acc.checked_mul(10)
            .and_then(|acc| acc.checked_add(i128::from(*d)))
            .ok_or(AmountError::OutOfRange)
    })
}

/// Minor units with exactly `decimals` digits behind the point.
pub(super) fn format(minor: i64, decimals: u32) -> String {
    let unit = 10_u64.pow(decimals);
    let magnitude = minor.unsigned_abs();
    let sign = if minor < 0 { "-" } else { "" };
    let (whole, fraction) = (magnitude / unit, magnitude % unit);
    match usize::try_from(decimals).unwrap_or(0) {
        0 => format!("{sign}{whole}"),
        width => format!("{sign}{whole}.{fraction:0width$}"),
    }
}
