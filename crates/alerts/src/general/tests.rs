//! What must not pass for a credit, nor for another amount.

use super::read_message;
use crate::facts::Kind;

fn kind(text: &str) -> Option<Kind> {
    read_message(text).map(|(kind, _)| kind)
}

#[test]
fn what_left_or_came_back_is_no_credit_however_it_is_said() {
    for text in [
        "Rs 500.00 debited from your a/c XX12 and credited to RAVI, charges if any will be recovered separately.",
        "Dear Customer, your beneficiary a/c XX4321 has been credited with INR 500.00 on 05-12-2026. UTR: 625394883077",
        "Your account XX1234 was credited with Rs. 500.00 on 05-12-2026 in excess. The same has been debited from your account today.",
        "Rs 500.00 sent via your current a/c XX1234 to NAMUNA AGENCIES has been credited successfully, RRN 651015554885.",
        "We wrote that Rs 500.00 is credited to your a/c XX1234, UPI Ref 660498706546. That alert went out by mistake.",
        "Here is how your alert will look: Rs 500.00 credited to a/c XX1234 by A B, UPI Ref 660498706546",
        "NEFT of Rs 500.00 received for your a/c XX1234. As it came after cut-off, it will be credited on 28-09-2026.",
        "Rs 500.00 credited to your a/c XX1234, UPI Ref 660498706546. This is a transfer between your own accounts.",
        "Your a/c XX1234 has a credit by INTEREST of Rs 500.00 on 25/09/26",
        "You paid Rs 500.00\nPaid to\tYour account with RAVI\nPaid from\tHDFC XX1234\nUPI Ref\t660498706546",
        "Rs 500.00\nSent to: RAVI\nReceived on 05-12-2026\nUPI Ref: 660498706546",
        "Rs 500.00 sent to your friend RAVI, received on 05-12-2026",
        "NETFLIX received Rs 500.00 from you under UPI AutoPay mandate",
        "For a failed UPI transaction on 01-12-2026, Rs. 500.00 has been credited to your account XX1234.",
        "Rs 500 credited twice to a/c XX12. Both credits are reversed. UPI Ref 625394883077.",
        "Rs 500.00 credited to your a/c XX1234 by UPI/REVERSAL ref no 621308129880",
        "We have received your sell order worth Rs 500.00. The amount will be transferred to your bank account.",
    ] {
        assert_ne!(kind(text), Some(Kind::Credit), "{text}");
    }
}

#[test]
fn offers_deposits_and_ledgers_are_no_credit() {
    let ledger = "Recent activity in your account\nDate\tNarration\tDebit\tCredit\tBalance\n\
        17/10/2026\tUPI/CR/629011874450/PRANALI SAWANT\t-\t1,200.00\t15,310.00\n\
        18/10/2026\tATM WDL\t1,105.00\t-\t14,205.00";
    for text in [
        ledger,
        "The following credits were received\nTime\tAmount\tFrom\n09:12\tINR 1,250.00\tNEHA K\n13:40\tINR 349.00\tROHAN S",
        "रेफर करें और ₹500 मिलेंगे",
        "A surprise just landed in your inbox: flat ₹500 off!",
        "Security deposit: INR 20,000.00",
    ] {
        assert_eq!(kind(text), None, "{text}");
    }
}

#[test]
fn a_time_before_the_currency_is_no_amount() {
    for text in [
        "on 05-12-2026 at 14.30 INR 500.00 was credited to your a/c",
        "Your a/c is credited on 05.12 Rs 500.00 by UPI",
    ] {
        let amount = read_message(text).map(|(_, facts)| facts.amount.minor());
        assert_eq!(amount, Some(50_000), "{text}");
    }
}

#[test]
fn a_text_that_no_alert_is_as_long_as_is_not_read() {
    let credit = "Rs 500.00 credited to your a/c XX1234 by UPI. ";
    assert_eq!(kind(credit), Some(Kind::Credit));
    for hostile in [
        "1/-\n",
        "note\tnote\tnote\n",
        "to\tto\tto\tto\n",
        "paid\t",
        "a\n",
    ] {
        assert_eq!(
            kind(&format!("{credit}\n{}", hostile.repeat(250_000))),
            None
        );
        // As long as may be: what was quadratic never came to an end.
        kind(&hostile.repeat(16_000 / hostile.len()));
    }
}

#[test]
fn a_label_before_it_makes_no_advice_of_what_takes_an_alert_back() {
    for label in ["Important notice", "Security alert", "Safety tip", "Tips"] {
        let footer = format!("{label}: this transaction has been reversed.");
        assert!(super::takes_back(&footer), "{footer}");
    }
}
