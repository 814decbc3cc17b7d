//! JSON, read strictly.
//!
//! <http://hl7.org/fhir/R4/json.html>
//!
//! A value keeps what the client sent: the order of keys, and the digits of a number (`1.00`,
//! `0.0100000000000000000000001`; only an exponent gets one spelling, `1e+3`). Refused, with the
//! place, is what other parsers let pass and what would make two readers of the same bytes see
//! different resources:
//!
//! - a key twice in one object,
//! - more than [`MAX_DEPTH`] levels,
//! - a byte order mark, text that is not UTF-8, a lone surrogate (`\ud800`),
//! - control characters in strings other than `\t`, `\r`, `\n`,
//! - anything after the value.
//!
//! The parser is our own because no library refuses all of these and says where. It reads exactly
//! RFC 8259 minus the list above; a property test holds it against `serde_json`.

mod parser;
mod problem;
mod string;

use serde_json::{Map, Value};

use crate::outcome::Issue;

/// A JSON object with its keys in document order: a resource, a datatype, a bundle entry.
pub type Object = Map<String, Value>;

/// The deepest nesting of objects and arrays that is read. FHIR itself nests some 20 levels.
pub const MAX_DEPTH: usize = 64;

/// Objects, arrays, texts and other values in one text. A value takes some 100 bytes in memory,
/// whatever it takes in the text: six megabytes of `[],[],` would be two hundred.
pub const MAX_VALUES: usize = 500_000;

/// Keys of one object. FHIR's largest have some 60.
pub const MAX_KEYS: usize = 1_000;

/// Reads one JSON value.
///
/// # Errors
/// One fatal issue: `structure` for text that is not JSON or breaks a rule of this module,
/// `too-costly` for too deep nesting, too many values, or an object of too many keys. Its expression is the path of the innermost value that was
/// being read, e.g. `Bundle.entry[2].resource.name`; it starts with the root's `resourceType`
/// when that has been read before.
pub fn parse(text: &[u8]) -> Result<Value, Issue> {
    parser::parse(text)
}

/// A value that is written down as an object, for tests.
#[cfg(test)]
pub(crate) fn object(value: &Value) -> &Object {
    value.as_object().unwrap()
}

#[cfg(test)]
mod tests;
