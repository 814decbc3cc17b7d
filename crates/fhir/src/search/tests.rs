//! Criteria, held against resources.

mod every_parameter;
mod forms;
mod organization;
mod range;
mod refused;

use serde_json::Value;

use crate::json::object;
use crate::outcome::Issue;
use crate::search::Criterion;
use crate::search_parameter::Set;

/// Reads `name:modifier=value`.
fn read(set: &Set, kind: &str, query: &str) -> Result<Criterion, Issue> {
    let (key, value) = query.split_once('=').unwrap();
    let (name, modifier) = match key.split_once(':') {
        Some((name, modifier)) => (name, Some(modifier)),
        None => (key, None),
    };
    Criterion::parse(set, kind, name, modifier, value)
}

fn criterion(kind: &str, query: &str) -> Criterion {
    read(&Set::default(), kind, query).unwrap_or_else(|issue| panic!("{query}: {issue:?}"))
}

/// Whether a resource is found by each of these queries.
fn check(resource: &Value, found: &[&str], not_found: &[&str]) {
    let kind = resource["resourceType"].as_str().unwrap();
    for (queries, expected) in [(found, true), (not_found, false)] {
        for query in queries {
            let matches = criterion(kind, query).matches(object(resource));
            assert_eq!(matches, expected, "{query}");
        }
    }
}
