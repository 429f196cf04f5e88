use super::*;
use proptest::prelude::*;

fn codes() -> impl Strategy<Value = Code> {
    any::<[u8; 6]>().prop_map(Code::from_random)
}

/// What a bank may put between two characters.
fn separators() -> impl Strategy<Value = String> {
    "[ ./:_*\\-\u{200c}\u{a0}\r\n]{0,2}"
}

/// One character as a careless bank, keyboard or font renders it.
fn mangled(c: char, how: u8) -> char {
    let look_alike = match (c, how % 4) {
        ('0', 0) => 'O',
        ('0', 1) => 'o',
        ('1', 0) => 'I',
        ('1', 1) => 'l',
        ('1', 2) => 'i',
        (other, _) => other,
    };
    match how % 3 {
        0 => look_alike.to_ascii_lowercase(),
        1 => char::from_u32(u32::from(look_alike) + 0xfee0).unwrap_or(look_alike),
        _ => look_alike,
    }
}

#[test]
fn a_code_shows_ten_characters_without_look_alikes() {
    let code = Code::from_random([15, 35, 0, 167, 104, 1]).to_string();
    assert_eq!(code, "10TEA0C4FN");
    assert!(code.bytes().all(|b| ALPHABET.contains(&b)));
    assert_eq!(
        Code::from_random([255; 6]).to_string().get(..9),
        Some("ZZZZZZZZZ")
    );
}

#[test]
fn forty_five_bits_reach_the_code() {
    let base = Code::from_random([0; 6]);
    let flips = (0..48_u32).map(|bit| {
        let mut bytes = [0; 6];
        if let Some(byte) = bytes.get_mut(usize::try_from(bit / 8).unwrap()) {
            *byte = 1_u8 << (bit % 8);
        }
        Code::from_random(bytes)
    });
    assert_eq!(flips.filter(|code| *code != base).count(), 45);
}

#[test]
fn what_is_no_code_is_refused_with_its_reason() {
    assert_eq!(Code::parse(""), Err(CodeError::Length));
    assert_eq!(Code::parse("10TEA0C4F"), Err(CodeError::Length));
    assert_eq!(Code::parse("10TEA0C4FN6"), Err(CodeError::Length));
    assert_eq!(Code::parse("10TEA0C4FU"), Err(CodeError::Character));
    assert_eq!(Code::parse("10TEA0C4FM"), Err(CodeError::Check));
    assert_eq!(Code::parse("0000000000"), Err(CodeError::Check));
}

#[test]
fn codes_are_found_as_banks_print_them() {
    let code = Code::parse("10TEA0C4FN").unwrap();
    for note in [
        "10TEA0C4FN",
        "UPI/P2A/627312345678/RAVI KUMAR/HDFC/10tea0c4fn",
        "iotea0C4Fn",
        "NOXPAY10TEA0C4FN",
        "Pay 10TE A0C4 FN for tea",
        "10TEA-0C4FN-source-webs",
        "10TEA0C4FNXYZ",
        "=10TEA=\r\n0C4FN",
    ] {
        assert!(find_codes(note).contains(&code), "{note}");
    }
    for note in ["", "10TEA0C4F", "0TEA0C4FN", "10TEAU0C4FN", "10TEA0C4NF"] {
        assert!(!find_codes(note).contains(&code), "{note}");
    }
}

#[test]
fn a_monstrous_note_costs_little_and_finds_what_stands_early() {
    let code = Code::parse("10TEA0C4FN").unwrap();
    let early = format!("{code}{}", "Z9".repeat(1_000_000));
    assert_eq!(find_codes(&early).first(), Some(&code));
    let late = format!("{}{code}", " ".repeat(1_000_000));
    assert!(find_codes(&late).is_empty());
}

/// Exhaustive over what can go wrong with one code; the law itself is proved for every value in `check`.
#[test]
fn every_single_substitution_and_every_adjacent_transposition_is_caught() {
    for seed in 0_u8..=255 {
        let code = Code::from_random([
            seed,
            seed.rotate_left(3),
            !seed,
            seed ^ 0x5a,
            17,
            seed.wrapping_mul(29),
        ]);
        for at in 0..Code::LEN {
            for value in (0..32).filter(|v| *v != code.0[at]) {
                let mut wrong = code.0;
                wrong[at] = value;
                assert_eq!(Code::from_values(wrong), None);
            }
        }
        for at in 1..Code::LEN {
            let mut swapped = code.0;
            swapped.swap(at - 1, at);
            assert_eq!(Code::from_values(swapped).is_some(), swapped == code.0);
        }
    }
}

proptest! {
    #[test]
    fn a_code_is_read_as_written(code in codes()) {
        prop_assert_eq!(Code::parse(&code.to_string()), Ok(code));
    }

    #[test]
    fn a_single_wrong_character_is_caught(code in codes(), at in 0..Code::LEN, value in 0_u8..32) {
        let mut wrong = code.0;
        wrong[at] = value;
        prop_assert_eq!(Code::from_values(wrong).is_some(), wrong == code.0);
    }

    #[test]
    fn swapped_neighbours_are_caught(code in codes(), at in 1..Code::LEN) {
        let mut wrong = code.0;
        wrong.swap(at - 1, at);
        prop_assert_eq!(Code::from_values(wrong).is_some(), wrong == code.0);
    }

    #[test]
    fn a_mangled_code_is_found_and_parsed(
        code in codes(),
        how in any::<[u8; Code::LEN]>(),
        between in proptest::collection::vec(separators(), Code::LEN),
        before in "[ -~\u{e0}-\u{ff}]{0,40}",
        after in "[ -~\u{905}-\u{939}]{0,40}",
    ) {
        let printed: String = code
            .to_string()
            .chars()
            .zip(how)
            .zip(between)
            .flat_map(|((c, how), gap)| std::iter::once(mangled(c, how)).chain(gap.chars().collect::<Vec<_>>()))
            .collect();
        prop_assert_eq!(Code::parse(&printed), Ok(code));
        let note = format!("{before}{printed}{after}");
        let found = find_codes(&note);
        prop_assert!(found.contains(&code), "{note:?}");
        prop_assert_eq!(found.iter().filter(|c| **c == code).count(), 1);
    }

    #[test]
    fn whatever_is_cut_off_behind_the_code_it_is_found(code in codes(), tail in "[ -~]{0,60}", keep in 0_usize..=60) {
        let note = format!("UPI/{code}{tail}");
        let cut: String = note.chars().take(4 + Code::LEN + keep).collect();
        prop_assert!(find_codes(&cut).contains(&code));
    }

    #[test]
    fn a_code_cut_short_is_not_found(code in codes(), keep in 0..Code::LEN) {
        let cut: String = code.to_string().chars().take(keep).collect();
        prop_assert_eq!(find_codes(&cut), vec![]);
    }

    #[test]
    fn any_text_is_read_without_harm(note in any::<String>()) {
        let found = find_codes(&note);
        prop_assert!(found.len() <= 256);
        for code in found {
            prop_assert_eq!(Code::parse(&code.to_string()), Ok(code));
        }
    }
}
