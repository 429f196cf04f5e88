//! Slots between hyphens or asterisks, behind a rail.

use super::held::{
    Held, IFSC, digits_of_reference, held, is_name, is_returned, is_wire_reference, twelve,
};
use super::{Narration, Slot};
use std::ops::Range;

pub(super) fn read(text: &str, span: Range<usize>, slots: &[Slot]) -> Narration {
    let word = |slot: &Slot| text.get(slot.span.clone()).unwrap_or_default();
    let holds = |at: usize| slots.get(at).map(|slot| held(word(slot)));
    let references: Vec<usize> = slots
        .iter()
        .enumerate()
        .filter(|(_, slot)| {
            is_wire_reference(word(slot)) || digits_of_reference(word(slot)).is_some()
        })
        .map(|(at, _)| at)
        .collect();
    let ifsc = slots.iter().position(|slot| IFSC.is_match(word(slot)));
    let vpa = slots.iter().position(|slot| held(word(slot)) == Held::Vpa);
    let named = |at: usize| slots.get(at).filter(|slot| is_name(word(slot)));
    let name = match vpa {
        // `UPI-NAME-vpa-IFSC-reference-note`
        Some(at) => named(at.saturating_sub(1)).filter(|_| at > 1),
        None => ifsc
            .and_then(|at| named(at + 1))
            .or_else(|| references.first().and_then(|at| named(at + 1)))
            // `UPI-NAME-reference`
            .or_else(|| named(1).filter(|_| references == [2])),
    };
    // The narration's own reference is the first of twelve digits, if there is one.
    let printed = |at: &usize| slots.get(*at).map(word);
    let reference = references
        .iter()
        .filter_map(printed)
        .find(|r| twelve(r))
        .or_else(|| references.last().and_then(printed));
    // Behind all that is the bank's, where the form tells that it is: an account, or a VPA.
    let fixed = (1..slots.len()).rfind(|at| {
        matches!(
            holds(*at),
            Some(Held::Account | Held::Vpa | Held::Bank | Held::Mark)
        ) || references.contains(at)
    });
    let formal = vpa.is_some() || (1..slots.len()).any(|at| holds(at) == Some(Held::Account));
    let note = fixed
        .filter(|_| formal)
        .and_then(|at| slots.get(at + 1))
        .filter(|slot| name.is_none_or(|name| name.span.end < slot.span.start));
    Narration {
        utr: reference.filter(|r| twelve(r)).map(str::to_owned),
        other: reference.filter(|r| !twelve(r)).map(str::to_owned),
        name: name.map(|slot| slot.span.clone()),
        vpa: vpa.and_then(|at| slots.get(at)).map(|s| s.span.clone()),
        // `IMPS-629931956646-NAME-ICIC-xxxxxxxx1234-rent`; a note may itself hold hyphens.
        note: note
            .map(|slot| slot.span.start..span.end)
            .filter(|span| !span.is_empty()),
        returned: slots.iter().take(3).any(|slot| is_returned(word(slot))),
        credit: None,
        span,
    }
}
