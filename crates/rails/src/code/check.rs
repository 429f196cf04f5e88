//! The check character: Damm's scheme over a quasigroup of order 32.
//!
//! `x * y = a·x + y` over GF(2⁵), `a` a primitive element. It is a quasigroup, so every single wrong character is caught; and
//! `(c * x) * y = (c * y) * x` only if `x = y`, since `a ≠ 1`, so every swap of neighbours is caught (H. M. Damm, "Totally
//! anti-symmetric quasigroups", 2004). The start is not zero, so that `0000000000` is no code.

const START: u8 = 1;

/// `a·x` for `a` the root of the primitive polynomial x⁵ + x² + 1.
const fn times_a(x: u8) -> u8 {
    let doubled = x << 1;
    if doubled & 32 == 0 {
        doubled
    } else {
        doubled ^ 0b10_0101
    }
}

fn fold(values: &[u8]) -> u8 {
    values.iter().fold(START, |state, v| times_a(state) ^ v)
}

/// The character that completes `values`: with it the fold is zero.
pub(super) fn character(values: &[u8]) -> u8 {
    times_a(fold(values))
}

pub(super) fn holds(values: &[u8]) -> bool {
    fold(values) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn op(x: u8, y: u8) -> u8 {
        times_a(x) ^ y
    }

    #[test]
    fn the_operation_is_a_quasigroup_without_commuting_neighbours() {
        for c in 0..32 {
            let rows: std::collections::BTreeSet<_> = (0..32).map(|y| op(c, y)).collect();
            let columns: std::collections::BTreeSet<_> = (0..32).map(|x| op(x, c)).collect();
            assert_eq!((rows.len(), columns.len()), (32, 32));
            for x in 0..32 {
                for y in (0..32).filter(|y| *y != x) {
                    assert_ne!(op(op(c, x), y), op(op(c, y), x));
                }
            }
        }
    }

    #[test]
    fn a_times_anything_walks_through_every_value() {
        let walk: std::collections::BTreeSet<_> =
            std::iter::successors(Some(1), |x| Some(times_a(*x)))
                .take(31)
                .collect();
        assert_eq!(walk.len(), 31);
    }
}
