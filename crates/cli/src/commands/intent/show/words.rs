//! What codes mean, in words.

/// Why a person is asked about an intent.
pub(super) fn review_reason(code: &str) -> &'static str {
    match code {
        "late_after_cancel" => "money arrived after it was cancelled",
        "late" => {
            "it was paid after its time: past the late window, or the merchant's policy asks for every late payment"
        }
        "underpaid_at_expiry" => "its time ran out with only part of the money here",
        "source_blind" => {
            "no mailbox could be trusted to have seen everything until its late window ended"
        }
        "reversal_reported" => "an alert says that the bank took its money back",
        "source_revoked" => "only a phone that was revoked vouches for its money",
        _ => "the reason is not known to this version",
    }
}

/// Which proof named the intent.
pub(super) fn rung(code: &str) -> &'static str {
    match code {
        "code" => "rung a: the payer's note carries its reference code",
        "declared_vpa" => {
            "rung c: it came from the UPI ID that the payer declared, with the exact amount"
        }
        "reserved_amount" => {
            "rung d: the amount was reserved for it alone, on an account that receives nothing else"
        }
        "claimed_utr" => "rung e: the payer typed its UTR",
        "merchant_word" => "a person of the merchant's said so",
        _ => "a rung that this version does not know",
    }
}

/// Why money was not allocated.
pub(super) fn finding_reason(code: &str) -> &'static str {
    match code {
        "mode_needs_a_person" => "cheques, cash and unknown modes can be taken back",
        "not_a_credit" => "it is a debit or a reversal",
        "several_codes" => "the note names several intents",
        "code_of_another_account" => "the code in the note belongs to an intent of another account",
        "rungs_disagree" => "the code says one intent, the reserved amount another",
        "several_candidates" => "several intents fit the amount and the time",
        "created_later" => "the only intent that fits was created after the money came",
        "already_settled" => "the intent that it names has its money already",
        "claim_does_not_fit" => {
            "the payer typed its UTR, but its amount or time do not fit the intent"
        }
        "several_claims" => "the payers of several intents typed its UTR",
        "evidence_disagrees" => {
            "another channel told this payment, and what it says does not fit the intent that has its money"
        }
        "equal_alerts" => {
            "an alert without a reference says the same as one before: one payment told twice, or two"
        }
        "no_candidate" => "no code, and no reserved amount of that size at that time",
        "account_not_dedicated" => {
            "the account also receives other money, so that an amount proves nothing there"
        }
        "dedication_suspended" => {
            "the amount fits, but the account received what fits no intent: until its owner has looked (noxpay account show), \
             amounts settle nothing there"
        }
        "amount_not_reserved" => {
            "an intent asks for this amount, but does not hold it for itself alone"
        }
        "source_revoked" => "only a phone that was revoked told of it",
        "restored" => "a person put it back to review",
        "taken_back" => "an alert says that the bank took it back",
        _ => "the reason is not known to this version",
    }
}

/// Why an intent is suggested.
pub(super) fn why(code: &str) -> &'static str {
    match code {
        "code" => "its code stands in the note",
        "amount" => "the amount is exactly what it asks",
        "near_amount" => "the amount is what it asks, as payers round",
        "candidate" => "it was found, and put to a person",
        _ => "a reason that this version does not know says so",
    }
}

/// What bound a message to the account.
pub(super) fn binding(code: &str) -> &'static str {
    match code {
        "account_tail" => "bound by the visible digits of its number, and the registered address",
        "payee_vpa" => "bound by the paid UPI ID, and the registered address",
        _ => "bound in a way that this version does not know",
    }
}

/// How exactly the bank says when it was paid.
pub(super) fn precision(code: &str) -> &'static str {
    match code {
        "second" => "to the second",
        "minute" => "to the minute",
        "date" => "the bank names the day alone",
        "block" => "by the block's time",
        _ => "of unknown precision",
    }
}

/// How a fact was proved.
pub(super) fn method(code: &str) -> &'static str {
    match code {
        "dkim" => "a mail signed (DKIM) by",
        "authentication_results" => "a mail that the mailbox's own server vouches for, of",
        "device" => "a message that a phone forwarded, of",
        "test" => "simulated by",
        _ => "a proof that this version does not know, by",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::matching::{Conflict, Rung, Unmatched};
    use domain::{Precision, ReviewReason};

    #[test]
    fn every_code_of_the_domain_has_words() {
        let findings = Conflict::ALL
            .map(Conflict::as_str)
            .into_iter()
            .chain(Unmatched::ALL.map(Unmatched::as_str));
        for code in findings {
            assert!(!finding_reason(code).contains("not known"), "{code}");
        }
        use ReviewReason as R;
        for reason in R::ALL {
            assert!(!review_reason(reason.as_str()).contains("not known"));
        }
        for known in Rung::ALL {
            assert!(!rung(known.as_str()).contains("does not know"));
        }
        for known in [
            Precision::Second,
            Precision::Minute,
            Precision::Date,
            Precision::Block,
        ] {
            let code = serde_json::to_value(known).unwrap();
            assert!(!precision(code.as_str().unwrap()).contains("unknown"));
        }
        assert!(method("dkim").contains("DKIM"));
        assert!(!method(domain::evidence::DEVICE).contains("does not know"));
    }
}
