use proptest::prelude::*;
use serde_json::{Value, json};

use super::{MAX_DEPTH, MAX_KEYS, MAX_VALUES, parse};
use crate::outcome::IssueType;

/// The text and place of the problem.
fn problem(text: &[u8]) -> (String, String) {
    let issue = parse(text).unwrap_err();
    (issue.diagnostics, issue.expression.join(","))
}

#[test]
fn values_are_read_as_they_are_written() {
    for text in [
        r#"{"b":1,"a":[true,false,null],"c":{}}"#,
        r#"["","é","😀","\"\\"]"#,
        "[0,-1,1.00,0.0100000000000000000000001,-2.5e-10,123456789012345678901234567890]",
        "\"text\"",
        "[]",
    ] {
        assert_eq!(
            parse(text.as_bytes())
                .unwrap()
                .to_string()
                .replace("e+", "e"),
            text
        );
    }
}

#[test]
fn an_exponent_gets_one_spelling() {
    assert_eq!(
        parse(b"[1E3,1e+3,1.50E-3]").unwrap().to_string(),
        "[1e+3,1e+3,1.50e-3]"
    );
}

#[test]
fn escapes_and_space_are_read() {
    let text = " {\t\"a\\u00e9\\n\\/\" :\r\n [ \"\\ud83d\\ude00\" , 1 ] } ";
    assert_eq!(parse(text.as_bytes()), Ok(json!({"aé\n/": ["😀", 1]})));
}

#[test]
fn text_that_is_not_json_is_refused() {
    for text in [
        "",
        " ",
        "{",
        "[",
        "[1",
        "[1,]",
        "[,1]",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{a:1}",
        "{\"a\" 1}",
        "tru",
        "nul",
        "True",
        "NaN",
        "01",
        "-",
        "1.",
        ".5",
        "+1",
        "1e",
        "0x1",
        "'a'",
        "\"a",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\\u+123\"",
        "// a\n1",
        "1 2",
        "{}{}",
        "[] x",
    ] {
        let issue = parse(text.as_bytes()).unwrap_err();
        assert_eq!(issue.code, IssueType::Structure, "{text}");
    }
}

#[test]
fn text_that_other_parsers_let_pass_is_refused() {
    for (text, expected) in [
        (
            &b"\xef\xbb\xbf{}"[..],
            "the text starts with a byte order mark",
        ),
        (b"\"\xff\"", "not UTF-8 at byte 1"),
        (b"\"\xed\xa0\x80\"", "not UTF-8 at byte 1"),
        (br#""\ud800""#, "a lone surrogate before byte 7"),
        (br#""\udc00""#, "a lone surrogate before byte 7"),
        (br#""\ud800\u0041""#, "a lone surrogate before byte 13"),
        (br#""\u0000""#, "an escaped control character before byte 7"),
        (br#""\u001f""#, "an escaped control character before byte 7"),
        (br#""\b""#, "an escaped control character before byte 3"),
        (b"\"a\0\"", "a control character at byte 2"),
        (b"\"a\tb\"", "a control character at byte 2"),
        (b"{} {}", "text after the end at byte 3"),
    ] {
        assert_eq!(problem(text), (expected.to_owned(), String::new()));
    }
}

#[test]
fn a_problem_has_a_place() {
    for (text, place) in [
        (
            r#"{"resourceType":"Patient","id":"1","id":"2"}"#,
            "Patient.id",
        ),
        (r#"{"id":"1","id":"2","resourceType":"Patient"}"#, "id"),
        (
            r#"{"resourceType":"Bundle","entry":[{},{"resource":{"name":[{"a":1,"a":1}]}}]}"#,
            "Bundle.entry[1].resource.name[0].a",
        ),
        (
            r#"{"resourceType":"Patient","name":[{"family":"\u0000"}]}"#,
            "Patient.name[0].family",
        ),
        (
            r#"{"resourceType":"Patient","active":tru}"#,
            "Patient.active",
        ),
        ("[[],[1,x]]", "[1][1]"),
    ] {
        assert_eq!(problem(text.as_bytes()).1, place, "{text}");
    }
}

#[test]
fn keys_that_mean_something_to_the_library_are_refused() {
    for text in [
        r#"{"$serde_json::private::Number":"1"}"#,
        r#"{"a":{"$serde_json::private::RawValue":"[1"}}"#,
        r#"{"\u0024serde_json::private::Number":"1"}"#,
    ] {
        assert!(
            problem(text.as_bytes()).0.ends_with("is reserved"),
            "{text}"
        );
    }
}

#[test]
fn nesting_ends_at_the_limit() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(parse(nested(MAX_DEPTH).as_bytes()).is_ok());
    let issue = parse(nested(MAX_DEPTH + 1).as_bytes()).unwrap_err();
    assert_eq!(issue.code, IssueType::TooCostly);
    assert!(parse("[".repeat(1_000_000).as_bytes()).is_err());
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?(0|[1-9][0-9]{0,30})(\\.[0-9]{1,30})?".prop_map(|n| serde_json::from_str(&n).unwrap()),
        "[^\\p{Cc}]*".prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
            prop::collection::vec(("[a-z\\\\\"\n]{0,4}", inner), 0..8)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read(value in any_value(), pretty: bool) {
        let text = if pretty { format!("{value:#}") } else { value.to_string() };
        let read = parse(text.as_bytes()).unwrap();
        prop_assert_eq!(read.to_string(), value.to_string());
    }

    #[test]
    fn what_is_accepted_means_the_same_to_the_library(
        value in any_value(),
        at: prop::sample::Index,
        with in "[\\[\\]{}\",:0-9.eE+\\-\\\\u \t\0ntf]{0,2}",
    ) {
        let mut text = value.to_string().into_bytes();
        let at = at.index(text.len());
        text.splice(at..=at, with.bytes());
        if let Ok(read) = parse(&text) {
            prop_assert_eq!(read, serde_json::from_slice::<Value>(&text).unwrap());
        }
    }
}

#[test]
fn a_text_of_too_many_values_is_refused() {
    // the array itself is one of them
    let numbers = |count: usize| format!("[{}0]", "0,".repeat(count - 2));
    assert!(parse(numbers(MAX_VALUES).as_bytes()).is_ok());
    let issue = parse(numbers(MAX_VALUES + 1).as_bytes()).unwrap_err();
    assert_eq!(issue.code, IssueType::TooCostly);
    assert!(
        issue.diagnostics.contains("more than 500000 values"),
        "{}",
        issue.diagnostics
    );
}

#[test]
fn an_object_of_too_many_keys_is_refused() {
    let object = |count: usize| {
        let keys: Vec<String> = (0..count).map(|key| format!("\"{key}\":0")).collect();
        format!("{{{}}}", keys.join(","))
    };
    assert!(parse(object(MAX_KEYS).as_bytes()).is_ok());
    let issue = parse(object(MAX_KEYS + 1).as_bytes()).unwrap_err();
    assert_eq!(issue.code, IssueType::TooCostly);
    assert!(
        issue.diagnostics.contains("more than 1000 keys"),
        "{}",
        issue.diagnostics
    );
}
