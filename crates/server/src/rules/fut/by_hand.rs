//! What people may do to an organization through create, update and patch (O1, O2, O6). In a test
//! environment the role `$test-only-create` lifts O1 for creates.

use fhir::{json::Object, outcome::Issue};
use serde_json::Value;

use super::{
    message::Message,
    names::{CVR, CVR_LEGACY, RELATED_TO, SOR, SOURCE, SSL, STS_ORG, SYNCHRONIZATION},
    profile,
    source::{self, Source},
};
use crate::rules::{
    Cause, Change,
    element::{extensions, identifiers, objects, text},
};

/// Elements that belong to nobody in particular.
const FREE: [&str; 5] = ["resourceType", "id", "meta", "text", "contact"];

/// Judges a change that is not an import.
pub(super) fn review(change: &Change<'_>) -> Vec<Issue> {
    let Some(after) = change.after.as_ref().map(fhir::resource::Resource::object) else {
        return Vec::new();
    };
    let mut issues = profile::check(after, false);
    let stored = change.before.as_ref();
    let is_lifted = change.is_test && stored.is_none();
    if change.cause != Cause::Patch && !is_lifted {
        let is_manual =
            |organization| Source::of(organization).is_none_or(|source| source == Source::Manual);
        if !is_manual(after) || !stored.is_none_or(is_manual) {
            issues.push(
                Message::SourceMustBeManual
                    .issue()
                    .at("Organization.extension"),
            );
        }
    }
    if Source::of(after) == Some(Source::Manual) {
        issues.extend(manual(after));
    }
    if let Some(before) = stored {
        issues.extend(untouchable(before, after));
    }
    issues
}

/// O2: an organization that is kept by hand has a company number and a number of the platform's, and
/// none of the registers'.
fn manual(organization: &Object) -> Vec<Issue> {
    let has = |system| identifiers(organization, system).next().is_some();
    let mut issues = Vec::new();
    if !has(SSL) {
        issues.push(
            Message::MustBeSslWhenSourceManual
                .issue()
                .at("Organization.identifier"),
        );
    }
    if !has(CVR) && !has(CVR_LEGACY) {
        issues.push(
            Message::MustContainCvrForSourceManual
                .issue()
                .at("Organization.identifier"),
        );
    }
    let foreign = objects(organization, "identifier")
        .filter(|(_, one)| matches!(text(one, "system"), Some(SOR | STS_ORG)));
    issues.extend(foreign.map(|(at, _)| {
        let place = format!("Organization.identifier[{at}].system");
        Message::SystemNotAllowedForSourceManual.issue().at(place)
    }));
    issues
}

/// O6: identifiers, the place in the hierarchy, the source and the status are never changed by hand;
/// of an organization that is synchronized only contacts and relations are.
fn untouchable(before: &Object, after: &Object) -> Vec<Issue> {
    let refuse = |place: &str, why: &str| {
        let text = format!("{place} is not changed by hand{why}");
        Message::Validation(text)
            .issue()
            .at(format_args!("Organization.{place}"))
    };
    let mut issues = Vec::new();
    for name in ["identifier", "partOf"] {
        if before.get(name) != after.get(name) {
            issues.push(refuse(name, ""));
        }
    }
    for (url, name) in [
        (SOURCE, "source"),
        (SYNCHRONIZATION, "synchronizationStatus"),
    ] {
        let (old, new) = (extensions(before, url), extensions(after, url));
        if !old.map(|(_, one)| one).eq(new.map(|(_, one)| one)) {
            let text = format!("{name} is not changed by hand");
            issues.push(
                Message::Validation(text)
                    .issue()
                    .at("Organization.extension"),
            );
        }
    }
    if source::synchronization(before) != Some("EligibleForSynchronization") {
        return issues;
    }
    let why = ": the organization is synchronized";
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        let is_told = FREE.contains(&name.as_str())
            || matches!(name.as_str(), "identifier" | "partOf" | "extension");
        if !is_told && before.get(name) != after.get(name) {
            issues.push(refuse(name, why));
        }
    }
    if others(before) != others(after)
        && issues.iter().all(|issue| {
            !issue
                .expression
                .contains(&"Organization.extension".to_owned())
        })
    {
        issues.push(refuse("extension", why));
    }
    issues
}

/// The extensions that the register owns.
fn others(organization: &Object) -> Vec<&Value> {
    let all = organization.get("extension").and_then(Value::as_array);
    let all = all.into_iter().flatten();
    all.filter(|one| one.get("url").and_then(Value::as_str) != Some(RELATED_TO))
        .collect()
}
