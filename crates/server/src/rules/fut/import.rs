//! The rules while `$import-organizations` runs. They take the place of the rules for changes by
//! hand: an import is how organizations come to be that are not kept by hand (I5).

use fhir::{
    bundle::{Bundle, BundleEntry, Method},
    outcome::Issue,
    resource::Resource,
};

use super::{
    Fut, merge,
    message::Message,
    names::SOR,
    profile, provenance,
    source::{self, Source},
    tree::Tree,
};
use crate::rules::{Answers, Author, Cause, Change, Question, RuleSet, parent};

/// See the module head.
#[derive(Debug)]
pub(crate) struct Import;

impl RuleSet for Import {
    fn name(&self) -> &'static str {
        Fut.name()
    }

    fn questions(&self, bundle: &Bundle, answers: &Answers) -> Vec<Question> {
        parent::questions(Tree::new(bundle, answers.base_url()).parents())
    }

    fn receive(&self, bundle: &mut Bundle, answers: &Answers) -> Vec<Issue> {
        if bundle.entries.is_empty() {
            let text = "an import needs at least one tree of organizations";
            return vec![Message::Validation(text.into()).issue().at("Bundle.entry")];
        }
        let mut issues: Vec<(usize, Issue)> = Vec::new();
        for entry in &bundle.entries {
            let found = check_request(entry).into_iter().chain(check(entry));
            issues.extend(found.map(|issue| (entry.index, issue)));
        }
        let tree = Tree::new(bundle, answers.base_url());
        let parents = tree.parents();
        issues.extend(tree.problems(&parents, answers));
        parent::link(bundle, &parents, |entry| entry.full_url.clone());
        issues.sort_by_key(|(entry, _)| *entry);
        let (errors, warnings): (Vec<_>, Vec<_>) =
            issues.into_iter().partition(|(_, issue)| issue.is_error());
        bundle.warnings.extend(warnings);
        errors.into_iter().map(|(_, issue)| issue).collect()
    }

    fn review(&self, change: &mut Change<'_>) -> Vec<Issue> {
        let (Cause::Import, Some(after)) = (change.cause, &mut change.after) else {
            return Vec::new();
        };
        let Some(source) = Source::of(after.object()) else {
            return Vec::new();
        };
        let Some(before) = &change.before else {
            merge::stamp(after.object_mut(), source);
            return Vec::new();
        };
        // I8
        if source::code(before) != Some(source.code()) {
            let stored = source::code(before).unwrap_or("none");
            let text = format!(
                "{}/{} has the source {stored}, and the import brings {}",
                change.kind,
                change.id,
                source.code()
            );
            return vec![
                Message::Validation(text)
                    .issue()
                    .at("Organization.extension"),
            ];
        }
        // I11
        if source::synchronization(before) == Some("NoLongerSynchronized") {
            let text = format!(
                "{}/{} is no longer synchronized, and was left as it is",
                change.kind, change.id
            );
            change.keep();
            return vec![Message::Validation(text).warning()];
        }
        let merged = merge::merge(before, after.object(), source);
        if merged == *before {
            change.keep();
        } else {
            *after.object_mut() = merged;
        }
        Vec::new()
    }

    fn record(&self, changes: &[&Change<'_>], author: &Author) -> Option<Resource> {
        provenance::provenance(changes, author)
    }

    fn duplicate(&self, kind: &str, token: &str, holder: &str) -> Option<Issue> {
        Fut.duplicate(kind, token, holder)
    }

    fn several(&self, token: &str, matches: usize) -> Option<Issue> {
        Some(Message::UnknownIdentifier(token.to_owned(), matches).issue())
    }
}

/// I3: every entry creates an organization that others can name, on no condition.
fn check_request(entry: &BundleEntry) -> Vec<Issue> {
    let request = &entry.request;
    let refuse = |what: String, place: &str| {
        let place = format!("{}.{place}", entry.path());
        Message::Validation(what).issue().at(place)
    };
    let mut issues = Vec::new();
    if request.method != Method::Post {
        let text = format!(
            "an import has only entries with POST, and this is {}",
            request.method
        );
        issues.push(refuse(text, "request.method"));
    }
    if request.url.trim_matches('/') != "Organization" {
        let text = format!(
            "an import has only entries for Organization, and this is for {}",
            request.url
        );
        issues.push(refuse(text, "request.url"));
    }
    for (name, value) in [
        ("ifMatch", &request.if_match),
        ("ifNoneMatch", &request.if_none_match),
        ("ifModifiedSince", &request.if_modified_since),
        ("ifNoneExist", &request.if_none_exist),
    ] {
        if value.is_some() {
            let text = format!("an import has no conditions, and this has {name}");
            issues.push(refuse(text, &format!("request.{name}")));
        }
    }
    if entry.full_url.is_none() {
        issues.push(refuse(
            "an entry of an import needs a fullUrl".into(),
            "fullUrl",
        ));
    }
    let kind = entry.resource.as_ref().map(Resource::resource_type);
    if kind.is_some_and(|kind| kind != "Organization") {
        let text = format!(
            "an import has only organizations, and this is {}",
            kind.unwrap_or_default()
        );
        issues.push(refuse(text, "resource"));
    }
    issues
}

/// I5, I7: the profile, a register as the source, and the register's identifier.
fn check(entry: &BundleEntry) -> Vec<Issue> {
    let resource = entry.resource.as_ref();
    let organization = resource.filter(|one| one.resource_type() == "Organization");
    let Some(organization) = organization.map(Resource::object) else {
        return Vec::new();
    };
    let mut issues = profile::check(organization, true);
    match Source::of(organization) {
        Some(Source::Manual) => {
            let text = "an import brings organizations of SOR and STS-ORG, and the source of this is manual";
            issues.push(
                Message::Validation(text.into())
                    .issue()
                    .at("Organization.extension"),
            );
        }
        Some(source) if source::import_key(organization).is_none() => {
            let name = entry.full_url.clone().unwrap_or_else(|| entry.path());
            let system = if source.system() == Some(SOR) {
                "SOR"
            } else {
                "STS-ORG"
            };
            issues.push(
                Message::MissingIdentifier(name, system)
                    .issue()
                    .at("Organization.identifier"),
            );
        }
        _ => {}
    }
    let place = format!("{}.resource", entry.path());
    issues
        .into_iter()
        .map(|issue| issue.within(&place))
        .collect()
}
