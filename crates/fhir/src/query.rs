//! The query part of a URL, as searches and conditional interactions use it.
//!
//! <http://hl7.org/fhir/R4/search.html#modifiers>, <http://hl7.org/fhir/R4/search.html#escaping>
//!
//! `name:exact=Eve&identifier=urn:oid:1.2%7C5` is two [`Parameter`]s. Decoding is lenient: a `%`
//! that is not followed by two hex digits stays, bytes that are not UTF-8 become U+FFFD.

/// One `name[:modifier]=value` of a query, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name before the first `:`.
    pub name: String,
    /// What follows the first `:`, e.g. `exact`, `missing`, `Patient.name`.
    pub modifier: Option<String>,
    /// The value; a `,` in it still separates alternatives, see [`alternatives`].
    pub value: String,
}

/// Reads a query without its `?`. Empty pieces (`a=1&&b=2`) are skipped.
pub fn parse(query: &str) -> Vec<Parameter> {
    query
        .split('&')
        .filter(|piece| !piece.is_empty())
        .map(parameter)
        .collect()
}

fn parameter(piece: &str) -> Parameter {
    let (key, value) = piece.split_once('=').unwrap_or((piece, ""));
    let key = decode(key);
    let (name, modifier) = match key.split_once(':') {
        Some((name, modifier)) => (name.to_owned(), Some(modifier.to_owned())),
        None => (key, None),
    };
    Parameter {
        name,
        modifier,
        value: decode(value),
    }
}

/// Decodes `%7C` and `+`.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let (byte, next) = match (first, hex_pair(after)) {
            (b'%', Some((byte, next))) => (byte, next),
            (b'+', _) => (b' ', after),
            _ => (first, after),
        };
        bytes.push(byte);
        rest = next;
    }
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Two hex digits at the start, and what follows them.
fn hex_pair(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], rest) = bytes.split_first_chunk::<2>()?;
    let digit = |byte: u8| {
        char::from(byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    Some((digit(high)? * 16 + digit(low)?, rest))
}

/// Splits a value at its commas, except at escaped ones: `a,b\,c` is `a` and `b\,c`. The
/// escapes stay; [`unescape`] removes them.
pub fn alternatives(value: &str) -> Vec<&str> {
    split_unescaped(value, ',')
}

/// Splits at a separator that no backslash precedes.
pub(crate) fn split_unescaped(text: &str, separator: char) -> Vec<&str> {
    let mut escaped = false;
    text.split(move |character| {
        let splits = character == separator && !escaped;
        escaped = character == '\\' && !escaped;
        splits
    })
    .collect()
}

/// Removes the backslashes before `,`, `|`, `$` and `\`.
pub fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escaped = characters.next_if(|next| character == '\\' && ",|$\\".contains(*next));
        plain.push(escaped.unwrap_or(character));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{Parameter, alternatives, decode, parse, unescape};

    fn parameter(name: &str, modifier: Option<&str>, value: &str) -> Parameter {
        Parameter {
            name: name.into(),
            modifier: modifier.map(Into::into),
            value: value.into(),
        }
    }

    #[test]
    fn a_query_is_a_list_of_parameters() {
        for (query, expected) in [
            ("", vec![]),
            ("name=peter", vec![parameter("name", None, "peter")]),
            (
                "a=b&c:mod=d%7Ce&&f",
                vec![
                    parameter("a", None, "b"),
                    parameter("c", Some("mod"), "d|e"),
                    parameter("f", None, ""),
                ],
            ),
            (
                "identifier=http:/example.org/fhir/ids|234234",
                vec![parameter(
                    "identifier",
                    None,
                    "http:/example.org/fhir/ids|234234",
                )],
            ),
            (
                "subject:Patient.name=Eve+Smith&a=b=c",
                vec![
                    parameter("subject", Some("Patient.name"), "Eve Smith"),
                    parameter("a", None, "b=c"),
                ],
            ),
        ] {
            assert_eq!(parse(query), expected, "{query}");
        }
    }

    #[test]
    fn decoding_never_fails() {
        for (text, expected) in [
            ("%C3%96sterg%c3%b6tland", "Östergötland"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("%ff", "\u{fffd}"),
            ("a%2Bb+c", "a+b c"),
        ] {
            assert_eq!(decode(text), expected);
        }
    }

    #[test]
    fn an_escaped_comma_does_not_separate() {
        assert_eq!(alternatives("a,b\\,c,\\\\,d"), ["a", "b\\,c", "\\\\", "d"]);
        assert_eq!(unescape("b\\,c\\|\\$\\\\\\x"), "b,c|$\\\\x");
    }
}
