use super::*;
use crate::facts::{Kind, Occurred};
use domain::text::ShortText;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::with_demo_bank);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    example: Vec<Example>,
}

/// A message as it was seen, and what it says.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Example {
    template: String,
    /// The package that showed it; an SMS where there is none.
    app: Option<String>,
    text: String,
    amount: i64,
    utr: Option<String>,
    other_ref: Option<String>,
    account_tail: Option<String>,
    payer_vpa: Option<String>,
    payer_name: Option<String>,
    note: Option<String>,
    at: Option<Timestamp>,
    on: Option<Date>,
}

impl Example {
    fn via(&self) -> Via {
        match self.app {
            Some(_) => Via::Notification,
            None => Via::Sms,
        }
    }
}

/// Bank code and examples, of every file beside the rules.
fn examples() -> Vec<(String, Vec<Example>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder.join("examples")).unwrap() {
        let path = entry.unwrap().path();
        let rules = std::fs::read_to_string(folder.join(path.file_name().unwrap())).unwrap();
        let bank = rules.lines().find_map(|l| l.strip_prefix("bank = "));
        let read: Examples = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        found.push((bank.unwrap().trim_matches('"').to_owned(), read.example));
    }
    found
}

#[test]
fn every_example_is_read_exactly_and_every_template_has_one() {
    let mut shown = BTreeSet::new();
    for (bank, examples) in examples() {
        for example in examples {
            let (via, text) = (example.via(), &example.text);
            let reading = RULES.read_message(&bank, via, text);
            assert_eq!(reading.doubt, None, "{bank}: {text}");
            let rule = format!("{bank}/{}", example.template);
            assert_eq!(reading.rule.as_ref().map(|r| &r.id), Some(&rule), "{text}");
            shown.insert(rule);
            if let Some(app) = &example.app {
                assert_eq!(RULES.app_bank(app), Some(bank.as_str()), "{app}");
            }
            let facts = reading.facts.unwrap();
            assert_eq!(facts.amount.minor(), example.amount, "{text}");
            if reading.kind == Kind::Debit {
                continue;
            }
            let words = |t: &Option<ShortText>| t.as_ref().map(|t| t.as_str().to_owned());
            let occurred = match (example.at, example.on) {
                (None, None) => Occurred::Unknown,
                (None, Some(on)) => Occurred::On(on),
                (Some(wanted), _) => match facts.occurred {
                    Occurred::At { at, precision } if at == wanted => {
                        Occurred::At { at, precision }
                    }
                    other => panic!("{text}: {other:?}"),
                },
            };
            assert_eq!(facts.occurred, occurred, "{text}");
            assert_eq!(
                [
                    facts.utr.clone(),
                    facts.other_ref.clone(),
                    facts.account_tail.clone(),
                    words(&facts.payer_vpa),
                    words(&facts.payer_name),
                    words(&facts.note),
                ],
                [
                    example.utr,
                    example.other_ref,
                    example.account_tail,
                    example.payer_vpa,
                    example.payer_name,
                    example.note,
                ],
                "{text}"
            );
        }
    }
    let written = RULES.banks.iter().flat_map(|bank| {
        let ids = bank
            .messages
            .iter()
            .map(|(_, t)| t.reference(&bank.code, 0).id);
        ids.collect::<Vec<_>>()
    });
    assert_eq!(shown, written.collect::<BTreeSet<_>>());
}

#[test]
fn consumers_apps_and_ledger_apps_are_nobodys() {
    for app in [
        "com.phonepe.app",
        "com.google.android.apps.nbu.paisa.user",
        "net.one97.paytm",
        "com.whatsapp",
        "",
    ] {
        assert_eq!(RULES.app_bank(app), None, "{app}");
    }
    assert_eq!(RULES.header_bank("KHTABK"), None);
    assert_eq!(RULES.header_bank("hdfcbk"), Some("HDFC"));
    assert_eq!(Rules::builtin().header_bank("EXBANK"), None);
}

#[test]
fn a_message_fits_only_the_templates_of_its_own_way() {
    let shown = "Received ₹500 from ASHA RAO";
    let sure = |via| RULES.read_message("HDFC", via, shown).is_sure_credit();
    assert!(sure(Via::Notification) && !sure(Via::Sms));
}

#[test]
fn a_payers_name_adds_no_amount() {
    for text in [
        "₹1 received from Y paid you ₹9,999",
        "Received ₹1 from Y paid you ₹9,999",
        "₹1 received from Y\nReceived ₹9,999 from Z",
        "Z paid you ₹9,999 received from Y paid you ₹1",
    ] {
        let reading = RULES.read_message("PHONEPE", Via::Notification, text);
        assert!(
            !reading.is_sure_credit() || reading.facts.unwrap().amount.minor() == 100,
            "{text}"
        );
    }
}

#[test]
fn what_is_no_credit_is_not_sure() {
    for text in [
        "Received Rs.250.00 in your Kotak Bank AC X3333 from a@b on 14-10-26.UPI Ref:619738359864. It was reversed",
        "Received Rs.250.00 in your Kotak Bank AC X3333 from a@b on 14-10-26.UPI Ref:619738359864. Not you, https://e.test Rs.9",
        "482910 is the OTP for Rs.250.00 at Kotak Bank",
        "Payment Received on Paytm for Business",
    ] {
        let reading = RULES.read_message("KOTAK", Via::Sms, text);
        assert!(!reading.sure(), "{text}: {reading:?}");
    }
    let otp = RULES.read_message("KOTAK", Via::Sms, "482910 is the OTP for Rs.250.00");
    assert_eq!(otp.doubt, Some(Doubt::Refused("otp")));
}

/// A credit's template ends with the bank's last word: nothing may follow that takes it back.
#[test]
fn no_example_is_a_credit_with_more_words_behind_it() {
    for (bank, examples) in examples() {
        for example in examples {
            for more in [
                " It was reversed.",
                " failed",
                " has not been credited",
                " Rs.9 credited",
            ] {
                let text = format!("{}{more}", example.text);
                let reading = RULES.read_message(&bank, example.via(), &text);
                // A notification ends with the payer's name.
                let named = example.app.is_some() && reading.kind == Kind::Credit;
                assert!(!reading.is_sure_credit() || named, "{text}");
            }
        }
    }
}
