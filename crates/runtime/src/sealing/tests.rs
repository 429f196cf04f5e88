use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret as _;

use super::*;

const PLACE: Place<'_> = Place {
    column: "mail.mailboxes.password",
    row: b"mailbox-1",
};

fn key(seed: u8) -> String {
    STANDARD.encode(std::array::from_fn::<u8, KEY, _>(|i| {
        seed.wrapping_mul(31) ^ u8::try_from(i).unwrap()
    }))
}

fn keys(ids: &[(&str, u8)]) -> SealingKeys {
    let parts: Vec<String> = ids
        .iter()
        .map(|(id, n)| format!("{id}:{}", key(*n)))
        .collect();
    SealingKeys::parse(&parts.join(",")).unwrap()
}

#[test]
fn what_was_sealed_opens_and_names_its_key() {
    let keys = keys(&[("k1", 1)]);
    let sealed = keys.seal(PLACE, b"hunter2").unwrap();
    assert_eq!(key_id(&sealed), Ok("k1"));
    assert_eq!(keys.open(PLACE, &sealed).unwrap().as_slice(), b"hunter2");
    let text = keys.open_text(PLACE, &sealed).unwrap();
    assert_eq!(text.expose_secret(), "hunter2");
    assert_ne!(sealed, keys.seal(PLACE, b"hunter2").unwrap(), "fresh nonce");
    assert!(
        keys.open(PLACE, &keys.seal(PLACE, b"").unwrap())
            .unwrap()
            .is_empty()
    );
}

#[test]
fn after_a_rotation_old_values_open_and_new_ones_use_the_new_key() {
    let sealed = keys(&[("k1", 1)]).seal(PLACE, b"s").unwrap();
    let rotated = keys(&[("k2", 2), ("k1", 1)]);
    assert!(rotated.open(PLACE, &sealed).is_ok());
    assert_eq!(rotated.current_key_id(), "k2");
    assert_eq!(key_id(&rotated.seal(PLACE, b"s").unwrap()), Ok("k2"));
    assert_eq!(
        keys(&[("k2", 2)]).open(PLACE, &sealed).unwrap_err(),
        SealError::UnknownKey
    );
    assert_eq!(
        keys(&[("k1", 9)]).open(PLACE, &sealed).unwrap_err(),
        SealError::Tampered
    );
}

#[test]
fn no_changed_or_moved_value_opens() {
    let keys = keys(&[("k1", 1)]);
    let sealed = keys.seal(PLACE, b"hunter2").unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(keys.open(PLACE, &changed).is_err(), "byte {at}");
        assert!(keys.open(PLACE, &sealed[..at]).is_err(), "cut at {at}");
    }
    let elsewhere = [
        Place {
            row: b"mailbox-2",
            ..PLACE
        },
        Place {
            column: "mail.mailboxes.user",
            ..PLACE
        },
        Place {
            column: "mail.mailboxes.passwordm",
            row: b"ailbox-1",
        },
    ];
    for place in elsewhere {
        assert_eq!(keys.open(place, &sealed).unwrap_err(), SealError::Tampered);
    }
}

#[test]
fn wrong_keys_are_refused_without_being_repeated() {
    let good = key(1);
    let zero = STANDARD.encode([0; KEY]);
    for (text, why) in [
        (String::new(), "each key must be written kid:base64"),
        (good.clone(), "each key must be written kid:base64"),
        (
            format!("a b:{good}"),
            "a key id must be 1 to 32 letters, digits, - or _",
        ),
        (
            format!(":{good}"),
            "a key id must be 1 to 32 letters, digits, - or _",
        ),
        ("k:%%".to_owned(), "a key is not base64"),
        ("k:c2hvcnQ=".to_owned(), "a key is not 32 bytes long"),
        (format!("k:{zero}"), "a key is one byte repeated"),
        (format!("k:{good},k:{good}"), "two keys have the same id"),
        (format!("k:{good},"), "each key must be written kid:base64"),
    ] {
        assert_eq!(SealingKeys::parse(&text).err(), Some(why), "{text}");
    }
    let unpadded = good.trim_end_matches('=');
    assert!(SealingKeys::parse(&format!(" a:{good} , b:{unpadded}")).is_ok());
    let url_safe =
        URL_SAFE_NO_PAD.encode([0xfb; 31].iter().chain(&[1]).copied().collect::<Vec<u8>>());
    assert!(SealingKeys::parse(&format!("k:{url_safe}")).is_ok());
    let debug = format!("{:?}", keys(&[("k1", 1)]));
    assert_eq!(debug, r#"["k1"]"#);
}
