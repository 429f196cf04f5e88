use super::node::Node;
use super::{array_index, normal};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::cell::RefCell;

#[test]
fn javascript_writes_it_so() {
    for (json, written) in [
        (" { \"a\" : [ 1 , 2.50 ] } ", r#"{"a":[1,2.5]}"#),
        (
            r#"{"b":1,"10":2,"9":3,"01":4,"a":5}"#,
            r#"{"9":3,"10":2,"b":1,"01":4,"a":5}"#,
        ),
        (r#"{"a":1,"b":2,"a":3}"#, r#"{"a":3,"b":2}"#),
        (r#"{"\u0061":1,"a":{"x":2}}"#, r#"{"a":{"x":2}}"#),
        (
            r#"{"__proto__":{"a":1},"constructor":2}"#,
            r#"{"__proto__":{"a":1},"constructor":2}"#,
        ),
        (
            "[1e400,-1e400,-0,-0.0,1E2,499.00,1e21,1e-7]",
            "[null,null,0,0,100,499,1e+21,1e-7]",
        ),
        ("9007199254740993", "9007199254740992"),
        (
            r#""Juan P\u00e9rez \/ \u2028\u007f""#,
            "\"Juan Pérez / \u{2028}\u{7f}\"",
        ),
        (
            r#""\u0000\u001F\b\f\n\r\t\"\\""#,
            r#""\u0000\u001f\b\f\n\r\t\"\\""#,
        ),
        (
            r#""\ud83d\ude00 \uD83D \ude00\ud83d""#,
            r#""😀 \ud83d \ude00\ud83d""#,
        ),
        (r#""\ud83d\ud83d\ude00\n""#, r#""\ud83d😀\n""#),
        ("[[],{},\"\"]", "[[],{},\"\"]"),
    ] {
        assert_eq!(normal(json).unwrap(), written, "{json}");
        assert_eq!(normal(written).unwrap(), written, "a second time");
    }
}

#[test]
fn only_what_ecmascript_calls_an_array_index_is_one() {
    for (key, index) in [
        ("0", Some(0)),
        ("4294967294", Some(4_294_967_294)),
        ("4294967295", None),
        ("99999999999", None),
        ("-0", None),
        ("00", None),
        ("1.0", None),
        ("+1", None),
        ("", None),
        ("१", None),
    ] {
        assert_eq!(array_index(&format!("\"{key}\"")), index, "{key}");
    }
}

#[test]
fn what_is_no_json_has_no_form() {
    let bad = [
        "",
        " ",
        "{",
        "}",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{a:1}",
        "{\"a\":1,}",
        "01",
        "1.",
        ".5",
        "-",
        "+1",
        "1e",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u+123\"",
        "\"\\u12é\"",
        "\"\\",
        "\"\n\"",
        "nul",
        "truex",
        "1 2",
        "NaN",
        "\u{feff}1",
    ];
    let mut node = Node::start();
    for json in bad {
        assert!(normal(json).is_err(), "{json:?}");
        assert!(node.normal(json).is_err(), "{json:?}");
    }
}

#[test]
fn depth_costs_no_stack() {
    let (array, object) = ("[", "{\"a\":");
    for (open, close) in [(array, "]"), (object, "}")] {
        let deep = format!("{}0{}", open.repeat(100_000), close.repeat(100_000));
        assert_eq!(normal(&deep).unwrap(), deep);
    }
    // As deep as the longest metadata and custom data can be, Node agrees.
    let deep = format!("{}{}", array.repeat(2_000), "]".repeat(2_000));
    assert_eq!(Node::start().normal(&deep).unwrap(), deep);
}

/// Many cases of one claim; the message says which one fails, made as small as it goes.
pub(in crate::message) fn trials<S: Strategy>(
    cases: u32,
    strategy: S,
    claim: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        failure_persistence: None,
        ..Config::with_cases(cases)
    };
    let ran = TestRunner::new(config).run(&strategy, claim);
    ran.unwrap_or_else(|error| panic!("{error}"));
}

/// JSON text in every spelling, as somebody might write it.
pub(in crate::message) fn document() -> impl Strategy<Value = String> {
    let scalar = prop_oneof![
        number(),
        string(),
        Just("true".to_owned()),
        Just("false".to_owned()),
        Just("null".to_owned()),
    ];
    scalar.prop_recursive(6, 64, 8, |inner| {
        let item = (space(), inner.clone(), space()).prop_map(|(a, v, b)| format!("{a}{v}{b}"));
        let member = (space(), key(), space(), space(), inner, space())
            .prop_map(|(a, k, b, c, v, d)| format!("{a}{k}{b}:{c}{v}{d}"));
        prop_oneof![
            (prop::collection::vec(item, 0..8)).prop_map(|items| format!("[{}]", items.join(","))),
            (prop::collection::vec(member, 0..12)).prop_map(|all| format!("{{{}}}", all.join(","))),
        ]
    })
}

fn space() -> impl Strategy<Value = String> {
    prop_oneof![4 => Just(String::new()), 1 => "[ \t\r\n]{1,3}"]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?(0|[1-9][0-9]{0,24})(\\.[0-9]{1,24})?([eE][+-]?[0-9]{1,3})?",
        "-?(0|[1-9][0-9]{0,6})\\.[0-9]{2}",
        any::<f64>()
            .prop_filter("JSON has no others", |x| x.is_finite())
            .prop_map(|x| format!("{x:e}")),
        any::<f64>()
            .prop_filter("JSON has no others", |x| x.is_finite())
            .prop_map(|x| x.to_string()),
        any::<i64>().prop_map(|x| x.to_string()),
        any::<u64>().prop_map(|bits| {
            let x = f64::from_bits(bits % (1 << 54));
            format!("{x:e}")
        }),
        prop::sample::select(vec![
            "-0",
            "-0.0",
            "0e5",
            "1e400",
            "-1e400",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "9007199254740993",
            "1e21",
            "999999999999999999999",
            "1e-6",
            "1e-7",
            "0.000001",
            "123e-20",
            "0.1",
            "0.30000000000000004",
            "1e999999999999",
        ])
        .prop_map(str::to_owned),
    ]
}

/// A string with its quotation marks: plain characters and every kind of escape.
fn string() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..8).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z0-9 /]{1,4}",
        any::<char>()
            .prop_filter("these must be escaped", |c| !c.is_control()
                && *c != '"'
                && *c != '\\')
            .prop_map(String::from),
        any::<u16>().prop_map(|unit| format!("\\u{unit:04x}")),
        (0_u16..0x80).prop_map(|unit| format!("\\u{unit:04X}")),
        (0xd800_u16..0xe000).prop_map(|unit| format!("\\u{unit:04x}")),
        (0xd800_u16..0xdc00, 0xdc00_u16..0xe000)
            .prop_map(|(high, low)| format!("\\u{high:04x}\\u{low:04X}")),
        prop::sample::select(vec![
            "\\n", "\\r", "\\t", "\\b", "\\f", "\\\"", "\\\\", "\\/"
        ])
        .prop_map(str::to_owned),
        prop::sample::select(vec![
            "\u{7f}", "\u{80}", "\u{2028}", "\u{2029}", "\u{feff}", "\u{fffe}", "\u{ffff}", "é",
            "अ"
        ])
        .prop_map(str::to_owned),
    ]
}

/// Few enough that some repeat.
fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "\"[ab]{0,2}\"",
        "\"\\\\u006[12]\"",
        "\"(0|00|[1-9][0-9]{0,2}|-1|1\\.0|1e1)\"",
        (4_294_967_290_u64..4_294_967_300).prop_map(|index| format!("\"{index}\"")),
        prop::sample::select(vec![
            "\"__proto__\"",
            "\"constructor\"",
            "\"toJSON\"",
            "\"length\"",
            "\"9007199254740991\"",
            "\"18446744073709551616\"",
            "\"\\ud800\"",
            "\"\\udc00\"",
            "\"😀\"",
            "\"\\ud83d\\ude00\"",
            "\"\\u0031\"",
        ])
        .prop_map(str::to_owned),
        string(),
    ]
}

#[test]
fn node_writes_every_document_with_the_same_bytes() {
    let node = RefCell::new(Node::start());
    trials(4_000, document(), |json| {
        let ours = normal(&json).map_err(|e| TestCaseError::fail(format!("{e}: {json}")))?;
        let theirs = node
            .borrow_mut()
            .normal(&json)
            .map_err(TestCaseError::fail)?;
        prop_assert_eq!(&ours, &theirs);
        prop_assert_eq!(normal(&ours).unwrap(), ours);
        Ok(())
    });
}

#[test]
fn node_writes_every_double_with_the_same_bytes() {
    let node = RefCell::new(Node::start());
    let doubles = prop::collection::vec(any::<u64>().prop_map(f64::from_bits), 50);
    trials(2_000, doubles, |doubles| {
        let finite = doubles.iter().filter(|x| x.is_finite());
        let json = format!(
            "[{}]",
            finite
                .map(|x| format!("{x:e}"))
                .collect::<Vec<_>>()
                .join(",")
        );
        let theirs = node
            .borrow_mut()
            .normal(&json)
            .map_err(TestCaseError::fail)?;
        prop_assert_eq!(normal(&json).unwrap(), theirs);
        Ok(())
    });
}
