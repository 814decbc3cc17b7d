//! A resource's bytes at rest, and how a version is put into them.

use std::fmt;

use serde_json::Value;

use crate::instant::Instant;
use crate::json::Object;
use crate::version::VersionId;

/// The stored bytes are no resource: they were not written by [`super::Resource::stored_body`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidBody;

impl fmt::Display for InvalidBody {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the stored body is not a resource")
    }
}

impl std::error::Error for InvalidBody {}

/// Elements in front of all others, in this order.
const FIRST: [&str; 3] = ["resourceType", "id", "meta"];

pub(super) fn write(kind: &str, object: &Object) -> Vec<u8> {
    let mut body = b"{\"resourceType\":".to_vec();
    write_text(&mut body, kind);
    if let Some(id) = object.get("id") {
        write_member(&mut body, "id", id);
    }
    if let Some(meta) = object.get("meta").and_then(Value::as_object) {
        let mut meta = meta.clone();
        for name in ["versionId", "lastUpdated"] {
            meta.shift_remove(name);
        }
        if !meta.is_empty() {
            write_member(&mut body, "meta", &Value::Object(meta));
        }
    }
    for (name, value) in object
        .iter()
        .filter(|(name, _)| !FIRST.contains(&name.as_str()))
    {
        write_member(&mut body, name, value);
    }
    body.push(b'}');
    body
}

fn write_member(body: &mut Vec<u8>, name: &str, value: &Value) {
    body.push(b',');
    write_text(body, name);
    body.push(b':');
    write_value(body, value);
}

fn write_text(body: &mut Vec<u8>, text: &str) {
    // writing JSON into memory cannot fail
    serde_json::to_writer(body, text).unwrap_or_default();
}

fn write_value(body: &mut Vec<u8>, value: &Value) {
    serde_json::to_writer(body, value).unwrap_or_default();
}

/// The resource of a stored version, as clients see it: `resourceType`, `id`, `meta` with
/// `versionId` and `lastUpdated` first, the rest in order.
///
/// # Errors
/// [`InvalidBody`] when the bytes are not what [`super::Resource::stored_body`] wrote.
pub fn present(
    body: &[u8],
    version: VersionId,
    last_updated: Instant,
) -> Result<Object, InvalidBody> {
    let bytes = present_bytes(body, version, last_updated)?;
    serde_json::from_slice(&bytes).map_err(|_| InvalidBody)
}

/// Like [`present`], as JSON text. Inserts the version without parsing the body.
///
/// # Errors
/// [`InvalidBody`] when the bytes do not start as [`super::Resource::stored_body`] starts them.
pub fn present_bytes(
    body: &[u8],
    version: VersionId,
    last_updated: Instant,
) -> Result<Vec<u8>, InvalidBody> {
    let (head, rest) = split_after_id(body).ok_or(InvalidBody)?;
    let stamp = format!("\"versionId\":\"{version}\",\"lastUpdated\":\"{last_updated}\"");
    let mut bytes = Vec::with_capacity(body.len() + stamp.len() + 16);
    bytes.extend_from_slice(head);
    bytes.extend_from_slice(b",\"meta\":{");
    bytes.extend_from_slice(stamp.as_bytes());
    if let Some(meta) = rest.strip_prefix(b",\"meta\":{") {
        // a stored meta is never empty, so a comma is due
        bytes.push(b',');
        bytes.extend_from_slice(meta);
    } else {
        bytes.push(b'}');
        bytes.extend_from_slice(rest);
    }
    Ok(bytes)
}

/// Splits `{"resourceType":"T","id":"i"` from what follows. Neither a type nor an id contains a
/// quote or an escape.
fn split_after_id(body: &[u8]) -> Option<(&[u8], &[u8])> {
    let after_type = skip_string(body.strip_prefix(b"{\"resourceType\":")?)?;
    let rest = match after_type.strip_prefix(b",\"id\":") {
        Some(id) => skip_string(id)?,
        None => after_type,
    };
    let head = body.get(..body.len() - rest.len())?;
    matches!(rest.first(), Some(b',' | b'}')).then_some((head, rest))
}

fn skip_string(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_prefix(b"\"")?;
    let end = text.iter().position(|byte| *byte == b'"')?;
    text.get(end + 1..)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{InvalidBody, present, present_bytes};
    use crate::instant::Instant;
    use crate::resource::Resource;
    use crate::version::VersionId;

    const TIME: &str = "2026-04-16T11:26:48.316+00:00";

    fn resource(value: Value) -> Resource {
        Resource::from_value(value).unwrap()
    }

    #[test]
    fn a_stored_body_has_no_version() {
        for (value, expected) in [
            (
                json!({"name": "A", "meta": {"versionId": "3", "lastUpdated": TIME}, "id": "1",
                    "resourceType": "Organization"}),
                r#"{"resourceType":"Organization","id":"1","name":"A"}"#,
            ),
            (
                json!({"resourceType": "Organization", "meta": {"versionId": "3", "source": "#1"}}),
                r##"{"resourceType":"Organization","meta":{"source":"#1"}}"##,
            ),
        ] {
            assert_eq!(
                String::from_utf8(resource(value).stored_body()).unwrap(),
                expected
            );
        }
    }

    #[test]
    fn a_presented_resource_carries_its_version_first() {
        let time: Instant = TIME.parse().unwrap();
        for (body, expected) in [
            (
                r#"{"resourceType":"Organization","id":"1","name":"\"meta\":{"}"#,
                r#"{"resourceType":"Organization","id":"1","meta":{"versionId":"2","lastUpdated":"2026-04-16T11:26:48.316+00:00"},"name":"\"meta\":{"}"#,
            ),
            (
                r##"{"resourceType":"Organization","id":"1","meta":{"source":"#1"}}"##,
                r##"{"resourceType":"Organization","id":"1","meta":{"versionId":"2","lastUpdated":"2026-04-16T11:26:48.316+00:00","source":"#1"}}"##,
            ),
            (
                r#"{"resourceType":"Organization"}"#,
                r#"{"resourceType":"Organization","meta":{"versionId":"2","lastUpdated":"2026-04-16T11:26:48.316+00:00"}}"#,
            ),
        ] {
            let bytes = present_bytes(body.as_bytes(), VersionId(2), time).unwrap();
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
            let object = present(body.as_bytes(), VersionId(2), time).unwrap();
            assert_eq!(Value::Object(object).to_string(), expected);
        }
    }

    #[test]
    fn a_presented_resource_is_stored_as_before() {
        let time: Instant = TIME.parse().unwrap();
        let value = json!({"resourceType": "Organization", "id": "1", "meta": {"source": "#1"},
            "name": "A"});
        let body = resource(value).stored_body();
        let presented = present(&body, VersionId(9), time).unwrap();
        assert_eq!(resource(Value::Object(presented)).stored_body(), body);
    }

    #[test]
    fn other_bytes_are_refused() {
        for body in [
            "",
            "{}",
            "[]",
            "{\"resourceType\":\"A\"",
            "{\"id\":\"1\",\"resourceType\":\"A\"}",
        ] {
            let time = Instant::from_millis(0);
            assert_eq!(
                present_bytes(body.as_bytes(), VersionId(1), time),
                Err(InvalidBody)
            );
        }
    }
}
