//! Links between the entries of a bundle become links to resources.
//!
//! <http://hl7.org/fhir/R4/http.html#trules>: "the server SHALL replace all matching links in the
//! bundle, whether they are found in the resource ids, resource references, elements of type uri,
//! url, oid, uuid", and in the `href` and `src` of the narrative.
//!
//! | written | stored |
//! | --- | --- |
//! | the `fullUrl` of an entry | `Type/id` of its resource |
//! | `Patient/1` where `[the entry's base]/Patient/1` is a `fullUrl` | `Type/id` of its resource |
//! | `Organization?identifier=…` in a bundle | `Type/id` of the one match |
//! | `[our base]/Patient/1` | `Patient/1` |
//! | `urn:…` in a bundle that no entry has | refused |
//! | anything else | unchanged |

use std::collections::BTreeMap;

use fhir::{
    json::Object,
    outcome::{Issue, IssueType},
    reference::{Reference, Target},
    resource::Resource,
    rewrite::{self, LinkKind},
};

use super::{identity::Identified, look_up::Known};
use crate::{
    failure::{Failure, Kind},
    interaction::Context,
    write::{Criterion, Operation},
};

/// The bodies of all operations, with their links resolved and their ids set; none for a deletion.
///
/// # Errors
///
/// 400 for a temporary id that no entry has and for a conditional reference without a match, 412 for
/// one with several: all of them, with their entries.
pub(super) fn resolve(
    context: &Context,
    operations: &[Operation],
    identified: &[Identified],
    known: &Known,
) -> Result<Vec<Option<Resource>>, Failure> {
    let full_urls = operations
        .iter()
        .zip(identified)
        .filter_map(|(operation, one)| Some((operation.full_url.as_deref()?, one.key.to_string())))
        .collect();
    let links = Links {
        full_urls,
        known,
        base_url: &context.settings.base_url,
    };
    let mut failures = Vec::new();
    let mut bodies = Vec::with_capacity(operations.len());
    for (operation, one) in operations.iter().zip(identified) {
        let Some(resource) = operation.resource() else {
            bodies.push(None);
            continue;
        };
        let mut resource = resource.clone();
        resource.set_id(&one.key.id);
        if let Err(found) = links.rewrite(operation, resource.object_mut()) {
            failures.extend(found);
        }
        bodies.push(Some(resource));
    }
    Failure::together(failures).map_or(Ok(bodies), Err)
}

/// What the links of a bundle can mean.
struct Links<'a> {
    full_urls: BTreeMap<&'a str, String>,
    known: &'a Known,
    base_url: &'a str,
}

impl Links<'_> {
    fn rewrite(&self, operation: &Operation, body: &mut Object) -> Result<(), Vec<Failure>> {
        let kind = operation
            .resource()
            .map_or("", |resource| resource.resource_type())
            .to_owned();
        let mut failures = Vec::new();
        rewrite::rewrite(body, &mut |link, text| {
            if let Some(target) = self.entry(operation, text) {
                return Some(target.to_owned());
            }
            if link != LinkKind::Reference {
                return None;
            }
            match (Reference::parse(text), operation.entry) {
                (Reference::Absolute { base, .. }, _) if base == self.base_url => text
                    .strip_prefix(self.base_url)?
                    .strip_prefix('/')
                    .map(str::to_owned),
                (Reference::Conditional { kind, query }, Some(_)) => self
                    .only_match(kind, query)
                    .map_err(|failure| failures.push(failure.at(&operation.name("reference"))))
                    .ok(),
                (Reference::Urn(_), Some(_)) => {
                    let text = format!(
                        "Unable to satisfy placeholder ID {text} found in a reference within \
                         resource of type: {kind}"
                    );
                    let issue = Issue::error(IssueType::NotFound, text);
                    let issue = issue.at(operation.name("reference"));
                    failures.push(Failure::of(Kind::Malformed, issue));
                    None
                }
                _ => None,
            }
        });
        if failures.is_empty() {
            Ok(())
        } else {
            Err(failures)
        }
    }

    /// The resource of the entry that a link names by its `fullUrl`, whole or relative to the base of
    /// the linking entry's own `fullUrl` (T11, T12).
    fn entry(&self, operation: &Operation, text: &str) -> Option<&str> {
        if let Some(target) = self.full_urls.get(text) {
            return Some(target);
        }
        let Reference::Relative(Target {
            kind,
            id,
            version: None,
            ..
        }) = Reference::parse(text)
        else {
            return None;
        };
        let Reference::Absolute { base, .. } = Reference::parse(operation.full_url.as_deref()?)
        else {
            return None;
        };
        self.full_urls
            .get(format!("{base}/{kind}/{id}").as_str())
            .map(String::as_str)
    }

    fn only_match(&self, kind: &str, query: &str) -> Result<String, Failure> {
        let criterion = Criterion::parse(kind, query)?;
        let complaint = |what: &str| {
            format!(
                "Invalid match URL \"{}\" - {what} this search",
                criterion.text
            )
        };
        match self.known.matches(&criterion) {
            [head] => Ok(head.key.to_string()),
            [] => {
                let text = complaint("No resources match");
                Err(Failure::new(Kind::Malformed, IssueType::NotFound, text))
            }
            _ => Err(Failure::multiple_matches(complaint(
                "Multiple resources match",
            ))),
        }
    }
}
