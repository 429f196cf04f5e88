//! Whether an account's amounts may speak: only where nothing but intents' money comes in.

use jiff::SignedDuration;

/// What an account receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dedication {
    /// Also other money, as its owner said: an amount proves nothing there.
    Shared,
    /// Nothing but intents' money: a reserved amount alone may name its intent.
    Kept,
    /// Nothing but intents' money, as its owner said, and money came that fits none: an amount alone settles nothing. It
    /// still contradicts what a code says, since most of what comes in is intents' money.
    Suspended,
}

/// The credits of an account in the time that is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipts {
    /// All of them.
    pub credits: u32,
    /// Those among them that fitted no intent when they came, and were given to none since.
    pub unfitting: u32,
}

impl Receipts {
    /// How far back credits are counted.
    pub const LOOK_BACK: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// One credit in a week that fits nothing is an accident: a payer who rounded, cashback, the owner's own transfer. Fewer
    /// never suspend, whatever share they are.
    const FEWEST: u32 = 2;

    /// One in so many is too many: 2 %.
    const ONE_IN: u64 = 50;

    /// Whether the account's amounts must not speak any more: more than 2 % of its credits fit no intent, and at least two.
    ///
    /// The floor decides for shops with fewer than a hundred credits a week, where a single one is more than 2 %. It stands
    /// as low as a floor can stand, because the two mistakes do not weigh the same. Suspended in error, a shop's payments
    /// without a code wait for a person until its owner says that all is well: late, and seen. Trusted in error, a walk-in's
    /// money settles somebody's order whenever it is exactly what that order asks: goods go out unpaid, and that payment
    /// looks like any other, so that it is not even counted here. What is counted is the rest, the walk-ins that missed;
    /// two of them within a week are no accident any more. Money that a person has given to its intent in the meantime is
    /// not counted, so that a shop which looks after its payers' slips is not punished for them.
    pub fn suspend(self) -> bool {
        self.unfitting >= Self::FEWEST
            && u64::from(self.unfitting) * Self::ONE_IN > u64::from(self.credits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suspended(unfitting: u32, credits: u32) -> bool {
        Receipts { credits, unfitting }.suspend()
    }

    #[test]
    fn a_single_stray_payment_suspends_nobody() {
        assert!(!suspended(0, 0) && !suspended(0, 10));
        assert!(!suspended(1, 1) && !suspended(1, 3) && !suspended(1, 49));
    }

    #[test]
    fn a_second_one_suspends_whoever_has_fewer_than_a_hundred_credits() {
        assert!(suspended(2, 2) && suspended(2, 3) && suspended(2, 99));
        assert!(!suspended(2, 100), "2 % is not more than 2 %");
    }

    #[test]
    fn in_a_busy_shop_the_share_decides() {
        assert!(!suspended(20, 1_000) && suspended(21, 1_000));
        assert!(suspended(u32::MAX, u32::MAX));
    }
}
