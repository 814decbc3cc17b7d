//! Full hierarchies (H12), a setting: a bundle has everything that is below a stored provider.
//!
//! | in the bundle | becomes of it |
//! | --- | --- |
//! | a provider | refused: it is stored |
//! | a unit below a stored unit that is not in the bundle | refused: the hierarchy is not whole |
//! | a new unit with a UUID | gets that id |
//! | nothing about a stored unit below the provider | the unit is inactive, and ends today |

use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::STANDARD};
use fhir::{
    bundle::{Bundle, BundleEntry, Method, Request},
    json::Object,
    outcome::{Issue, IssueType},
    resource::Resource,
};
use serde_json::{Value, json};

use super::{
    date,
    names::{ACTIVE, PERIOD},
    problem,
    profile::Role,
};
use crate::rules::{
    Answers, Question,
    element::{extensions, text},
    parent::Parent,
};

/// The ids that the entries of a bundle name in their URLs, whatever they do.
pub(super) fn named(bundle: &Bundle) -> BTreeSet<String> {
    let ids = bundle.entries.iter().filter_map(|entry| {
        let (_, id) = entry.request.url.rsplit_once("Organization/")?;
        Some(id.trim_end_matches('/').to_owned())
    });
    ids.collect()
}

/// Lets new units have the UUIDs that the client chose: they are put there, where nothing may be.
pub(super) fn honour_ids(bundle: &mut Bundle) {
    for entry in &mut bundle.entries {
        let id = entry.resource.as_ref().and_then(Resource::id);
        if let Some(id) = id.filter(|id| is_uuid(id))
            && entry.request.method == Method::Post
            && entry.request.url.trim_matches('/') == "Organization"
            && entry.request.if_none_exist.is_none()
        {
            entry.request.url = format!("Organization/{id}");
            entry.request.method = Method::Put;
            entry.request.if_none_match = Some("*".to_owned());
        }
    }
}

/// What has to be known beside the parents: what is below the stored providers, level by level.
pub(super) fn questions(parents: &[Parent], answers: &Answers) -> Vec<Question> {
    let mut above: Vec<String> = providers(parents, answers).into_iter().collect();
    let mut questions = Vec::new();
    let mut seen = BTreeSet::new();
    while let Some(id) = above.pop() {
        let question = parts_of(&id);
        if seen.insert(id) {
            let units = answers.to(&question).iter().filter_map(unit);
            above.extend(units.map(|(id, _)| id.to_owned()));
            questions.push(question);
        }
    }
    questions
}

/// Providers among the entries, and entries below a unit that is not among them.
pub(super) fn problems(bundle: &Bundle, parents: &[Parent], answers: &Answers) -> Vec<Issue> {
    let named = named(bundle);
    let problem = |entry: &BundleEntry, parent: &Parent| {
        let role = entry.resource.as_ref().map(Resource::object);
        if role.and_then(Role::of) == Some(Role::Organization) {
            let text = "a full hierarchy has the units of a stored provider, and not the provider";
            return Some(("HVO_PROVIDER_IN_BUNDLE", text));
        }
        let Parent::Outside(question) = parent else {
            return None;
        };
        let above = answers.to(question).first().and_then(unit)?;
        let text = "the unit above it is stored, and not in the bundle: a full hierarchy has \
                    every unit below the provider";
        (!named.contains(above.0)).then_some(("HVO_NOT_WHOLE", text))
    };
    let all = bundle.entries.iter().zip(parents);
    all.filter_map(|(entry, parent)| {
        let (symbol, text) = problem(entry, parent)?;
        let issue = problem::error(IssueType::BusinessRule, symbol, text);
        Some(issue.at(entry.path()))
    })
    .collect()
}

/// Entries that inactivate the stored units which the bundle does not name.
pub(super) fn absent(
    named: &BTreeSet<String>,
    parents: &[Parent],
    answers: &Answers,
    first_index: usize,
) -> Vec<BundleEntry> {
    let today = date::in_sweden(answers.now());
    let questions = questions(parents, answers);
    let stored = questions.iter().flat_map(|question| answers.to(question));
    let absent = stored
        .filter_map(unit)
        .filter(|(id, _)| !named.contains(*id));
    let patches = absent.filter_map(|(id, unit)| Some((id, inactivation(unit, &today)?)));
    let entries = patches.zip(first_index..).map(|((id, patch), index)| {
        let binary = json!({
            "resourceType": "Binary",
            "contentType": "application/json-patch+json",
            "data": STANDARD.encode(patch.to_string())
        });
        BundleEntry {
            index,
            full_url: None,
            resource: binary.as_object().cloned().and_then(Resource::from_stored),
            request: Request {
                method: Method::Patch,
                url: format!("Organization/{id}"),
                if_match: None,
                if_none_match: None,
                if_modified_since: None,
                if_none_exist: None,
            },
        }
    });
    entries.collect()
}

/// The patch that ends a unit; none when it has ended. Its tests hold it to the unit as it was read.
fn inactivation(unit: &Object, today: &str) -> Option<Value> {
    let mut patch = Vec::new();
    for (at, active) in extensions(unit, ACTIVE) {
        if active.get("valueBoolean") != Some(&false.into()) {
            patch.push(
                json!({"op": "test", "path": format!("/extension/{at}/url"), "value": ACTIVE}),
            );
            let place = format!("/extension/{at}/valueBoolean");
            patch.push(json!({"op": "add", "path": place, "value": false}));
        }
    }
    for (at, period) in extensions(unit, PERIOD) {
        let end = period.get("valuePeriod").and_then(Value::as_object);
        let end = end.and_then(|period| text(period, "end"));
        // dates as texts are in the order of time, as far as both go
        if end.is_none_or(|end| end > today) && period.contains_key("valuePeriod") {
            patch.push(
                json!({"op": "test", "path": format!("/extension/{at}/url"), "value": PERIOD}),
            );
            let place = format!("/extension/{at}/valuePeriod/end");
            patch.push(json!({"op": "add", "path": place, "value": today}));
        }
    }
    (!patch.is_empty()).then_some(Value::Array(patch))
}

/// The stored providers that entries are directly below.
fn providers(parents: &[Parent], answers: &Answers) -> BTreeSet<String> {
    let outside = parents.iter().filter_map(|parent| match parent {
        Parent::Outside(question) => answers.to(question).first(),
        _ => None,
    });
    let providers = outside.filter(|one| Role::of(one) == Some(Role::Organization));
    providers
        .filter_map(|one| text(one, "id"))
        .map(str::to_owned)
        .collect()
}

fn parts_of(id: &str) -> Question {
    Question::Referring {
        kind: "Organization".into(),
        parameter: "partof".into(),
        target: format!("Organization/{id}"),
    }
}

/// A stored unit, with its id.
fn unit(organization: &Object) -> Option<(&str, &Object)> {
    let id = text(organization, "id")?;
    (Role::of(organization) == Some(Role::Unit)).then_some((id, organization))
}

/// Whether a text is a UUID: `8-4-4-4-12` hexadecimal digits.
pub(super) fn is_uuid(text: &str) -> bool {
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    text.len() == 36
        && text.char_indices().all(|(at, c)| {
            if is_dash(at) {
                c == '-'
            } else {
                c.is_ascii_hexdigit()
            }
        })
}
