use super::*;
use proptest::prelude::*;

fn mail(raw: &str) -> Mail {
    Mail::parse(raw.as_bytes()).unwrap()
}

#[test]
fn from_is_one_plain_mailbox_or_nothing() {
    for (from, expected) in [
        ("Bank <A@Bank.test>", Some("a@bank.test")),
        ("a@bank.test", Some("a@bank.test")),
        (
            "\"alerts@bank.test (Bank)\" <x@other.test>",
            Some("x@other.test"),
        ),
        ("a@bank.test, b@bank.test", None),
        ("Group: a@bank.test;", None),
        ("Bank", None),
        ("a@bank.test@other.test", None),
        ("", None),
    ] {
        assert_eq!(
            mail(&format!("From: {from}\r\n\r\n"))
                .from_address()
                .as_deref(),
            expected,
            "{from}"
        );
    }
    assert_eq!(
        mail("From: a@b.c\r\nFrom: a@b.c\r\n\r\n").from_address(),
        None
    );
}

#[test]
fn dates_are_read_with_their_offset_and_comments() {
    let date = |d: &str| {
        mail(&format!("Date: {d}\r\n\r\n"))
            .date()
            .map(|t| t.to_string())
    };
    let noon = Some("2026-09-18T07:01:00Z".to_owned());
    assert_eq!(date("Fri, 18 Sep 2026 12:31:00 +0530"), noon);
    assert_eq!(date("Fri, 18 Sep 2026 12:31:00 +0530 (GMT+05:30)"), noon);
    assert_eq!(date("soon"), None);
}

#[test]
fn a_subject_is_decoded_into_one_line() {
    let mail = mail(
        "Subject: =?utf-8?Q?a=0D=0AAuthentication-Results:_x?=\r\n =?utf-8?Q?_=E2=82=B9_1?=\r\n\r\n",
    );
    assert_eq!(
        mail.subject(),
        "a Authentication-Results:x ₹ 1".replace(":x", ": x")
    );
}

#[test]
fn a_message_beyond_the_limits_is_not_read() {
    let body = |n: usize| [b"To: a\r\n\r\n".as_slice(), &b"x".repeat(n)].concat();
    assert!(Mail::parse(&body(MAX_BODY_BYTES)).is_ok());
    assert_eq!(
        Mail::parse(&body(MAX_BODY_BYTES + 1)).err(),
        Some(MailError::TooLarge)
    );
    assert_eq!(
        Mail::parse(&body(MAX_RAW_BYTES)).err(),
        Some(MailError::TooLarge)
    );
}

#[test]
fn html_is_preferred_to_the_placeholder_beside_it() {
    let mail = mail(
        "Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\r\nuse HTML\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>yes\r\n--b--\r\n",
    );
    assert_eq!(mail.text(), "yes");
}

proptest! {
    #[test]
    fn no_bytes_panic_the_parser(raw in proptest::collection::vec(any::<u8>(), 0..2000)) {
        exercise(&raw);
    }

    #[test]
    fn no_mail_like_bytes_panic_the_parser(
        pieces in proptest::collection::vec(prop_oneof![
            Just("From: "), Just("To: "), Just("Date: "), Just("Subject: =?utf-8?Q?"), Just("Received: x;"), Just("\r\n"), Just("\n"),
            Just("\r\n\r\n"), Just("Content-Type: multipart/mixed; boundary=b\r\n"), Just("Content-Type: text/html; charset=utf-7\r\n"),
            Just("Content-Transfer-Encoding: base64\r\n"), Just("Content-Transfer-Encoding: quoted-printable\r\n"), Just("--b\r\n"),
            Just("--b--\r\n"), Just("DKIM-Signature: v=1; a=rsa-sha256; h=from; "), Just("<div style='display:none'>"), Just("<td>"),
            Just("&#x"), Just("&nbsp;"), Just("=3D"), Just("="), Just("a@b.c"), Just("<"), Just(">"), Just("\u{200c}é\u{ff11}"), Just(";"),
        ], 0..60)
    ) {
        exercise(pieces.concat().as_bytes());
    }
}

fn exercise(raw: &[u8]) {
    let Ok(mail) = Mail::parse(raw) else { return };
    let _ = (
        mail.from_address(),
        mail.to_addresses(),
        mail.subject(),
        mail.date(),
        mail.message_id(),
        mail.handed_over_at(),
    );
    assert!(!crate::tests::bank::RULES.read(&mail).is_sure_credit());
}

#[test]
fn an_attached_message_is_no_part_of_the_text_and_counts_towards_the_limits() {
    let wrap = |inner: &str| {
        format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nsee below\r\n--b\r\n\
             Content-Type: message/rfc822\r\n\r\n{inner}\r\n--b--\r\n"
        )
    };
    let mail = Mail::parse(wrap("Subject: x\r\n\r\nINR 5 credited").as_bytes()).unwrap();
    assert_eq!(
        (mail.text(), mail.attached_text()),
        ("see below", "INR 5 credited")
    );
    assert_eq!(
        mail.structure(),
        "multipart/mixed(text/plain;us-ascii;7bit,message/rfc822;us-ascii;7bit)"
    );
    let many = "--c\r\n\r\nx\r\n".repeat(60);
    let bomb = wrap(&format!(
        "Content-Type: multipart/mixed; boundary=c\r\n\r\n{many}--c--\r\n"
    ));
    assert_eq!(
        Mail::parse(bomb.as_bytes()).unwrap_err(),
        MailError::TooManyParts
    );
}
