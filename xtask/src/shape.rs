//! Compares an answer with the shape that a case expects of it.
//!
//! | expected | means |
//! |---|---|
//! | object | these members, and any others; `null` for a member that must be absent |
//! | array | as many elements, each of its shape |
//! | text | the same; `*` stands for any text |
//! | number, boolean | the same |

use serde_json::Value;

/// Where the answer is not of the expected shape, one line for each place.
pub(crate) fn differences(expected: &Value, actual: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare("", expected, Some(actual), &mut found);
    found
}

fn compare(path: &str, expected: &Value, actual: Option<&Value>, found: &mut Vec<String>) {
    match (expected, actual) {
        (Value::Null, None | Some(Value::Null)) => {}
        (Value::Object(members), Some(Value::Object(others))) => {
            for (name, member) in members {
                compare(&format!("{path}.{name}"), member, others.get(name), found);
            }
        }
        (Value::Array(elements), Some(Value::Array(others))) if elements.len() == others.len() => {
            for (index, (element, other)) in elements.iter().zip(others).enumerate() {
                compare(&format!("{path}[{index}]"), element, Some(other), found);
            }
        }
        (Value::String(pattern), Some(Value::String(text))) if matches(pattern, text) => {}
        (expected, Some(actual)) if expected == actual => {}
        (expected, Some(actual)) => {
            found.push(format!("{path}: expected {expected}, found {actual}"));
        }
        (expected, None) => found.push(format!("{path}: expected {expected}, found nothing")),
    }
}

/// Whether the text is the pattern's, with any text for each `*`.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(start) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let end = parts.pop().unwrap_or_default();
    for part in parts {
        match text.split_once(part) {
            Some((_, after)) => text = after,
            None => return false,
        }
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches(
            "Organization/*/_history/1",
            "Organization/abc/_history/1"
        ));
        assert!(matches("*", ""));
        assert!(matches("a*b*c", "a-b-b-c"));
        assert!(!matches(
            "Organization/*/_history/1",
            "Organization/abc/_history/2"
        ));
        assert!(!matches("a*a", "a"));
    }

    #[test]
    fn other_members_are_welcome_and_missing_ones_are_named() {
        let expected = json!({"a": {"b": 1}, "c": null});
        assert!(differences(&expected, &json!({"a": {"b": 1, "x": 2}})).is_empty());
        assert_eq!(
            differences(&expected, &json!({"a": {}, "c": "here"})),
            [
                ".a.b: expected 1, found nothing",
                ".c: expected null, found \"here\""
            ]
        );
    }

    #[test]
    fn an_array_has_as_many_elements_as_expected() {
        let expected = json!({"issue": [{"code": "not-found"}]});
        assert!(differences(&expected, &json!({"issue": [{"code": "not-found"}]})).is_empty());
        assert_eq!(differences(&expected, &json!({"issue": []})).len(), 1);
    }
}
