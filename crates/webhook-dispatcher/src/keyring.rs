//! An endpoint's sealed keys → what signs for it now.

use crate::key_pair::KeyPair;
use crate::message::Signer;
use crate::profile::Profile;
use crate::rows::claim::SealedKeys;
use crate::secret::EndpointSecret;
use jiff::Timestamp;
use runtime::SealingKeys;
use runtime::sealing::SealError;
use uuid::Uuid;

/// `now` decides whether the secret before the last rotation still signs.
///
/// # Errors
/// A secret was sealed with a key that this process has not.
pub(crate) fn open(
    keys: &SealingKeys,
    endpoint: Uuid,
    profile: Profile,
    sealed: &SealedKeys,
    now: Timestamp,
) -> Result<Signer, SealError> {
    let until: Option<Timestamp> = sealed.previous_until.into();
    let overlaps = until.is_some_and(|until| now < until);
    // One that signs nothing any more need not open: its sealing key may be gone.
    let previous = match &sealed.sealed_previous {
        Some(previous) if overlaps || sealed.single_signs_with_previous => {
            Some(EndpointSecret::open(keys, endpoint, previous)?)
        }
        _ => None,
    };
    let key_pair = match &sealed.sealed_signing_key {
        Some(seed) if profile.has_key_pair() => Some(KeyPair::open(keys, endpoint, seed)?),
        _ => None,
    };
    Ok(Signer {
        profile,
        secret: EndpointSecret::open(keys, endpoint, &sealed.sealed_secret)?,
        single: previous
            .clone()
            .filter(|_| sealed.single_signs_with_previous),
        previous: previous.filter(|_| overlaps),
        key_pair,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff_diesel::NullableTimestamp;

    const OLD: &str = "k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const BOTH: &str = "k2:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=,k1:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
    const NEW: &str = "k2:ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";

    fn keys(text: &str) -> SealingKeys {
        SealingKeys::parse(text).unwrap()
    }

    /// A secret under the new sealing key, its predecessor under the old one, valid for ten seconds.
    fn rotated(single_signs_with_previous: bool) -> SealedKeys {
        let seal = |by: &str| {
            EndpointSecret::random()
                .unwrap()
                .seal(&keys(by), Uuid::nil())
                .unwrap()
        };
        SealedKeys {
            sealed_secret: seal(BOTH),
            sealed_previous: Some(seal(OLD)),
            previous_until: NullableTimestamp::from(Some(Timestamp::from_second(10).unwrap())),
            single_signs_with_previous,
            sealed_signing_key: None,
        }
    }

    fn opened(by: &str, sealed: &SealedKeys, second: i64) -> Result<Signer, SealError> {
        let now = Timestamp::from_second(second).unwrap();
        open(&keys(by), Uuid::nil(), Profile::NoxPay, sealed, now)
    }

    #[test]
    fn the_previous_secret_signs_lists_until_its_end_and_single_headers_until_the_merchant_has_the_new_one()
     {
        for (waits, second, in_list) in [
            (true, 9, true),
            (true, 10, false),
            (false, 9, true),
            (false, 10, false),
        ] {
            let signer = opened(BOTH, &rotated(waits), second).unwrap();
            assert_eq!(signer.previous.is_some(), in_list, "{second}");
            assert_eq!(signer.single.is_some(), waits, "{second}");
        }
    }

    #[test]
    fn a_previous_secret_that_signs_nothing_need_not_open() {
        assert!(opened(NEW, &rotated(false), 9).is_err(), "it still signs");
        assert!(opened(NEW, &rotated(false), 10).is_ok());
        assert!(
            opened(NEW, &rotated(true), 10).is_err(),
            "single headers wait for it"
        );
    }
}
