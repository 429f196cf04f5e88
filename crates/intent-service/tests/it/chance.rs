//! Chance that can be repeated.

/// Seeded anew each time; `NOXPAY_TEST_SEED` repeats the run that printed it.
#[expect(
    clippy::disallowed_methods,
    reason = "a failed run is repeated with its own seed; tests have no settings"
)]
pub(crate) fn chance() -> fastrand::Rng {
    let given = std::env::var("NOXPAY_TEST_SEED").ok();
    let seed = given.and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| fastrand::u64(..));
    println!("NOXPAY_TEST_SEED={seed}");
    fastrand::Rng::with_seed(seed)
}
