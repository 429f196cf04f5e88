//! What a name is, and where it ends.

/// Words that end a name, and are none.
const NO_NAMES: &[&str] = &[
    "card",
    "debit",
    "netbanking",
    "netbk",
    "mobbk",
    "inb",
    "cdm",
    "pos",
    "atm",
    "branch",
    "clg",
    "ecs",
    "nach",
    "ach",
    "store",
    "internet",
    "total",
    "avlbl",
    "avbl",
    "clear",
    "current",
    "final",
    "if",
    "call",
    "sms",
    "thank",
    "dear",
    "please",
    "report",
    "never",
    "available",
    "updated",
    "greetings",
    "net",
    "a/c",
    "ac",
    "acct",
    "account",
    "upi",
    "imps",
    "neft",
    "rtgs",
    "ref",
    "refno",
    "reference",
    "rrn",
    "utr",
    "on",
    "via",
    "to",
    "in",
    "at",
    "with",
    "info",
    "txn",
    "transaction",
    "dated",
    "thru",
    "through",
    "avl",
    "bal",
    "balance",
    "ifsc",
    "vpa",
    "your",
    "the",
    "mob",
    "mobile",
    "cash",
    "transfer",
    "towards",
    "for",
    "rs",
    "rs.",
    "inr",
    "you",
    "our",
    "us",
    "a",
    "an",
    "bank",
    "is",
    "has",
    "using",
    "phone",
    "no",
    "id",
    "date",
    "not",
    "clearing",
    "linked",
    "cheque",
    "remark",
    "remarks",
    "who",
];

/// What money is called that nobody paid, and nobody is.
const OF_NOBODY: &[&str] = &[
    "interest", "dividend", "cashback", "reward", "rewards", "refund", "reversal",
];

/// Words of which a bank's name is made: "Greetings from SBI" names no payer.
const BANKS: &[&str] = &[
    "sbi",
    "hdfc",
    "icici",
    "axis",
    "kotak",
    "mahindra",
    "idfc",
    "first",
    "indusind",
    "yes",
    "rbl",
    "pnb",
    "boi",
    "bob",
    "canara",
    "union",
    "federal",
    "idbi",
    "au",
    "equitas",
    "bandhan",
    "state",
    "bank",
    "of",
    "india",
    "baroda",
    "slice",
    "tmb",
    "kvb",
    "dcb",
    "csb",
    "uco",
    "iob",
    "cub",
    "idbi",
    "psb",
    "central",
    "indian",
    "overseas",
    "dbs",
    "hsbc",
    "ippb",
    "paytm",
    "jupiter",
    "airtel",
    "jio",
    "fino",
    "nsdl",
    "city",
    "karnataka",
    "south",
    "dhanlaxmi",
    "karur",
    "vysya",
    "tamilnad",
    "mercantile",
    "jana",
    "ujjivan",
    "suryoday",
    "esaf",
    "utkarsh",
    "small",
    "finance",
    "payments",
    "sahakari",
    "saraswat",
    "cosmos",
    "jammu",
    "kashmir",
    "punjab",
    "sind",
    "national",
    "maharashtra",
    "standard",
    "chartered",
    "citi",
    "phonepe",
    "bharatpe",
    "bhim",
    "amazon",
    "google",
    "pay",
    "ltd",
    "limited",
];

pub(super) fn is_bank(word: &str) -> bool {
    BANKS.iter().any(|bank| bank.eq_ignore_ascii_case(word))
}

/// Whether a word ends names, and is none.
pub(super) fn ends_names(word: &str) -> bool {
    NO_NAMES.iter().any(|w| w.eq_ignore_ascii_case(word))
}

/// How many bytes of `text` are one name: words that begin with a capital (any word where `loose`), initials with their full
/// stops, up to a word that is none.
pub(super) fn length_of_name(text: &str, loose: bool) -> usize {
    let mut end = 0;
    let mut at = 0;
    for word in text.split(' ') {
        let start = at;
        at += word.len() + 1;
        let stopped = word
            .find(['\n', '\t', ',', ';', '(', ':', '~'])
            // `NAME/IFSC`, but `M/s` and `S/o`.
            .or_else(|| word.find('/').filter(|slash| *slash > 2));
        let core = word
            .get(..stopped.unwrap_or(word.len()))
            .unwrap_or_default();
        let dot = core
            .find('.')
            .filter(|&dot| !is_initial(core.get(..dot).unwrap_or_default()));
        let core = core.get(..dot.unwrap_or(core.len())).unwrap_or_default();
        let joins = matches!(
            core,
            "&" | "and" | "of" | "-" | "s/o" | "d/o" | "bin" | "alias"
        );
        let begins = core
            .chars()
            .next()
            .is_some_and(|c| c.is_uppercase() || (loose && c.is_alphabetic()) || is_indic(c));
        let digits = core.bytes().any(|b| b.is_ascii_digit()) || core.contains('@');
        if NO_NAMES.iter().any(|w| w.eq_ignore_ascii_case(core))
            || is_contraction(core)
            || digits
            || !(begins || joins && end > 0)
        {
            break;
        }
        if !joins {
            end = start + core.len();
        }
        if stopped.is_some() || dot.is_some() {
            break;
        }
    }
    end
}

/// How long the place is behind a name in capitals: `, NASHIK.` of "ZILA PARISHAD, NASHIK. Bal 5".
pub(super) fn place_behind(text: &str, name: usize) -> usize {
    let capitals =
        |words: &str| words.chars().any(char::is_alphabetic) && words == words.to_uppercase();
    let (Some(before), Some(behind)) = (text.get(..name), text.get(name..)) else {
        return 0;
    };
    let Some(place) = behind
        .strip_prefix(", ")
        .and_then(|rest| rest.split(['.', '\n']).next())
    else {
        return 0;
    };
    let is_place = place.len() > 3
        && place.chars().all(|c| c.is_alphabetic() || c == ' ')
        && !place
            .split(' ')
            .any(|word| ends_names(word) || is_bank(word));
    if is_place && capitals(before) && capitals(place) {
        2 + place.len()
    } else {
        0
    }
}

/// A name without capitals, of at most four words before one that ends names.
pub(super) fn lower_name(text: &str) -> usize {
    let mut end = 0;
    for (count, word) in text.split(' ').enumerate() {
        let stop = NO_NAMES.iter().any(|w| w.eq_ignore_ascii_case(word));
        if stop && count > 0 {
            return end - 1;
        }
        if stop || count == 4 || !word.chars().all(char::is_alphabetic) {
            return 0;
        }
        end += word.len() + 1;
    }
    0
}

/// `We're`, `Don't`: a sentence has begun.
fn is_contraction(word: &str) -> bool {
    word.split_once(['\'', '’'])
        .is_some_and(|(_, rest)| ["re", "ll", "ve", "m", "t", "d"].contains(&rest))
}

fn is_indic(c: char) -> bool {
    ('\u{0900}'..='\u{0dff}').contains(&c)
}

/// `R` of `R. K. Sharma`, `Dr` of `Dr. Rao`.
pub(super) fn is_initial(word: &str) -> bool {
    word.chars().count() == 1
        || ["mr", "mrs", "ms", "dr", "smt", "shri", "sri", "m/s", "prof", "md", "mohd", "kum"]
            .iter()
            .any(|title| word.eq_ignore_ascii_case(title))
        // Several initials in one: A.B.Rao.
        || word.rsplit_once('.').is_some_and(|(_, last)| last.chars().count() == 1)
}

pub(super) fn plausible(name: &str) -> bool {
    let name = name.trim();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let first = name.split([' ', ':', '-']).next().unwrap_or_default();
    letters >= 2
        && name.len() <= 120
        && !OF_NOBODY.iter().any(|w| w.eq_ignore_ascii_case(name))
        && !name.contains('@')
        && !name.contains("http")
        // `JM-HDFCBK-S`: an SMS header.
        && !(name.len() >= 8 && name.get(2..3) == Some("-") && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'-'))
        && !NO_NAMES.iter().any(|w| w.eq_ignore_ascii_case(first))
        && !name
            .split([' ', '-'])
            .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
            .all(|word| {
                word.is_empty()
                    || is_bank(word)
                    || NO_NAMES.iter().any(|w| w.eq_ignore_ascii_case(word))
            })
        && !name.bytes().any(|b| b.is_ascii_digit())
        && !["neftinward", "rtgsinward"]
            .iter()
            .any(|w| first.eq_ignore_ascii_case(w))
}

/// Where the name of a firm goes on: `DEMO & SONS (M/S)`, `TATA (P) LTD`.
pub(super) fn is_form_of_firm(bracketed: &str) -> bool {
    ["M/S", "HUF", "P", "I", "INDIA", "PVT", "PROP"].contains(&bracketed)
}

/// A name with digits in it, as shops have: where a label says that it is one.
pub(super) fn is_odd(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    let masked = name.trim_start().starts_with("xx") || name.trim_start().starts_with("XX");
    !masked
        && (1..=4).contains(&digits)
        && letters >= 4
        && letters > digits
        && !name.contains(['@', '*'])
}
