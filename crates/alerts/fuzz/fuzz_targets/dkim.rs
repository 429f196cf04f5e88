//! No signature or key panics the verifier, and a mail that nobody signed is never verified.
#![no_main]

use alerts::{Authenticity, Mail, PinnedDns, Rules, authenticate, vouched};
use jiff::Timestamp;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static RULES: LazyLock<Rules> = LazyLock::new(Rules::with_demo_bank);
/// The corpus' keys, under which its seeds are signed.
static KEYS: LazyLock<PinnedDns> = LazyLock::new(|| {
    PinnedDns::from_json(include_str!("../../corpus/dkim-keys.json")).expect("the corpus' keys")
});

fuzz_target!(|raw: &[u8]| {
    let Ok(mail) = Mail::parse(raw) else { return };
    let verdict = pollster::block_on(authenticate(&mail, &RULES, &*KEYS, Timestamp::UNIX_EPOCH));
    if matches!(verdict, Authenticity::Verified { .. }) {
        assert!(raw.windows(14).any(|w| w.eq_ignore_ascii_case(b"dkim-signature")));
        assert!(mail.from_address().is_some());
    }
    let vouched = vouched(&mail, &RULES, "mx.google.com");
    assert!(!matches!(vouched, Authenticity::Vouched { .. }) || !matches!(verdict, Authenticity::Verified { .. }));
});
