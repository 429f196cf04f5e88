//! Slots between slashes or colons, behind a rail.

use super::held::{
    Held, digits_of_reference, held, is_bank, is_name, is_named_bank, is_returned,
    is_wire_reference, twelve,
};
use super::{Narration, Slot};
use std::ops::Range;

pub(super) fn read(text: &str, span: Range<usize>, slots: &[Slot]) -> Narration {
    let word = |slot: &Slot| text.get(slot.span.clone()).unwrap_or_default();
    let at = slots
        .iter()
        .position(|slot| digits_of_reference(word(slot)).is_some());
    let wire = slots.first().map(word).is_some_and(is_wire);
    let Some(at) = at.filter(|_| !wire) else {
        return by_wire(text, span, slots);
    };
    let digits = slots
        .get(at)
        .and_then(|slot| digits_of_reference(word(slot)));
    // Behind the reference stand the payer's words, and what they say of a direction is theirs.
    let says = |wanted: &[&str]| {
        slots
            .iter()
            .take(at + 2)
            .any(|s| wanted.iter().any(|w| w.eq_ignore_ascii_case(word(s))))
    };
    // `UPI IN/…`, `UPIOUT/…`
    let rail = slots.first().map(word).unwrap_or_default();
    let rail_says = |wanted: &[&str]| {
        let rail = rail.to_ascii_lowercase();
        let rest = rail.strip_prefix("upi").map(str::trim_start);
        rest.is_some_and(|rest| wanted.contains(&rest))
    };
    let incoming = says(&["cr", "credit", "crd"]) || rail_says(&["in", "inward", "cr", "credit"]);
    let outgoing = says(&["dr", "debit"]) || rail_says(&["out", "outward", "dr", "debit"]);
    let credit = match (incoming, outgoing) {
        (true, false) => Some(true),
        (false, true) => Some(false),
        _ => None,
    };
    let behind = || slots.iter().skip(at + 1);
    let told = behind().any(|slot| matches!(held(word(slot)), Held::Words | Held::Vpa));
    // `UPI/NAME/vpa/note/BANK/reference`
    let rest: Vec<&Slot> = if told {
        behind()
            .skip_while(|slot| is_bank_s_own(word(slot)))
            .collect()
    } else {
        let before = slots.iter().take(at);
        before
            .skip_while(|slot| is_bank_s_own(word(slot)))
            .collect()
    };
    let remark_first = slots.first().map(word).is_some_and(is_mmt);
    let found = people(&rest, word, remark_first);
    // A note may itself hold slashes, behind it stands at most a bank.
    let end = if told {
        rest.iter()
            .rev()
            .take_while(|slot| is_idle(word(slot)))
            .last()
            .map_or(span.end, |slot| slot.span.start.saturating_sub(1))
    } else {
        rest.iter()
            .rev()
            .find(|slot| !is_idle(word(slot)))
            .map_or(span.end, |slot| slot.span.end)
    };
    let note = found.note.map(|slot| {
        let end = if found.one_slot || end <= slot.span.start {
            slot.span.end
        } else {
            end
        };
        slot.span.start..end
    });
    Narration {
        utr: digits.filter(|d| twelve(d)).map(str::to_owned),
        other: digits.filter(|d| !twelve(d)).map(str::to_owned),
        name: found.name.map(|slot| slot.span.clone()),
        vpa: found.vpa.map(|slot| slot.span.clone()),
        note: note.filter(|span| !span.is_empty()),
        returned: slots
            .iter()
            .take(at + 2)
            .any(|slot| is_returned(word(slot))),
        credit,
        span,
    }
}

struct People<'s> {
    name: Option<&'s Slot>,
    vpa: Option<&'s Slot>,
    note: Option<&'s Slot>,
    /// The note ends with its slot.
    one_slot: bool,
}

fn people<'s, 't>(
    rest: &[&'s Slot],
    word: impl Fn(&Slot) -> &'t str,
    remark_first: bool,
) -> People<'s> {
    let vpa_at = rest.iter().position(|slot| held(word(slot)) == Held::Vpa);
    // Before a VPA stands only a stump of the name, and the bank.
    let name_at = rest.first().map(|_| 0).filter(|_| {
        rest.first().is_some_and(|slot| {
            vpa_at.is_none_or(|at| at > 0 && word(slot).len() > 4) && is_name(word(slot))
        })
    });
    // `UPI/reference/bill 1042/vpa/HDFC BANK LT`: words that are no name, and nothing but a bank behind the address.
    if let (Some(1), Some(remark)) = (vpa_at, rest.first())
        && held(word(remark)) == Held::Words
        && !word(remark).starts_with(|c: char| c.is_uppercase())
        && rest.iter().skip(2).all(|slot| is_idle(word(slot)))
        && rest.len() > 2
    {
        return People {
            name: None,
            vpa: rest.get(1).copied(),
            note: Some(remark),
            one_slot: true,
        };
    }
    if let Some(at) = vpa_at {
        let note = rest.iter().skip(at + 1).find(|slot| !is_idle(word(slot)));
        return People {
            name: name_at.and_then(|at| rest.get(at)).copied(),
            vpa: rest.get(at).copied(),
            note: note.copied(),
            one_slot: false,
        };
    }
    // `MMT/IMPS/reference/bill 2876/SONI BAKER/HDFC Bank`
    if let [remark, name, bank] = rest
        && is_named_bank(word(bank))
        && is_name(word(name))
        && !is_bank(word(name))
        && (remark_first || !is_name(word(remark)))
    {
        return People {
            name: Some(name),
            vpa: None,
            note: Some(remark),
            one_slot: true,
        };
    }
    // Name and bank come first, not every bank's name; what is left is the payer's.
    let note = match rest.get(1..) {
        Some([only]) => Some(only).filter(|slot| !is_bank(word(slot))),
        Some([second, more @ ..]) if !more.is_empty() => {
            let words = more
                .iter()
                .find(|slot| !is_idle(word(slot)) || is_named_bank(word(slot)));
            // Behind the bank's slot, where no bank puts an account.
            let number = more
                .first()
                .filter(|slot| more.len() == 1 && is_bank(word(second)) && twelve(word(slot)));
            let words = words.filter(|slot| !is_named_bank(word(slot)));
            words.or(number).or_else(|| {
                let named = !is_bank(word(second)) && held(word(second)) == Held::Words;
                named.then_some(second)
            })
        }
        _ => None,
    };
    People {
        name: name_at.and_then(|at| rest.get(at)).copied(),
        vpa: None,
        note: note.copied(),
        one_slot: false,
    }
}

fn is_bank_s_own(slot: &str) -> bool {
    matches!(held(slot), Held::Mark | Held::Date | Held::Account)
}

fn is_account(slot: &str) -> bool {
    held(slot) == Held::Account
}

/// Nobody's words: an account or a bank called by its name.
fn is_idle(slot: &str) -> bool {
    is_account(slot) || slot.is_empty() || held(slot) == Held::Date || is_named_bank(slot)
}

fn is_wire(word: &str) -> bool {
    ["neft", "rtgs"]
        .iter()
        .any(|rail| word.eq_ignore_ascii_case(rail))
}

fn is_mmt(word: &str) -> bool {
    word.eq_ignore_ascii_case("mmt")
}

/// `RTGS/HDFCR52026072312345678/HDFC BANK/NAMUNA MOTORS`
fn by_wire(text: &str, span: Range<usize>, slots: &[Slot]) -> Narration {
    let word = |slot: &Slot| text.get(slot.span.clone()).unwrap_or_default();
    let reference = slots.iter().map(word).find(|slot| is_wire_reference(slot));
    let name = slots
        .iter()
        .skip(1)
        .position(|slot| is_name(word(slot)) && !is_bank(word(slot)))
        .map(|at| at + 1);
    // `NEFT/reference/NAME/BANK/INV-0412`: behind both, the payer's words.
    let bank = (1..slots.len()).find(|at| slots.get(*at).is_some_and(|s| is_named_bank(word(s))));
    let note = name
        .zip(bank)
        .and_then(|(name, bank)| slots.get(name.max(bank) + 1))
        .filter(|slot| held(word(slot)) == Held::Words);
    let name = name.and_then(|at| slots.get(at));
    Narration {
        utr: None,
        other: reference.map(str::to_owned),
        name: name.map(|slot| slot.span.clone()),
        vpa: None,
        note: note.map(|slot| slot.span.clone()),
        returned: slots.iter().take(3).any(|slot| is_returned(word(slot))),
        credit: None,
        span,
    }
}
