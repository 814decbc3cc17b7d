//! What an export is asked for.
//!
//! | parameter | value |
//! | --- | --- |
//! | `_outputFormat` | `application/fhir+ndjson`, `application/ndjson`, `ndjson` |
//! | `_type` | types, separated by commas |
//! | `_since`, `_until` | instants: updated later than, earlier than |
//! | `_typeFilter`, `_typePostFetchFilterUrl` | `Organization?active=true`; several of a type: any of them |
//! | `_elements` | `name` or `Organization.name`, separated by commas |
//! | `_exportId` | a text that the files carry |
//!
//! Everything else is 400, unless the client prefers `handling=lenient`: then it is left out of
//! account, and the manifest has an error file that says so.

use std::collections::BTreeSet;

use fhir::{
    instant::Instant,
    outcome::{Issue, IssueType},
    resource,
    search_parameter::Set,
};

use super::Given;
use crate::{
    failure::Failure,
    job::export::{Filter, Wanted},
};

const FORMATS: [&str; 3] = ["application/fhir+ndjson", "application/ndjson", "ndjson"];
/// What the URL of any request may have.
const OF_EVERY_REQUEST: [&str; 2] = ["_format", "_pretty"];
/// The longest `_exportId`.
const MAX_LABEL: usize = 255;

/// Reads the parameters.
///
/// # Errors
///
/// 400 with all problems at once.
pub(super) fn wanted(given: &[Given], is_lenient: bool) -> Result<Wanted, Failure> {
    let mut reader = Reader::default();
    for one in given {
        reader.read(one);
    }
    reader.filters_are_of_types(given);
    if !reader.unsupported.is_empty() && !is_lenient {
        reader.issues.append(&mut reader.unsupported);
    }
    if !reader.issues.is_empty() {
        return Err(Failure::malformed(reader.issues));
    }
    Ok(Wanted {
        url: String::new(),
        at: 0,
        kinds: reader.kinds,
        since: reader.since,
        until: reader.until,
        filters: reader.filters,
        elements: reader.elements,
        label: reader.label,
        ignored: reader.unsupported,
    })
}

#[derive(Default)]
struct Reader {
    seen: Vec<String>,
    kinds: Option<BTreeSet<String>>,
    since: Option<i64>,
    until: Option<i64>,
    filters: Vec<Filter>,
    elements: Vec<String>,
    label: Option<String>,
    issues: Vec<Issue>,
    unsupported: Vec<Issue>,
}

impl Reader {
    fn read(&mut self, one: &Given) {
        let (name, value) = (one.name.as_str(), one.value.as_str());
        match name {
            "_outputFormat" => {
                self.once(one);
                // in a query, + is a space
                if !FORMATS.contains(&value.replace(' ', "+").as_str()) {
                    self.refuse(one, format!("{name} must be one of {}", FORMATS.join(", ")));
                }
            }
            "_type" => self.types(one),
            "_since" => {
                self.once(one);
                self.since = self.instant(one);
            }
            "_until" => {
                self.once(one);
                self.until = self.instant(one);
            }
            "_typeFilter" | "_typePostFetchFilterUrl" => {
                for filter in split_filters(value) {
                    self.filter(one, filter);
                }
            }
            "_elements" => {
                let elements = value
                    .split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty());
                self.elements.extend(elements.map(str::to_owned));
            }
            "_exportId" => {
                self.once(one);
                if value.chars().count() > MAX_LABEL {
                    self.refuse(one, format!("{name} may have {MAX_LABEL} characters"));
                }
                self.label = Some(value.to_owned());
            }
            name if OF_EVERY_REQUEST.contains(&name) => {}
            _ => {
                let text = format!("the parameter {name} is not supported by $export");
                let issue = Issue::error(IssueType::NotSupported, text);
                self.unsupported.push(issue.at(&one.place));
            }
        }
    }

    fn once(&mut self, one: &Given) {
        if self.seen.contains(&one.name) {
            self.refuse(one, format!("{} may be given once", one.name));
        }
        self.seen.push(one.name.clone());
    }

    fn types(&mut self, one: &Given) {
        for kind in one.value.split(',').map(str::trim) {
            if kind.is_empty() {
                continue;
            }
            if !resource::is_type(kind) {
                self.refuse(
                    one,
                    format!("there is no resource type \"{kind}\" in FHIR R4"),
                );
            } else if kind == "Binary" {
                self.refuse(one, "Binary is not exported".to_owned());
            } else {
                self.kinds.get_or_insert_default().insert(kind.to_owned());
            }
        }
    }

    fn instant(&mut self, one: &Given) -> Option<i64> {
        let instant = one.value.replace(' ', "+").parse::<Instant>();
        if let Ok(instant) = instant {
            return Some(instant.millis());
        }
        let text = format!(
            "{} must be an instant such as 2026-01-01T00:00:00Z, not \"{}\"",
            one.name, one.value
        );
        self.refuse(one, text);
        None
    }

    fn filter(&mut self, one: &Given, text: &str) {
        let (kind, query) = text.split_once('?').unwrap_or((text, ""));
        if !resource::is_type(kind) || query.is_empty() {
            let text = format!("\"{text}\" is not a filter such as Organization?active=true");
            return self.refuse(one, text);
        }
        let filter = Filter {
            kind: kind.to_owned(),
            query: query.to_owned(),
        };
        match filter.criteria(&Set::default()) {
            Ok(_) => self.filters.push(filter),
            Err(issues) => {
                let issues = issues.into_iter().map(|issue| issue.at(&one.place));
                self.issues.extend(issues);
            }
        }
    }

    fn filters_are_of_types(&mut self, given: &[Given]) {
        let Some(kinds) = self.kinds.clone() else {
            return;
        };
        let strange: Vec<String> = self
            .filters
            .iter()
            .filter(|filter| !kinds.contains(&filter.kind))
            .map(|filter| {
                format!(
                    "there is a filter for {}, which is not in _type",
                    filter.kind
                )
            })
            .collect();
        let one = given
            .iter()
            .find(|one| one.name.ends_with("ilter") || one.name.ends_with("Url"));
        for (text, one) in strange.into_iter().zip(std::iter::repeat(one)) {
            if let Some(one) = one {
                self.refuse(one, text);
            }
        }
    }

    fn refuse(&mut self, one: &Given, text: String) {
        self.issues
            .push(Issue::error(IssueType::Value, text).at(&one.place));
    }
}

/// Filters separated by commas: each begins with a type and `?`, and may have commas of its own.
fn split_filters(text: &str) -> Vec<&str> {
    let begins_one = |rest: &str| {
        let kind = rest.split_once('?').map_or("", |(kind, _)| kind);
        !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphabetic())
    };
    let mut filters = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(',') {
        if text.get(at + 1..).is_some_and(begins_one) {
            filters.extend(text.get(start..at));
            start = at + 1;
        }
    }
    filters.extend(text.get(start..));
    filters
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> Given {
        Given {
            name: name.to_owned(),
            value: value.to_owned(),
            place: name.to_owned(),
        }
    }

    #[test]
    fn filters_are_separated_by_commas_and_may_have_some() {
        for (text, filters) in [
            ("Organization?name=a", vec!["Organization?name=a"]),
            ("Organization?name=a,b", vec!["Organization?name=a,b"]),
            (
                "Organization?name=a,b,Patient?active=true",
                vec!["Organization?name=a,b", "Patient?active=true"],
            ),
            ("nonsense", vec!["nonsense"]),
        ] {
            assert_eq!(split_filters(text), filters, "{text}");
        }
    }

    #[test]
    fn what_is_asked_for_is_read() {
        let given = [
            one("_type", "Organization,Patient"),
            one("_type", "Practitioner"),
            one("_since", "2026-01-01T00:00:00 00:00"),
            one("_outputFormat", "application/fhir ndjson"),
            one("_elements", "Organization.name, identifier"),
        ];
        let wanted = wanted(&given, false).unwrap();
        let kinds: Vec<String> = wanted.kinds.unwrap().into_iter().collect();
        assert_eq!(kinds, ["Organization", "Patient", "Practitioner"]);
        assert_eq!(wanted.since, Some(1_767_225_600_000));
        assert_eq!(wanted.elements, ["Organization.name", "identifier"]);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let given = [
            one("_type", "Organisation"),
            one("_type", "Binary"),
            one("_since", "yesterday"),
            one("_outputFormat", "csv"),
            one("_typeFilter", "Organization"),
            one("patient", "Patient/1"),
        ];
        let failure = wanted(&given, false).unwrap_err();
        assert_eq!(failure.issues.len(), 6, "{:?}", failure.issues);
        let failure = wanted(&given, true).unwrap_err();
        assert_eq!(failure.issues.len(), 5, "{:?}", failure.issues);
    }

    #[test]
    fn what_is_not_supported_is_left_out_of_account_when_the_client_is_lenient() {
        let given = [one("patient", "Patient/1")];
        assert!(wanted(&given, false).is_err());
        assert_eq!(wanted(&given, true).unwrap().ignored.len(), 1);
    }
}
