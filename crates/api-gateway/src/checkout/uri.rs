//! The payment URI for what is left to pay.

use domain::Money;

/// The amount's key.
const AMOUNT: &str = "am=";

/// Whether the payer's app takes the amount from it.
pub(super) fn fixes_amount(uri: &str) -> bool {
    uri.split(['?', '&']).any(|part| part.starts_with(AMOUNT))
}

/// The same request for another amount. Values are percent-encoded, so that a part that begins with `am=` is the amount. A URI
/// without one (a signed QR) stays byte for byte.
pub(super) fn asking(uri: &str, due: Money) -> String {
    uri.split_inclusive(['?', '&'])
        .map(|part| match part.strip_prefix(AMOUNT) {
            Some(rest) => {
                let end = if rest.ends_with('&') { "&" } else { "" };
                format!("{AMOUNT}{}{end}", due.to_decimal())
            }
            None => part.to_owned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_amount_changes() {
        let uri = "upi://pay?pa=shop@okbank&pn=am%3D1%26x&am=498.99&cu=INR&tn=10TEA0C4FN";
        assert_eq!(
            asking(uri, Money::inr(19_899)),
            "upi://pay?pa=shop@okbank&pn=am%3D1%26x&am=198.99&cu=INR&tn=10TEA0C4FN"
        );
        assert_eq!(asking(uri, Money::inr(49_899)), uri);
        assert!(fixes_amount(uri));
        assert_eq!(
            asking("upi://pay?pa=a@b&am=1.00", Money::inr(5)),
            "upi://pay?pa=a@b&am=0.05"
        );
    }

    #[test]
    fn a_signed_qr_stays_as_it_is() {
        let uri = "upi://pay?pa=shop@okbank&pn=Shop&sign=MEYCIQ==";
        assert_eq!(asking(uri, Money::inr(5)), uri);
        assert!(!fixes_amount(uri));
    }
}
