//! What may happen to a shop. Intents are named by a number, taken modulo how many there are.

use proptest::prelude::*;

/// Seconds.
pub(super) type Seconds = i64;

#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Somebody asks for money.
    Create {
        account: usize,
        price: i64,
        policy: Rules,
        dies_after: Option<u32>,
    },
    Pay(Payment),
    /// Evidence that was told before comes once more.
    Again {
        which: usize,
        how: Repeat,
    },
    /// A source is revoked, and with it something that it told; it goes on telling all the same.
    Doubt {
        which: usize,
        delivery: Delivery,
    },
    Cancel {
        intent: usize,
        dies_after: Option<u32>,
    },
    Pass(Seconds),
    /// The owner says that nothing but orders is paid into the dedicated account.
    Restore,
    /// A mailbox has read all that came until so long ago.
    Watermark {
        source: usize,
        behind: Seconds,
        delivery: Delivery,
    },
    /// A mailbox becomes a witness of an account, or stops being one.
    Count {
        source: usize,
        account: usize,
        counting: bool,
        delivery: Delivery,
    },
    /// Something that the bus held back arrives.
    Release(usize),
}

/// The policy that is frozen into an intent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rules {
    Default,
    /// A paisa may be missing.
    Tolerant,
    /// Late money is put to a person.
    AsksWhenLate,
    /// The late window is ten minutes.
    ShortWindow,
}

#[derive(Clone, Debug)]
pub(super) struct Payment {
    /// Whose money it is, as the payer sees it.
    pub intent: usize,
    /// Goes to the other account by mistake.
    pub astray: bool,
    pub amount: Amount,
    pub note: Note,
    pub when: When,
    pub precision: Printed,
    pub nature: Nature,
    pub source: usize,
    pub delivery: Delivery,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Amount {
    Right,
    /// By so many paise.
    Short(i64),
    Over(i64),
    /// What another intent asks.
    Of(usize),
    Half,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Note {
    Empty,
    Thanks,
    Code,
    CodeOf(usize),
    Both(usize),
}

/// When the payer paid. What lies ahead is now.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    Ago(Seconds),
    /// So long after a moment of the intent's life.
    Creation(Seconds),
    Expiry(Seconds),
    LateEnd(Seconds),
    Cancel(Seconds),
}

/// What the alert says about the time.
#[derive(Clone, Copy, Debug)]
pub(super) enum Printed {
    /// The very moment: only a chain does.
    Moment,
    Second,
    Minute,
    /// The mail was signed so long after the payment.
    Date(Seconds),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Nature {
    Upi,
    Cheque,
    Debit,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Repeat {
    /// The same event: the broker delivers at least once.
    Event,
    /// The same payment, told by the other mailbox.
    OtherMailbox,
    /// The same reference with another amount.
    OtherAmount,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Delivery {
    AtOnce,
    /// The handler dies after it was polled so often, then the event comes again.
    Dies(u32),
    /// The bus holds it back until a [`Step::Release`].
    HeldBack,
}

pub(super) fn story() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(step(), 1..40)
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        5 => create(),
        7 => payment().prop_map(Step::Pay),
        2 => (any_index(), repeat()).prop_map(|(which, how)| Step::Again { which, how }),
        2 => (any_index(), delivery()).prop_map(|(which, delivery)| Step::Doubt { which, delivery }),
        2 => (any_index(), prop::option::weighted(0.3, polls()))
            .prop_map(|(intent, dies_after)| Step::Cancel { intent, dies_after }),
        4 => pass().prop_map(Step::Pass),
        1 => Just(Step::Restore),
        4 => watermark(),
        1 => count(),
        2 => any_index().prop_map(Step::Release),
    ]
}

fn any_index() -> impl Strategy<Value = usize> {
    0_usize..6
}

/// A handler is polled at least once per answer of the database.
fn polls() -> impl Strategy<Value = u32> {
    1_u32..45
}

fn create() -> impl Strategy<Value = Step> {
    let policy = prop_oneof![
        4 => Just(Rules::Default),
        1 => Just(Rules::Tolerant),
        1 => Just(Rules::AsksWhenLate),
        2 => Just(Rules::ShortWindow),
    ];
    // ₹1.00 has one amount, ₹2.00 and ₹2.01 have three each, and share two.
    let price = prop_oneof![3 => Just(100_i64), 2 => Just(200), 1 => Just(201)];
    let account = prop_oneof![3 => Just(0_usize), 1 => Just(1)];
    let dies_after = prop::option::weighted(0.2, polls());
    (account, price, policy, dies_after).prop_map(|(account, price, policy, dies_after)| {
        Step::Create {
            account,
            price,
            policy,
            dies_after,
        }
    })
}

fn payment() -> impl Strategy<Value = Payment> {
    let amount = prop_oneof![
        6 => Just(Amount::Right),
        2 => (1_i64..3).prop_map(Amount::Short),
        1 => (1_i64..3).prop_map(Amount::Over),
        1 => any_index().prop_map(Amount::Of),
        2 => Just(Amount::Half),
    ];
    let note = prop_oneof![
        4 => Just(Note::Empty),
        1 => Just(Note::Thanks),
        4 => Just(Note::Code),
        1 => any_index().prop_map(Note::CodeOf),
        1 => any_index().prop_map(Note::Both),
    ];
    let nature = prop_oneof![
        18 => Just(Nature::Upi),
        1 => Just(Nature::Cheque),
        1 => Just(Nature::Debit),
    ];
    let astray = prop::bool::weighted(0.05);
    (
        any_index(),
        astray,
        amount,
        note,
        when(),
        printed(),
        nature,
        0_usize..2,
        delivery(),
    )
        .prop_map(
            |(intent, astray, amount, note, when, precision, nature, source, delivery)| Payment {
                intent,
                astray,
                amount,
                note,
                when,
                precision,
                nature,
                source,
                delivery,
            },
        )
}

fn when() -> impl Strategy<Value = When> {
    // About a boundary, on it, or well to one side of it.
    let around = || prop_oneof![Just(0_i64), -2_i64..3, -200_i64..200, -2_000_i64..2_000];
    prop_oneof![
        4 => Just(When::Ago(0)),
        2 => (0_i64..20_000).prop_map(When::Ago),
        2 => around().prop_map(When::Creation),
        2 => around().prop_map(When::Expiry),
        2 => around().prop_map(When::LateEnd),
        2 => around().prop_map(When::Cancel),
    ]
}

fn printed() -> impl Strategy<Value = Printed> {
    prop_oneof![
        1 => Just(Printed::Moment),
        3 => Just(Printed::Second),
        3 => Just(Printed::Minute),
        2 => (0_i64..1_800).prop_map(Printed::Date),
    ]
}

fn repeat() -> impl Strategy<Value = Repeat> {
    prop_oneof![
        Just(Repeat::Event),
        Just(Repeat::OtherMailbox),
        Just(Repeat::OtherAmount),
    ]
}

fn delivery() -> impl Strategy<Value = Delivery> {
    prop_oneof![
        6 => Just(Delivery::AtOnce),
        3 => polls().prop_map(Delivery::Dies),
        2 => Just(Delivery::HeldBack),
    ]
}

fn pass() -> impl Strategy<Value = Seconds> {
    prop_oneof![
        2 => 10_i64..120,
        2 => 300_i64..700,
        2 => 900_i64..1_500,
        // A hold ends 25 minutes after it began, a late window after 255.
        3 => 1_490_i64..1_600,
        1 => 3_000_i64..15_000,
        1 => 15_290_i64..16_000,
    ]
}

fn watermark() -> impl Strategy<Value = Step> {
    let behind = prop_oneof![3 => Just(0_i64), 1 => 0_i64..2_000];
    (0_usize..2, behind, delivery()).prop_map(|(source, behind, delivery)| Step::Watermark {
        source,
        behind,
        delivery,
    })
}

fn count() -> impl Strategy<Value = Step> {
    (0_usize..2, 0_usize..2, any::<bool>(), delivery()).prop_map(
        |(source, account, counting, delivery)| Step::Count {
            source,
            account,
            counting,
            delivery,
        },
    )
}
