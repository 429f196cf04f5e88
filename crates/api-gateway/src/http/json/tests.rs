use super::*;

fn malformed(body: &str) -> Malformed {
    Object::parse(body.as_bytes()).unwrap_err()
}

#[test]
fn numbers_stay_as_they_were_written() {
    let object =
        Object::parse(br#" {"amount": 4.990e2, "n": 12345678901234567890, "x": null} "#).unwrap();
    assert_eq!(object.value("amount"), Value::Number("4.990e2"));
    assert_eq!(object.value("n"), Value::Number("12345678901234567890"));
    assert_eq!(object.value("x"), Value::Null);
    assert_eq!(object.value("missing"), Value::Null);
}

#[test]
fn nested_values_are_kept_byte_for_byte() {
    let object = Object::parse(br#"{"metadata": {"b" : 1.0, "a":"\u00e9"}, "t": true}"#).unwrap();
    assert_eq!(object.raw("metadata"), Some(r#"{"b" : 1.0, "a":"\u00e9"}"#));
    assert_eq!(object.value("t"), Value::Bool(true));
}

#[test]
fn a_member_that_stands_there_twice_is_refused() {
    assert_eq!(
        malformed(r#"{"amount":1,"x":2,"amount":3}"#),
        Malformed::Twice("amount".to_owned())
    );
    // The same name, spelled otherwise.
    assert_eq!(
        malformed(r#"{"amount":1,"\u0061mount":3}"#),
        Malformed::Twice("amount".to_owned())
    );
}

#[test]
fn a_number_that_json_does_not_have_names_its_member() {
    for (body, text) in [
        (r#"{"order_id":"NaN","amount":NaN}"#, "NaN"),
        (r#"{"amount" : -Infinity, "order_id":"a"}"#, "-Infinity"),
        (
            r#"{"note":"say \"NaN\": Infinity","amount":Infinity}"#,
            "Infinity",
        ),
    ] {
        let member = "amount".to_owned();
        assert_eq!(
            malformed(body),
            Malformed::NotFinite { member, text },
            "{body}"
        );
    }
}

#[test]
fn what_is_no_object_is_told_with_its_place() {
    for body in ["[]", "1", "\"{}\"", "null", " true "] {
        assert_eq!(malformed(body), Malformed::NotAnObject, "{body}");
    }
    for (body, at) in [
        ("", 0),
        ("{", 0),
        ("{\"a\":1,}", 7),
        ("{\"a\":1} x", 8),
        ("{\n'a':1}", 2),
        ("{\"a\":01}", 6),
    ] {
        match malformed(body) {
            Malformed::Syntax { offset, .. } => assert_eq!(offset, at, "{body}"),
            other => panic!("{body}: {other:?}"),
        }
    }
    let Malformed::Syntax { offset, why } = Object::parse(b"{\"a\":\"\xff\"}").unwrap_err() else {
        panic!("it is not UTF-8");
    };
    assert_eq!((offset, why.as_str()), (6, "is not UTF-8"));
}

#[test]
fn a_merchants_json_must_mean_the_same_to_every_reader() {
    let checked = |text: &str| check(text, 100, 4).map_err(|f| f.to_string());
    assert_eq!(checked(r#"{"a":[1,-2,3.5,{"b":null}],"c":"é"}"#), Ok(()));
    for (text, why) in [
        (r#"{"a":{"b":1,"b":2}}"#, r#"has the member "b" twice"#),
        (r#"[[[[[]]]]]"#, "is nested too deep"),
        (r#"{"a":1e400}"#, "number out of range"),
        (r#"{"a":"\ud800"}"#, "unexpected end of hex escape"),
    ] {
        assert_eq!(checked(text), Err(why.to_owned()), "{text}");
    }
    assert_eq!(
        checked(&format!("\"{}\"", "x".repeat(99))),
        Err("is larger than 100 bytes".to_owned())
    );
}
