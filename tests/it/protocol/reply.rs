//! A response, checked for what every response has.

use std::io::Read;

use bytes::Bytes;
use flate2::read::GzDecoder;
use http::{HeaderMap, Response};
use serde_json::Value;

/// Headers that a response may have.
const KNOWN: [&str; 32] = [
    "accept-ranges",
    "access-control-allow-headers",
    "access-control-allow-methods",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-max-age",
    "allow",
    "cache-control",
    "content-encoding",
    "content-length",
    "content-location",
    "content-range",
    "content-security-policy",
    "content-type",
    "etag",
    "expires",
    "idempotent-replayed",
    "last-modified",
    "location",
    "pragma",
    "referrer-policy",
    "retry-after",
    "server-timing",
    "strict-transport-security",
    "vary",
    "www-authenticate",
    "x-content-type-options",
    "x-correlation-id",
    "x-frame-options",
    "x-fyr-cost",
    "x-progress",
    "x-request-id",
];

/// Headers that every response has (G3).
const ALWAYS: [(&str, &str); 7] = [
    (
        "cache-control",
        "no-cache, no-store, max-age=0, must-revalidate",
    ),
    (
        "content-security-policy",
        "default-src 'none'; frame-ancestors 'none'; sandbox",
    ),
    ("pragma", "no-cache"),
    ("referrer-policy", "no-referrer"),
    ("strict-transport-security", "max-age=31536000"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// Media types that a body may have.
const MEDIA_TYPES: [&str; 4] = [
    "application/fhir+json; charset=UTF-8",
    "application/json",
    "application/fhir+ndjson",
    "text/plain; charset=UTF-8",
];

/// A response whose headers and body are what they must be.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// The body, decompressed.
    pub(super) text: String,
    /// The body as JSON; null when there is none.
    pub(super) json: Value,
    /// The body as it came.
    pub(super) bytes: Bytes,
}

impl Reply {
    pub(super) fn check(is_head: bool, response: Response<Bytes>) -> Self {
        let (parts, body) = response.into_parts();
        let is_part = parts.status == 206;
        let text = if is_part {
            String::from_utf8_lossy(&body).into_owned()
        } else {
            decompressed(&parts.headers, &body)
        };
        let is_lines = parts
            .headers
            .get("content-type")
            .is_some_and(|kind| kind == MEDIA_TYPES[2] || kind == MEDIA_TYPES[3]);
        let json = if text.is_empty() || is_lines {
            Value::Null
        } else {
            serde_json::from_str(&text).expect(&text)
        };
        let reply = Self {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text,
            json,
            bytes: body.clone(),
        };
        reply.check_headers();
        reply.check_body(is_head, body.len());
        if reply.status >= 400 && !is_head {
            check_outcome(&reply.json);
        }
        reply
    }

    fn check_headers(&self) {
        for name in self.headers.keys() {
            assert!(KNOWN.contains(&name.as_str()), "unexpected header {name}");
            let many = self.headers.get_all(name).iter().count();
            assert_eq!(many, 1, "{name} is sent {many} times");
        }
        for (name, value) in ALWAYS {
            assert_eq!(self.header(name), Some(value), "{name}");
        }
        // only the manifest of an export says when it is over
        let expires = self.header("expires").unwrap();
        let is_json = self.header("content-type") == Some(MEDIA_TYPES[1]);
        let is_manifest = is_json && self.json.get("grant_types_supported").is_none();
        assert_eq!(expires != "0", is_manifest, "{expires}");
        assert!(self.header("x-request-id").is_some_and(|id| !id.is_empty()));
        let has_challenge = self.header("www-authenticate").is_some();
        match self.status {
            401 => assert!(has_challenge),
            400 | 403 => {}
            _ => assert!(!has_challenge),
        }
        let is_405 = self.status == 405;
        assert_eq!(self.header("allow").is_some(), is_405, "{}", self.text);
        if let Some(etag) = self.header("etag") {
            assert!(etag.starts_with("W/\"") && etag.ends_with('"'), "{etag}");
            assert!(
                self.header("last-modified")
                    .is_some_and(|at| at.ends_with(" GMT"))
            );
        }
    }

    fn check_body(&self, is_head: bool, bytes: usize) {
        if bytes == 0 {
            assert!(
                is_head
                    || self
                        .header("content-type")
                        .is_none_or(|kind| kind == MEDIA_TYPES[2])
            );
            return;
        }
        assert!(!is_head, "HEAD has no body");
        let length = bytes.to_string();
        assert_eq!(self.header("content-length"), Some(length.as_str()));
        let media_type = self.header("content-type").unwrap();
        assert!(MEDIA_TYPES.contains(&media_type), "{media_type}");
        let is_failure = self.status >= 400;
        assert!(!is_failure || media_type == MEDIA_TYPES[0], "{media_type}");
    }

    /// A failure that the request itself explains wrote nothing. Others may have cost writes: what a
    /// commit needs is put down while it is verified, and taken back.
    pub(super) fn check_cost(&self) {
        let explained = [400, 401, 403, 404, 405, 406, 410, 415].contains(&self.status);
        if let (Some(cost), true) = (self.header("x-fyr-cost"), explained) {
            assert!(cost.contains("wru=0;"), "{} wrote: {cost}", self.status);
        }
    }

    /// The same reply, which must have this status.
    #[track_caller]
    pub(super) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The resource's id.
    pub(super) fn id(&self) -> &str {
        self.json["id"].as_str().expect(&self.text)
    }

    /// The storage response code of an `OperationOutcome` (E5).
    pub(super) fn code(&self) -> &str {
        storage_code(&self.json)
    }

    /// The issues' codes, in their order.
    pub(super) fn codes(&self) -> Vec<&str> {
        self.issues()
            .iter()
            .map(|issue| issue["code"].as_str().unwrap())
            .collect()
    }

    /// The issues' diagnostics, one a line.
    pub(super) fn diagnostics(&self) -> String {
        let texts = self
            .issues()
            .iter()
            .map(|issue| issue["diagnostics"].as_str().unwrap());
        texts.collect::<Vec<_>>().join("\n")
    }

    /// Where the issues are, in their order; empty for one that has no place.
    pub(super) fn places(&self) -> Vec<&str> {
        let places = self
            .issues()
            .iter()
            .map(|issue| issue["expression"][0].as_str());
        places.map(Option::unwrap_or_default).collect()
    }

    /// The entries that the issues are in, in their order.
    pub(super) fn entries_at_fault(&self) -> Vec<usize> {
        let number = |place: &str| {
            let rest = place.strip_prefix("Bundle.entry[").expect(&self.text);
            rest.split(']').next().unwrap().parse().unwrap()
        };
        self.places().into_iter().map(number).collect()
    }

    /// The response of an entry of a response bundle.
    pub(super) fn response(&self, entry: usize) -> &Value {
        let response = &self.json["entry"][entry]["response"];
        assert!(response.is_object(), "no entry {entry} in {}", self.text);
        response
    }

    /// The status line of an entry of a response bundle.
    pub(super) fn status_of(&self, entry: usize) -> &str {
        self.response(entry)["status"].as_str().unwrap()
    }

    /// The status lines of all entries of a response bundle.
    pub(super) fn statuses(&self) -> Vec<&str> {
        (0..self.len()).map(|entry| self.status_of(entry)).collect()
    }

    /// `Organization/1` of an entry that was written.
    pub(super) fn target(&self, entry: usize) -> &str {
        let location = self.response(entry)["location"].as_str().expect(&self.text);
        location.split("/_history/").next().unwrap()
    }

    /// How many entries a bundle has.
    pub(super) fn len(&self) -> usize {
        self.json["entry"].as_array().map_or(0, Vec::len)
    }

    fn issues(&self) -> &[Value] {
        self.json["issue"].as_array().expect(&self.text)
    }
}

/// The storage response code of an `OperationOutcome`.
pub(super) fn storage_code(outcome: &Value) -> &str {
    let code = &outcome["issue"][0]["details"]["coding"][0]["code"];
    code.as_str()
        .unwrap_or_else(|| panic!("no code in {outcome}"))
}

/// An `OperationOutcome` has issues, and each says how bad it is, what it is, and in words.
#[track_caller]
pub(super) fn check_outcome(outcome: &Value) {
    assert_eq!(outcome["resourceType"], "OperationOutcome", "{outcome}");
    let issues = outcome["issue"].as_array().unwrap();
    assert!(!issues.is_empty(), "no issue");
    for issue in issues {
        let severity = issue["severity"].as_str().unwrap();
        assert!(["error", "fatal"].contains(&severity), "{issue}");
        let says = |text: &Value| text.as_str().is_some_and(|text| !text.is_empty());
        assert!(says(&issue["code"]), "{issue}");
        // in words, of ours or of the code system
        let display = &issue["details"]["coding"][0]["display"];
        assert!(says(&issue["diagnostics"]) || says(display), "{issue}");
    }
}

fn decompressed(headers: &HeaderMap, body: &[u8]) -> String {
    let mut text = String::new();
    let mut plain = body;
    match headers.get("content-encoding") {
        // the answer to HEAD
        Some(_) if body.is_empty() => {}
        Some(encoding) => {
            assert_eq!(encoding, "gzip");
            GzDecoder::new(body).read_to_string(&mut text).unwrap();
        }
        None => {
            plain.read_to_string(&mut text).unwrap();
        }
    }
    text
}
