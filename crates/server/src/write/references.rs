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
    outcome::IssueType,
    reference::{Reference, Target},
    resource::Resource,
    rewrite::{self, Link, LinkKind},
};

use super::{
    identity::{Identified, place},
    look_up::Known,
};
use crate::{
    failure::{Failure, Kind},
    interaction::Context,
    write::{Action, Operation},
};

/// The bodies of all operations, with their links resolved and their ids set; none for a deletion.
///
/// # Errors
///
/// As [`unresolved`].
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
    let mut all_resolved = true;
    let mut bodies = Vec::with_capacity(operations.len());
    let mut failures = Vec::new();
    for (operation, one) in operations.iter().zip(identified) {
        let mut resource = match body(operation, one) {
            Ok(resource) => resource,
            Err(failure) => {
                failures.push(place(operation, failure));
                None
            }
        };
        if let Some(resource) = &mut resource {
            resource.set_id(&one.key.id);
            let resolved = links.rewrite(operation, resource.object_mut());
            if let (Action::Patch { .. }, false) = (&operation.action, resolved) {
                failures.extend(links.problems(operation, resource.object()));
            }
            all_resolved &= resolved;
        }
        bodies.push(resource);
    }
    if !all_resolved {
        let unresolved = unresolved(operations, known).into_iter();
        failures.extend(unresolved.map(|(_, failure)| failure));
    }
    Failure::together(failures).map_or(Ok(bodies), Err)
}

/// What an operation brings, or makes of what there is.
fn body(operation: &Operation, one: &Identified) -> Result<Option<Resource>, Failure> {
    match (&operation.action, &one.head) {
        (Action::Patch { patch, .. }, Some(head)) => patch.apply(head).map(Some),
        _ => Ok(operation.resource().cloned()),
    }
}

/// The references that name nothing, with their entries: 400 for a temporary id that no entry has and
/// for a conditional reference that is not supported or has no match, 412 for one with several.
pub(super) fn unresolved(operations: &[Operation], known: &Known) -> Vec<(Option<usize>, Failure)> {
    let full_urls = operations
        .iter()
        .filter_map(|operation| Some((operation.full_url.as_deref()?, String::new())))
        .collect();
    let links = Links {
        full_urls,
        known,
        base_url: "",
    };
    let mut failures = Vec::new();
    for operation in operations.iter().filter(|one| has_placeholders(one)) {
        if let Some(resource) = operation.resource() {
            let problems = links.problems(operation, resource.object()).into_iter();
            failures.extend(problems.map(|failure| (operation.entry, failure)));
        }
    }
    failures
}

/// Whether references may name what is only known by the request: in a bundle they may. A bundle that
/// is stored as a resource has names of its own, which are not ours.
pub(super) fn has_placeholders(operation: &Operation) -> bool {
    let kind = operation.resource().map(Resource::resource_type);
    operation.entry.is_some() && kind != Some("Bundle")
}

/// What the links of a bundle can mean.
struct Links<'a> {
    full_urls: BTreeMap<&'a str, String>,
    known: &'a Known,
    base_url: &'a str,
}

impl Links<'_> {
    /// Rewrites the links of a body, and tells whether each names something.
    fn rewrite(&self, operation: &Operation, body: &mut Object) -> bool {
        let has_placeholders = has_placeholders(operation);
        let mut all_resolved = true;
        rewrite::rewrite(body, &mut |link, text| {
            if let Some(target) = self.entry(operation, text) {
                return Some(target.to_owned());
            }
            if link != LinkKind::Reference {
                return None;
            }
            match Reference::parse(text) {
                Reference::Absolute { base, .. } if base == self.base_url => text
                    .strip_prefix(self.base_url)?
                    .strip_prefix('/')
                    .map(str::to_owned),
                Reference::Conditional { kind, query } if has_placeholders => {
                    let target = self.only_match(kind, query);
                    all_resolved &= target.is_ok();
                    target.ok()
                }
                Reference::Urn(_) if has_placeholders => {
                    all_resolved = false;
                    None
                }
                _ => None,
            }
        });
        all_resolved
    }

    /// Why references of a resource name nothing, with their places.
    fn problems(&self, operation: &Operation, resource: &Object) -> Vec<Failure> {
        let place = format!("{}.resource", operation.name("resource"));
        let links = rewrite::links(resource).into_iter();
        links
            .filter(|link| link.kind == LinkKind::Reference)
            .filter_map(|link| {
                let failure = self.problem(operation, &link)?;
                Some(failure.at(&link.path).at(&place))
            })
            .collect()
    }

    /// Why a reference names nothing, if it does (T14, T15).
    fn problem(&self, operation: &Operation, link: &Link) -> Option<Failure> {
        let text = match link.text.split_once('#') {
            Some((before, _)) if !before.contains('?') => before,
            _ => &link.text,
        };
        match Reference::parse(text) {
            _ if self.entry(operation, text).is_some() => None,
            Reference::Conditional { kind, query } => self.only_match(kind, query).err(),
            Reference::Urn(_) => {
                let (kind, element) = link.path.split_once('.').unwrap_or_default();
                let element = element.trim_end_matches(".reference");
                let text = format!(
                    "Unable to satisfy placeholder ID {text} found in element named '{element}' \
                     within resource of type: {kind}"
                );
                Some(Failure::new(Kind::Malformed, IssueType::NotFound, text))
            }
            _ => None,
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
        let criterion = match self.known.reference(kind, query) {
            Some(Ok(criterion)) => criterion,
            Some(Err(failure)) => {
                return Err(Failure {
                    kind: failure.kind,
                    issues: failure.issues.clone(),
                    source: None,
                });
            }
            None => {
                // a patch brought it: what it finds was not looked up
                let text = format!("the reference {kind}?{query} cannot be made by a patch");
                return Err(Failure::not_supported(text));
            }
        };
        let complaint = |what: &str| {
            format!(
                "Invalid match URL \"{}\" - {what} this search",
                criterion.text
            )
        };
        match self.known.matches(criterion) {
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
