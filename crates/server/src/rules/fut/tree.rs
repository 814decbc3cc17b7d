//! The trees of an import (I4): who is part of whom, inside the bundle and outside of it.

use std::collections::HashMap;

use fhir::{
    bundle::{Bundle, BundleEntry},
    identifier::TokenCriterion,
    outcome::Issue,
    query,
    reference::Reference,
};
use serde_json::Value;

use super::{
    message::Message,
    names::{SOR, STS_ORG},
    source,
};
use crate::rules::{Answers, Question, element::text, parent::Parent};

/// The entries of an import by the names that others call them.
pub(super) struct Tree<'a> {
    entries: &'a [BundleEntry],
    base_url: &'a str,
    by_url: HashMap<&'a str, usize>,
    by_identifier: HashMap<(&'static str, &'a str), usize>,
}

impl<'a> Tree<'a> {
    pub(super) fn new(bundle: &'a Bundle, base_url: &'a str) -> Self {
        let entries = &bundle.entries;
        let all = || entries.iter().enumerate();
        let urls = all().filter_map(|(at, entry)| Some((entry.full_url.as_deref()?, at)));
        let keys = all().filter_map(|(at, entry)| {
            let resource = entry.resource.as_ref()?;
            Some((source::import_key(resource.object())?, at))
        });
        Self {
            entries,
            base_url,
            by_url: urls.collect(),
            by_identifier: keys.collect(),
        }
    }

    /// What each entry is part of, in the order of the entries.
    pub(super) fn parents(&self) -> Vec<Parent> {
        self.entries
            .iter()
            .map(|entry| self.parent(entry))
            .collect()
    }

    fn parent(&self, entry: &BundleEntry) -> Parent {
        let resource = entry.resource.as_ref();
        let Some(part_of) = resource.and_then(|resource| resource.object().get("partOf")) else {
            return Parent::Nobody;
        };
        if let Some(text) = part_of.get("reference").and_then(Value::as_str) {
            return self.referenced(entry, text);
        }
        let identifier = part_of.get("identifier").and_then(Value::as_object);
        let named = identifier.and_then(|one| Some((text(one, "system")?, text(one, "value")?)));
        named.map_or(Parent::Unknown, |(system, value)| {
            self.identified(system, value)
        })
    }

    fn referenced(&self, entry: &BundleEntry, text: &str) -> Parent {
        if let Some(at) = self.by_url.get(text) {
            return Parent::Inside(*at);
        }
        let stored = |id: &str| {
            Parent::Outside(Question::Resource {
                kind: "Organization".into(),
                id: id.into(),
            })
        };
        match Reference::parse(text) {
            Reference::Relative(target) if target.kind == "Organization" => {
                let own = entry.full_url.as_deref().map(Reference::parse);
                let sibling = match own {
                    Some(Reference::Absolute { base, .. }) => {
                        let url = format!("{base}/Organization/{}", target.id);
                        self.by_url.get(url.as_str())
                    }
                    _ => None,
                };
                sibling.map_or_else(|| stored(target.id), |at| Parent::Inside(*at))
            }
            Reference::Absolute { base, target }
                if base == self.base_url && target.kind == "Organization" =>
            {
                stored(target.id)
            }
            Reference::Conditional {
                kind: "Organization",
                query,
            } => {
                let parameters = query::parse(query);
                let wanted = match parameters.as_slice() {
                    [one] if one.name == "identifier" => TokenCriterion::parse(&one.value),
                    _ => None,
                };
                match wanted {
                    Some(TokenCriterion::SystemAndValue { system, value }) => {
                        self.identified(&system, &value)
                    }
                    _ => Parent::Unknown,
                }
            }
            _ => Parent::Unknown,
        }
    }

    /// The organization with an identifier of a register; no other identifier is unique.
    fn identified(&self, system: &str, value: &str) -> Parent {
        let Some(system) = [SOR, STS_ORG].into_iter().find(|known| *known == system) else {
            return Parent::Unknown;
        };
        match self.by_identifier.get(&(system, value)) {
            Some(at) => Parent::Inside(*at),
            None => Parent::Outside(Question::Identifier {
                kind: "Organization".into(),
                system: system.into(),
                value: value.into(),
            }),
        }
    }

    /// What is wrong with the trees: cycles, and parents that are nowhere.
    pub(super) fn problems(&self, parents: &[Parent], answers: &Answers) -> Vec<(usize, Issue)> {
        let cyclic = cyclic(parents);
        let problems = self.entries.iter().zip(parents).zip(cyclic);
        problems
            .filter_map(|((entry, parent), is_cyclic)| {
                let what = match parent {
                    Parent::Inside(_) if is_cyclic => "it is part of itself, by way of others",
                    Parent::Outside(question) if answers.to(question).is_empty() => {
                        "it is part of an organization that is neither in the bundle nor stored"
                    }
                    Parent::Unknown => {
                        "it is part of something that is no entry of the bundle, and no organization \
                         of this server by its id or its register's identifier"
                    }
                    _ => return None,
                };
                let place = format!("{}.resource.partOf", entry.path());
                Some((entry.index, Message::Validation(what.into()).issue().at(place)))
            })
            .collect()
    }
}

/// Which of the entries are on a cycle.
fn cyclic(parents: &[Parent]) -> Vec<bool> {
    let mut cyclic = vec![false; parents.len()];
    // which walk came by here first, counted from 1
    let mut walks = vec![0; parents.len()];
    for start in 0..parents.len() {
        let mut at = start;
        while let Some(0) = walks.get(at) {
            if let Some(walk) = walks.get_mut(at) {
                *walk = start + 1;
            }
            match parents.get(at) {
                Some(Parent::Inside(next)) => at = *next,
                _ => break,
            }
        }
        // a walk that came back to itself: everything from there on is a cycle
        if walks.get(at) == Some(&(start + 1)) {
            for on_it in cycle(parents, at) {
                if let Some(flag) = cyclic.get_mut(on_it) {
                    *flag = true;
                }
            }
        }
    }
    cyclic
}

/// The walk upwards from a position until it comes back there; nothing when it ends elsewhere.
fn cycle(parents: &[Parent], start: usize) -> Vec<usize> {
    let mut walk = vec![start];
    let mut at = start;
    while let Some(Parent::Inside(next)) = parents.get(at) {
        if *next == start {
            return walk;
        }
        at = *next;
        walk.push(at);
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::{Parent, cyclic};

    #[test]
    fn i4_only_what_is_on_a_cycle_is_cyclic() {
        let inside = |at: usize| Parent::Inside(at);
        for (parents, expected) in [
            (vec![Parent::Nobody, inside(0), inside(1)], vec![false; 3]),
            (vec![inside(0)], vec![true]),
            (
                vec![inside(1), inside(0), inside(1)],
                vec![true, true, false],
            ),
            (
                vec![inside(1), inside(2), inside(3), inside(1)],
                vec![false, true, true, true],
            ),
            (vec![Parent::Unknown, inside(0)], vec![false; 2]),
        ] {
            assert_eq!(cyclic(&parents), expected, "{parents:?}");
        }
    }
}
