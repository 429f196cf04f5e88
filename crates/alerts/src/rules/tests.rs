use super::*;
use crate::facts::Kind;

const BANK: &str = r#"
bank = "B"
version = 3
senders = ["a@b.test"]
domains = ["b.test"]
"#;

fn file(template: &str) -> String {
    format!(
        "{BANK}\n[[template]]\nid = \"t\"\nstructures = [\"text/plain;us-ascii;7bit\"]\n{template}"
    )
}

fn read(template: &str, text: &str) -> Reading {
    let rules = Rules::parse(&[&file(template)]).unwrap();
    rules.read(&Mail::parse(format!("From: a@b.test\r\n\r\n{text}").as_bytes()).unwrap())
}

#[test]
fn the_embedded_files_are_rules() {
    let rules = Rules::parse(&Rules::embedded_files()).unwrap();
    assert_eq!(Rules::builtin().banks.len() + 1, rules.banks.len());
    let mut codes: Vec<&str> = rules.banks.iter().map(|b| b.code.as_str()).collect();
    codes.dedup();
    assert_eq!(codes.len(), rules.banks.len(), "one file per bank");
}

#[test]
fn a_file_with_a_mistake_is_refused() {
    for (text, part) in [
        ("kind = \"credit\"\npattern = 'x'", "no amount"),
        (
            "kind = \"credit\"\npattern = '{amount} (?<colour>x)'",
            "colour",
        ),
        (
            "kind = \"credit\"\npattern = '{amount} (?<at>x)'",
            "formats",
        ),
        ("kind = \"credit\"\npattern = '{amount} ('", "unclosed"),
        (
            "kind = \"credit\"\npattern = '{amount}'\ntrust = true",
            "trust",
        ),
        ("kind = \"money\"\npattern = '{amount}'", "money"),
    ] {
        let error = Rules::parse(&[&file(text)]).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
    let foreign = file("kind = \"other\"\npattern = 'x'").replace("a@b.test", "a@c.test");
    assert!(Rules::parse(&[&foreign]).is_err());
}

#[test]
fn a_text_that_reads_two_ways_is_unsure() {
    let template = "kind = \"credit\"\npattern = '{payer_name} paid INR {amount}{footer}'";
    assert!(read(template, "Asha paid INR 5").is_sure_credit());
    let two_ways = "kind = \"credit\"\npattern = '{payer_name} paid INR {amount}( [^\\n]*)?'";
    let reading = read(two_ways, "Asha paid INR 5 paid INR 9");
    assert_eq!(
        (reading.kind, reading.doubt),
        (Kind::Other, Some(Doubt::Ambiguous))
    );
}

#[test]
fn two_templates_that_fit_are_unsure() {
    let template = "kind = \"credit\"\npattern = 'INR {amount} came'";
    let twice = format!(
        "{template}\n[[template]]\nid = \"u\"\nstructures = [\"x\"]\nkind = \"debit\"\npattern = 'INR {{amount}} [a-z]+'"
    );
    assert_eq!(read(&twice, "INR 5 came").doubt, Some(Doubt::Ambiguous));
}

#[test]
fn rules_cannot_skip_the_refusing_words() {
    let template = "kind = \"credit\"\npattern = 'Your refund: INR {amount}'";
    assert_eq!(
        read(template, "Your refund: INR 5").doubt,
        Some(Doubt::Refused("refund"))
    );
}

#[test]
fn a_footer_with_money_in_it_is_no_footer() {
    let template = "kind = \"credit\"\npattern = 'INR {amount} came{footer}'";
    assert!(read(template, "INR 5 came\nCall 18002026161").is_sure_credit());
    assert_eq!(
        read(template, "INR 5 came\nINR 9 came").doubt,
        Some(Doubt::BadFact("footer"))
    );
}

#[test]
fn impossible_facts_are_unsure() {
    let template =
        "kind = \"credit\"\non_format = '%d-%m-%y'\npattern = 'INR {amount} on (?<on>\\S+)'";
    assert!(read(template, "INR 5 on 28-02-26").is_sure_credit());
    assert_eq!(
        read(template, "INR 5 on 30-02-26").doubt,
        Some(Doubt::BadFact("on"))
    );
    assert_eq!(
        read(template, "INR 0.00 on 28-02-26").doubt,
        Some(Doubt::BadFact("amount"))
    );
}

#[test]
fn a_debit_names_no_payer_and_an_other_gives_nothing() {
    let debit = read(
        "kind = \"debit\"\npattern = 'INR {amount} to {payer_name}'",
        "INR 5 to Asha",
    );
    assert_eq!(
        (debit.kind, debit.facts.unwrap().payer_name),
        (Kind::Debit, None)
    );
    let other = read(
        "kind = \"other\"\npattern = 'You signed in'",
        "You signed in",
    );
    assert_eq!(
        (other.kind, other.facts.is_none(), other.sure()),
        (Kind::Other, true, true)
    );
    assert_eq!(
        other.rule.map(|r| (r.id, r.version)),
        Some(("B/t".to_owned(), 3))
    );
}

#[test]
fn a_free_text_of_more_than_its_length_fits_no_template() {
    let template = "kind = \"credit\"\npattern = 'INR {amount} {note}'";
    let note = |length: usize| read(template, &format!("INR 5 {}", "x".repeat(length)));
    assert!(note(140).is_sure_credit());
    assert_eq!(note(281).doubt, Some(Doubt::NoTemplate));
}

#[test]
fn fillers_are_no_notes() {
    let template = "kind = \"credit\"\npattern = 'INR {amount} {note}'";
    let rules = Rules::parse(&[
        &file(template).replace("version = 3", "version = 3\nnote_fillers = [\"UPI\"]")
    ])
    .unwrap();
    let note = |text: &str| {
        let mail = Mail::parse(format!("From: a@b.test\r\n\r\nINR 5 {text}").as_bytes()).unwrap();
        rules.read(&mail).facts.unwrap().note.map(String::from)
    };
    assert_eq!(note("upi"), None);
    assert_eq!(note("upi 7").as_deref(), Some("upi 7"));
}

/// "stands reversed" is the bank's, though the capture for the name takes it in.
#[test]
fn a_refusing_word_that_a_name_swallows_is_unsure() {
    let template =
        "kind = \"credit\"\npattern = 'INR {amount} from {payer_name}\\. Bal INR {balance}'";
    assert!(read(template, "INR 5 from ASHA RAO. Bal INR 9").is_sure_credit());
    assert_eq!(
        read(template, "INR 5 from ASHA RAO stands reversed. Bal INR 9").doubt,
        Some(Doubt::Refused("reversed"))
    );
    let alone = "kind = \"credit\"\npattern = '''\nINR {amount}\nFrom {payer_name}\nBye\n'''";
    assert!(read(alone, "INR 5\nFrom REVERSED HOLDINGS\nBye").is_sure_credit());
}
