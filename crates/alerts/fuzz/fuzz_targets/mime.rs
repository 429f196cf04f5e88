//! Whatever lies in a mailbox is taken apart without a panic, and within the limits.
#![no_main]

use alerts::{MAX_BODY_BYTES, Mail};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|raw: &[u8]| {
    let Ok(mail) = Mail::parse(raw) else { return };
    // Entities and charsets make a text longer, but not without bound.
    assert!(mail.text().len() <= 4 * MAX_BODY_BYTES);
    assert!(!mail.text().contains("\n\n"));
    let _ = (mail.subject(), mail.from_address(), mail.to_addresses(), mail.date());
    let _ = (mail.message_id(), mail.handed_over_at(), mail.structure().len());
});
