//! Who is part of whom in a bundle, and which entries count (H2-H4, H10).

use std::collections::HashMap;

use fhir::{
    bundle::{Bundle, BundleEntry, Method},
    outcome::{Issue, IssueType},
    reference::Reference,
    resource::Resource,
};
use serde_json::Value;

use super::{
    names::{HSA_ID, ORGANIZATION_NUMBER, PERSON_NUMBER},
    problem,
    profile::Role,
};
use crate::rules::{
    Answers, Question,
    element::{identifiers, text},
    parent::{self, Parent},
};

/// The organizations of a bundle by the names that others call them.
struct Hierarchy<'a> {
    entries: &'a [BundleEntry],
    base_url: &'a str,
    by_url: HashMap<&'a str, usize>,
    by_identifier: HashMap<(&'static str, &'a str), usize>,
}

impl<'a> Hierarchy<'a> {
    fn new(bundle: &'a Bundle, base_url: &'a str) -> Self {
        let (mut by_url, mut by_identifier) = (HashMap::new(), HashMap::new());
        for (at, entry) in bundle.entries.iter().enumerate() {
            if let Some(url) = &entry.full_url {
                by_url.insert(url.as_str(), at);
                // H2: clients leave the prefix out
                by_url.extend(url.strip_prefix("urn:uuid:").map(|short| (short, at)));
            }
            let Some(organization) = organization(entry) else {
                continue;
            };
            for system in [ORGANIZATION_NUMBER, PERSON_NUMBER, HSA_ID] {
                let values = identifiers(organization.object(), system);
                by_identifier.extend(values.map(|(_, value)| ((system, value), at)));
            }
        }
        Self {
            entries: &bundle.entries,
            base_url,
            by_url,
            by_identifier,
        }
    }

    fn parents(&self) -> Vec<Parent> {
        self.entries
            .iter()
            .map(|entry| self.parent(entry))
            .collect()
    }

    fn parent(&self, entry: &BundleEntry) -> Parent {
        let part_of = organization(entry).and_then(|one| one.object().get("partOf"));
        let Some(part_of) = part_of else {
            return Parent::Nobody;
        };
        if let Some(text) = part_of.get("reference").and_then(Value::as_str) {
            return self.referenced(text);
        }
        // H10
        let identifier = part_of.get("identifier").and_then(Value::as_object);
        let named = identifier.and_then(|one| Some((text(one, "system")?, text(one, "value")?)));
        let Some((system, value)) = named else {
            return Parent::Unknown;
        };
        let known = [ORGANIZATION_NUMBER, PERSON_NUMBER, HSA_ID];
        let inside = known
            .into_iter()
            .find(|known| *known == system)
            .and_then(|system| self.by_identifier.get(&(system, value)));
        inside.map_or_else(
            || {
                Parent::Outside(Question::Identifier {
                    kind: "Organization".into(),
                    system: system.into(),
                    value: value.into(),
                })
            },
            |at| Parent::Inside(*at),
        )
    }

    fn referenced(&self, text: &str) -> Parent {
        if let Some(at) = self.by_url.get(text) {
            return Parent::Inside(*at);
        }
        let stored = |id: &str| {
            // an entry that updates the organization stands for it
            let is_update = |entry: &BundleEntry| {
                entry.request.method == Method::Put
                    && organization(entry).and_then(Resource::id) == Some(id)
            };
            let inside = self.entries.iter().position(is_update);
            inside.map_or_else(
                || {
                    Parent::Outside(Question::Resource {
                        kind: "Organization".into(),
                        id: id.into(),
                    })
                },
                Parent::Inside,
            )
        };
        match Reference::parse(text) {
            Reference::Relative(target) if target.kind == "Organization" => stored(target.id),
            Reference::Absolute { base, target }
                if base == self.base_url && target.kind == "Organization" =>
            {
                stored(target.id)
            }
            _ => Parent::Unknown,
        }
    }
}

fn organization(entry: &BundleEntry) -> Option<&Resource> {
    let resource = entry.resource.as_ref();
    resource.filter(|resource| resource.resource_type() == "Organization")
}

/// What each entry is part of.
pub(super) fn parents(bundle: &Bundle, base_url: &str) -> Vec<Parent> {
    Hierarchy::new(bundle, base_url).parents()
}

/// Links the entries to their parents, and takes out those that have none (H4).
pub(super) fn settle(bundle: &mut Bundle, parents: &[Parent], answers: &Answers) -> Vec<Issue> {
    let issues = unknown_parents(bundle, parents, answers);
    parent::link(bundle, parents, name);
    let counts = counting(bundle, parents, answers);
    for (entry, _) in bundle
        .entries
        .iter()
        .zip(&counts)
        .filter(|(_, counts)| !**counts)
    {
        let text = "the entry was ignored: nothing links it to an organization at the top of a hierarchy, \
                    in the bundle or stored";
        let warning = problem::warning(IssueType::BusinessRule, "HVO_NOT_IN_HIERARCHY", text);
        bundle
            .warnings
            .push((entry.index, warning.at(entry.path())));
    }
    let mut counts = counts.into_iter();
    bundle.entries.retain(|_| counts.next().unwrap_or(true));
    issues
}

/// H10: an organization that is named by its number has to be there.
fn unknown_parents(bundle: &Bundle, parents: &[Parent], answers: &Answers) -> Vec<Issue> {
    let unknown = bundle
        .entries
        .iter()
        .zip(parents)
        .filter_map(|(entry, parent)| {
            let Parent::Outside(question @ Question::Identifier { system, value, .. }) = parent
            else {
                return None;
            };
            let found = answers.to(question).len();
            let text = match found {
                0 => format!("no organization has the identifier {system}|{value}"),
                1 => return None,
                _ => format!("{found} organizations have the identifier {system}|{value}"),
            };
            let issue = problem::error(IssueType::NotFound, "HVO_PARENT_NOT_FOUND", text);
            Some(issue.at(entry.path()))
        });
    unknown.collect()
}

/// What an entry is called: by its URL, or the id of what it updates.
fn name(entry: &BundleEntry) -> Option<String> {
    let id = organization(entry).and_then(Resource::id);
    let id = id.filter(|_| entry.request.method == Method::Put);
    let url = entry.full_url.clone();
    url.or_else(|| id.map(|id| format!("Organization/{id}")))
}

/// Which entries count: those from which a walk upwards ends at the top. What is no organization
/// always counts.
fn counting(bundle: &Bundle, parents: &[Parent], answers: &Answers) -> Vec<bool> {
    let is_top = |at: usize| {
        let role = bundle.entries.get(at).and_then(organization);
        match parents.get(at) {
            Some(Parent::Nobody) => {
                role.is_none_or(|one| Role::of(one.object()) == Some(Role::Organization))
            }
            // a number that nobody has is told as an error, not as an entry that does not count
            Some(Parent::Outside(Question::Identifier { .. })) => true,
            Some(Parent::Outside(question)) => !answers.to(question).is_empty(),
            _ => false,
        }
    };
    let counts = |mut at: usize| {
        for _ in 0..=parents.len() {
            match parents.get(at) {
                Some(Parent::Inside(next)) => at = *next,
                _ => return is_top(at),
            }
        }
        false
    };
    (0..parents.len()).map(counts).collect()
}
