//! Which amounts may stand in for the asked one, so that orders of one price can be told apart by amount.

use domain::Money;

/// Largest offset in minor units, either way.
const MOST: i64 = 99;
/// Largest offset as a share of the amount: 1/200 is 0.5 %.
const SHARE: i64 = 200;

/// Offsets in minor units to add to `amount`, in order of preference: `0, -1, 1, -2, 2, …`.
///
/// Downward first, since a payer minds paying more. |offset| ≤ min(99, 0.5 % of the amount), and something is always left to
/// pay. Empty for an amount that is not positive.
pub fn offsets(amount: Money) -> impl Iterator<Item = i64> {
    let asked = amount.minor();
    let bound = if asked > 0 {
        (asked / SHARE).min(MOST)
    } else {
        -1
    };
    (0..=bound)
        .flat_map(|step| {
            let up = (step > 0).then_some(step);
            std::iter::once(-step).chain(up)
        })
        .filter(move |offset| {
            asked
                .checked_add(*offset)
                .is_some_and(|payable| payable >= 1)
        })
}

/// How many of `total` offsets public callers (without a secret key) may hold together: at most 40 %.
///
/// The merchant's own orders keep the rest, whatever visitors and bots do. Where there is only one amount, that is none.
pub const fn public_share(total: usize) -> usize {
    // Split so that no total overflows.
    total / 5 * 2 + total % 5 * 2 / 5
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn list(paise: i64) -> Vec<i64> {
        offsets(Money::inr(paise)).collect()
    }

    #[test]
    fn a_one_rupee_order_is_never_discounted() {
        assert_eq!(list(100), [0]);
        assert_eq!(list(1), [0]);
        assert_eq!(list(199), [0]);
    }

    #[test]
    fn offsets_go_downward_first() {
        assert_eq!(list(200), [0, -1, 1]);
        assert_eq!(list(499), [0, -1, 1, -2, 2]);
        assert_eq!(list(49_900).len(), 199);
        assert_eq!(list(49_900).first_chunk(), Some(&[0, -1, 1, -2, 2]));
    }

    #[test]
    fn nothing_stands_in_for_no_money() {
        assert_eq!(list(0), [0_i64; 0]);
        assert_eq!(list(-500), [0_i64; 0]);
    }

    #[test]
    fn the_public_never_holds_more_than_two_fifths() {
        assert_eq!(public_share(199), 79);
        assert_eq!(public_share(3), 1);
        assert_eq!(public_share(1), 0);
        assert!(public_share(usize::MAX) < usize::MAX / 2);
    }

    proptest! {
        #[test]
        fn every_offset_is_small_payable_and_offered_once(paise in 1_i64..=i64::MAX) {
            let all = list(paise);
            let distinct: std::collections::BTreeSet<_> = all.iter().collect();
            prop_assert_eq!(distinct.len(), all.len());
            prop_assert_eq!(all.first(), Some(&0));
            for offset in all {
                prop_assert!(offset.abs() <= 99 && offset.abs() <= paise / 200);
                prop_assert!(paise.checked_add(offset).is_some_and(|payable| payable >= 1));
            }
        }

        #[test]
        fn the_public_share_is_at_most_forty_percent(total in 0_usize..1_000_000) {
            prop_assert!(public_share(total) * 10 <= total * 4);
            prop_assert!((public_share(total) + 1) * 10 > total * 4);
        }
    }
}
