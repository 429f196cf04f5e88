//! Percent-encoding (RFC 3986, section 2.1). `+` is itself: it never stands for a space here.

use super::UriError;

/// Everything but the unreserved characters, as `%XX` over UTF-8. `keep` names one more character to leave alone.
pub(super) fn encode(text: &str, keep: Option<u8>) -> String {
    let mut out = String::with_capacity(text.len());
    for b in text.bytes() {
        let unreserved = b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        if unreserved || keep == Some(b) {
            out.push(char::from(b));
        } else {
            out.push('%');
            for nibble in [b >> 4, b & 15] {
                out.push(hex_digit(nibble));
            }
        }
    }
    out
}

fn hex_digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16)
        .unwrap_or('0')
        .to_ascii_uppercase()
}

/// The text that an encoded value stands for.
pub(super) fn decode(text: &str) -> Result<String, UriError> {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        if b == b'%' {
            let mut digit = || {
                let d = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(d).ok()
            };
            let (high, low) = digit().zip(digit()).ok_or(UriError::Character)?;
            out.push(high << 4 | low);
        } else {
            out.push(b);
        }
    }
    String::from_utf8(out).map_err(|_| UriError::Character)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_space_is_percent_twenty_and_a_plus_is_a_plus() {
        assert_eq!(encode("a b+c@d", None), "a%20b%2Bc%40d");
        assert_eq!(encode("a@b", Some(b'@')), "a@b");
        assert_eq!(decode("a+b%20c%2b").unwrap(), "a+b c+");
        for broken in ["%", "%4", "%zz", "%+1", "%ff"] {
            assert_eq!(decode(broken), Err(UriError::Character), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn any_text_survives(text in any::<String>()) {
            let encoded = encode(&text, None);
            prop_assert!(encoded.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            prop_assert_eq!(decode(&encoded), Ok(text));
        }
    }
}
