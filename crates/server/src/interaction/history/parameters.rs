//! The parameters of a history, each given once at most.

use fhir::{instant::Span, outcome::IssueType, query::Parameter};
use store::Millis;

use crate::failure::{Failure, Kind};

/// Versions in a page of a history.
const PAGE: usize = 100;

/// What the parameters ask for.
pub(super) struct Wanted<'a> {
    /// `_count`, within bounds.
    pub(super) limit: usize,
    /// `_since`
    pub(super) since: Option<Millis>,
    /// `_at`: its first and its last instant.
    pub(super) at: Option<(Millis, Millis)>,
    /// `_before`: the place where the page before ended.
    pub(super) before: Option<&'a str>,
}

/// Reads the parameters.
///
/// # Errors
///
/// 400 for parameters that are unknown, repeated, unreadable or contradict each other.
pub(super) fn wanted(parameters: &[Parameter]) -> Result<Wanted<'_>, Failure> {
    let mut wanted = Wanted {
        limit: PAGE,
        since: None,
        at: None,
        before: None,
    };
    let mut seen = Vec::new();
    for parameter in parameters {
        let (name, value) = (parameter.name.as_str(), parameter.value.as_str());
        if seen.contains(&name) {
            return Err(refuse(format!("{name} may be given once")));
        }
        seen.push(name);
        let span = || Span::parse(value).map_err(|_| unreadable(name, value));
        match name {
            "_count" => {
                let count: usize = value.parse().map_err(|_| unreadable(name, value))?;
                wanted.limit = count.clamp(1, PAGE);
            }
            "_before" => wanted.before = Some(value),
            "_since" => wanted.since = Some(Millis(span()?.start.millis())),
            "_at" => {
                let span = span()?;
                let (start, end) = (span.start.millis(), span.end.millis());
                wanted.at = Some((Millis(start), Millis(end - 1)));
            }
            "_format" | "_pretty" => {}
            _ => {
                return Err(refuse(format!(
                    "the parameter {name} is not supported here"
                )));
            }
        }
    }
    if wanted.since.is_some() && wanted.at.is_some() {
        return Err(refuse("_since and _at cannot be used together".to_owned()));
    }
    Ok(wanted)
}

/// 400: a value that a parameter cannot have.
pub(super) fn unreadable(name: &str, value: &str) -> Failure {
    refuse(format!("{name} cannot be \"{value}\""))
}

fn refuse(text: String) -> Failure {
    Failure::new(Kind::Malformed, IssueType::Value, text)
}
