//! Which media types are spoken: JSON, under the names that FHIR clients use.
//!
//! <http://hl7.org/fhir/R4/http.html#mime-type>
//!
//! | accepted | as |
//! | --- | --- |
//! | `application/fhir+json`, `application/json`, `application/json+fhir`, `text/json` | JSON |
//! | `*/*`, `application/*`, no header | JSON |
//! | `fhirVersion` absent or `4.0` | R4 |

use fhir::outcome::IssueType;

use crate::failure::{Failure, Kind};

/// The content type of every resource we send.
pub(super) const FHIR_JSON: &str = "application/fhir+json; charset=UTF-8";

const JSON_NAMES: [&str; 5] = [
    "application/fhir+json",
    "application/json",
    "application/json+fhir",
    "text/json",
    "json",
];

/// Checks that the client takes JSON, by `_format` or else by `Accept`.
///
/// # Errors
///
/// 406 when it takes only what we do not have.
pub(super) fn check_accept(asked: Option<&str>, is_format: bool) -> Result<(), Failure> {
    let asked = asked.unwrap_or("*/*");
    let takes_json = asked.split(',').any(|range| {
        let (name, parameters) = split(range);
        let any = !is_format && matches!(name.as_str(), "*/*" | "application/*" | "");
        (any || JSON_NAMES.contains(&name.as_str()))
            && is_r4(&parameters)
            && !parameters
                .iter()
                .any(|(name, value)| name == "q" && is_zero(value))
    });
    if takes_json {
        return Ok(());
    }
    let text = format!("\"{asked}\" is not offered; application/fhir+json of FHIR 4.0 is");
    Err(Failure::new(
        Kind::NotAcceptable,
        IssueType::NotSupported,
        text,
    ))
}

/// Whether the client takes lines of JSON.
pub(super) fn takes_lines(asked: Option<&str>) -> bool {
    asked.is_some_and(|asked| asked.to_ascii_lowercase().contains("ndjson"))
}

/// Whether the client takes plain text.
pub(super) fn takes_text(asked: Option<&str>) -> bool {
    let mut ranges = asked.unwrap_or_default().split(',').map(split);
    ranges.any(|(name, _)| name == "text/plain" || name == "text/*")
}

/// Checks that a body is JSON of R4.
///
/// # Errors
///
/// 415 when it is something else, or does not say.
pub(super) fn check_content_type(content_type: Option<&str>) -> Result<(), Failure> {
    let given = content_type.unwrap_or_default();
    let (name, parameters) = split(given);
    let utf8 = parameters
        .iter()
        .all(|(name, value)| name != "charset" || value.eq_ignore_ascii_case("utf-8"));
    if JSON_NAMES.contains(&name.as_str()) && name != "json" && is_r4(&parameters) && utf8 {
        return Ok(());
    }
    let text = format!("a body of type \"{given}\" is not supported; application/fhir+json is");
    Err(Failure::new(
        Kind::UnsupportedMedia,
        IssueType::NotSupported,
        text,
    ))
}

/// Whether a body is said to be of this type, whatever its parameters.
pub(super) fn is(content_type: Option<&str>, wanted: &str) -> bool {
    content_type.is_some_and(|given| split(given).0 == wanted)
}

/// A media type in lower case, with its parameters. In a query a `+` arrives as a space.
fn split(range: &str) -> (String, Vec<(String, String)>) {
    let mut parts = range.split(';');
    let name = parts
        .next()
        .unwrap_or_default()
        .trim()
        .replace(' ', "+")
        .to_ascii_lowercase();
    let parameters = parts.filter_map(|part| {
        let (name, value) = part.split_once('=')?;
        Some((
            name.trim().to_ascii_lowercase(),
            value.trim().trim_matches('"').to_owned(),
        ))
    });
    (name, parameters.collect())
}

fn is_r4(parameters: &[(String, String)]) -> bool {
    parameters
        .iter()
        .all(|(name, value)| name != "fhirversion" || matches!(value.as_str(), "4.0" | "4.0.1"))
}

fn is_zero(quality: &str) -> bool {
    quality.parse::<f32>().is_ok_and(|quality| quality <= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_accept_header_of_the_danish_clients_is_taken() {
        let accept = "application/fhir+json;q=1.0, application/json+fhir;q=0.9";
        assert!(check_accept(Some(accept), false).is_ok());
        assert!(check_accept(None, false).is_ok());
        assert!(check_accept(Some("*/*"), false).is_ok());
    }

    #[test]
    fn what_is_not_json_of_r4_is_not_acceptable() {
        for accept in [
            "application/fhir+xml",
            "text/html",
            "application/fhir+json;fhirVersion=5.0",
        ] {
            assert_eq!(
                check_accept(Some(accept), false).unwrap_err().kind,
                Kind::NotAcceptable
            );
        }
        assert!(check_accept(Some("application/fhir+json;q=0"), false).is_err());
    }

    #[test]
    fn the_format_parameter_names_one_format() {
        assert!(check_accept(Some("json"), true).is_ok());
        assert!(check_accept(Some("application/fhir json"), true).is_ok());
        assert!(check_accept(Some("xml"), true).is_err());
        assert!(check_accept(Some("*/*"), true).is_err());
    }

    #[test]
    fn a_body_must_say_that_it_is_json() {
        assert!(check_content_type(Some("application/fhir+json; charset=UTF-8")).is_ok());
        for other in [
            None,
            Some("text/plain"),
            Some("application/fhir+json; charset=latin1"),
        ] {
            assert_eq!(
                check_content_type(other).unwrap_err().kind,
                Kind::UnsupportedMedia
            );
        }
    }
}
