//! Attacks through a Content-Type that the signature leaves open.

use super::bank::{RULES, demo, dns, mail, signed_over, unsigned, verdict};
use crate::compose::demo_bank::{self, DemoAlert, Layout};
use crate::{Authenticity, Doubt, Reading};

/// As one bank really signs: nothing that says how the body is read.
const WITHOUT_STRUCTURE: [&str; 6] = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "MIME-Version",
];

fn weakly_signed(alert: &DemoAlert) -> String {
    signed_over(&unsigned(alert), demo_bank::DOMAIN, &WITHOUT_STRUCTURE)
}

fn relabelled(raw: &str, content_type: &str, encoding: &str) -> String {
    let lines = raw
        .split_inclusive("\r\n")
        .map(|line| match line.split(':').next() {
            Some("Content-Type") => format!("Content-Type: {content_type}\r\n"),
            Some("Content-Transfer-Encoding") => {
                format!("Content-Transfer-Encoding: {encoding}\r\n")
            }
            _ => line.to_owned(),
        });
    lines.collect()
}

async fn believed(raw: &str) -> Reading {
    let verdict = verdict(raw, &dns(demo_bank::DOMAIN)).await;
    assert!(
        matches!(verdict, Authenticity::Verified { .. }),
        "the change does not touch what is signed: {verdict:?}"
    );
    RULES.read(&mail(raw))
}

#[tokio::test]
async fn the_recorded_structure_may_be_unsigned() {
    for layout in [Layout::Plain, Layout::Table] {
        let raw = weakly_signed(&demo(layout));
        assert!(!mail(&raw).structure_is_signed());
        assert!(believed(&raw).await.is_sure_credit());
    }
}

#[tokio::test]
async fn changing_an_unsigned_content_type_changes_no_fact_or_refuses() {
    // The note reads differently under every other label.
    let note = "A=41 --x &amp; <b>1</b> =3D";
    for layout in [Layout::Plain, Layout::Table] {
        let raw = weakly_signed(&DemoAlert {
            note: Some(note.to_owned()),
            ..demo(layout)
        });
        let honest = believed(&raw).await;
        assert!(honest.is_sure_credit());
        let mut doubts = 0;
        for kind in [
            "text/plain; charset=utf-8",
            "text/plain; charset=utf-7",
            "text/plain; charset=utf-16",
            "text/plain; charset=utf-8; format=flowed",
            "text/plain; charset=utf-8; format=flowed; delsp=yes",
            "text/plain",
            "text/html; charset=utf-8",
            "text/html; charset=iso-8859-1",
            "text/enriched",
            "multipart/mixed; boundary=\"x\"",
            "multipart/alternative; boundary=\"Hello,\"",
            "message/rfc822",
            "application/octet-stream",
        ] {
            for encoding in ["7bit", "8bit", "base64", "quoted-printable", "x-none"] {
                let changed = believed(&relabelled(&raw, kind, encoding)).await;
                if changed.sure() {
                    assert_eq!(changed, honest, "{kind} {encoding}");
                } else {
                    doubts += 1;
                }
            }
        }
        assert_eq!(doubts, 64, "only the recorded label is sure");
    }
}

#[tokio::test]
async fn adding_a_content_type_to_a_mail_without_one_is_never_sure() {
    let bare: String = unsigned(&demo(Layout::Plain))
        .split_inclusive("\r\n")
        .filter(|line| !line.starts_with("Content-"))
        .collect();
    let raw = signed_over(&bare, demo_bank::DOMAIN, &WITHOUT_STRUCTURE);
    let labelled = raw.replacen(
        "\r\nMIME-Version",
        "\r\nContent-Type: text/html; charset=utf-8\r\nMIME-Version",
        1,
    );
    assert!(!believed(&raw).await.sure());
    assert!(!believed(&labelled).await.sure());
}

#[tokio::test]
async fn a_signed_structure_need_not_be_the_recorded_one() {
    let raw = unsigned(&demo(Layout::Plain))
        .replace("=\r\n", "")
        .replace("quoted-printable", "8bit");
    let strong = signed_over(&raw, demo_bank::DOMAIN, &crate::compose::SIGNED_HEADERS);
    assert!(believed(&strong).await.is_sure_credit());
    let weak = signed_over(&raw, demo_bank::DOMAIN, &WITHOUT_STRUCTURE);
    assert_eq!(believed(&weak).await.doubt, Some(Doubt::UnsignedStructure));
}

#[tokio::test]
async fn a_boundary_chosen_by_the_attacker_shows_in_the_structure() {
    let mail = mail(
        "Content-Type: multipart/mixed; boundary=x\r\n\r\nsigned beginning\r\n--x\r\nContent-Type: text/plain\r\n\r\nfoo\r\n--x--\r\n",
    );
    assert!(mail.structure().contains("preamble"));
}
