//! A register that is larger than one import: bundles of a limited size, tree by tree (I16).
//!
//! This is for clients; it is here because it has to name parents the way that an import finds them. A
//! tree stays in one bundle when it fits. One that does not is cut so that every organization is in the
//! same bundle as the one it is part of, or in a later one, which names it by its register's identifier.

use std::collections::{BTreeMap, HashMap};

use fhir::json::Object;
use serde_json::{Value, json};

use super::source;
use crate::rules::element::text;

/// One request of an import.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// The body: a transaction with these organizations.
    pub bundle: Value,
    /// Their positions in the register, in the order of the entries.
    pub organizations: Vec<usize>,
    /// The part that must be done before, counted from 0: it has the parents.
    pub after: Option<usize>,
}

/// An organization that no import can take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("organization {at}: {why}")]
pub struct Unsplittable {
    /// Its position in the register.
    pub at: usize,
    /// Why not.
    pub why: &'static str,
}

/// Splits a register into requests of at most `limit` organizations.
///
/// An organization may name its parent by `Organization/[id]`, when the parent has that id in the
/// register, or by identifier. A parent that is not in the register is left as it is: it has to be
/// stored already.
///
/// # Errors
///
/// Every organization without the identifier of its source, with one that another has, and every one
/// that is below itself.
pub fn split(organizations: &[Object], limit: usize) -> Result<Vec<Part>, Vec<Unsplittable>> {
    let register = Register::new(organizations)?;
    let mut parts: Vec<Vec<usize>> = vec![Vec::new()];
    let mut after = BTreeMap::new();
    let limit = limit.max(1);
    for root in register.roots() {
        let tree = register.tree(root);
        let room = limit - parts.last().map_or(0, Vec::len).min(limit);
        if tree.len() > room && parts.last().is_some_and(|part| !part.is_empty()) {
            parts.push(Vec::new());
        }
        for (n, piece) in tree.chunks(limit).enumerate() {
            if n > 0 {
                after.insert(parts.len(), parts.len() - 1);
                parts.push(Vec::new());
            }
            if let Some(part) = parts.last_mut() {
                part.extend(piece);
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    let all = parts.into_iter().enumerate();
    let part = |(n, organizations): (usize, Vec<usize>)| Part {
        bundle: register.bundle(&organizations),
        organizations,
        after: after.get(&n).copied(),
    };
    Ok(all.map(part).collect())
}

/// The organizations, and who is part of whom.
struct Register<'a> {
    organizations: &'a [Object],
    /// The identifier of each, as system and value.
    keys: Vec<(&'static str, &'a str)>,
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
}

impl<'a> Register<'a> {
    fn new(organizations: &'a [Object]) -> Result<Self, Vec<Unsplittable>> {
        let mut problems = Vec::new();
        let mut keys = Vec::with_capacity(organizations.len());
        let (mut by_key, mut by_id) = (HashMap::new(), HashMap::new());
        for (at, organization) in organizations.iter().enumerate() {
            let Some(key) = source::import_key(organization) else {
                let why = "it has no identifier of its source, SOR or STS-ORG";
                problems.push(Unsplittable { at, why });
                continue;
            };
            if by_key.insert(key, at).is_some() {
                let why = "another organization before it has its identifier";
                problems.push(Unsplittable { at, why });
            }
            by_id.extend(text(organization, "id").map(|id| (id, at)));
            keys.push(key);
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let parent = |organization: &Object| {
            let part_of = organization.get("partOf")?.as_object()?;
            if let Some(reference) = text(part_of, "reference") {
                return by_id.get(reference.strip_prefix("Organization/")?).copied();
            }
            let identifier = part_of.get("identifier")?.as_object()?;
            by_key
                .get(&(text(identifier, "system")?, text(identifier, "value")?))
                .copied()
        };
        let parents: Vec<Option<usize>> = organizations.iter().map(parent).collect();
        let mut children = vec![Vec::new(); organizations.len()];
        for (at, parent) in parents.iter().enumerate() {
            if let Some(siblings) = parent.and_then(|parent| children.get_mut(parent)) {
                siblings.push(at);
            }
        }
        let register = Self {
            organizations,
            keys,
            parents,
            children,
        };
        let below = register.below_themselves();
        if below.is_empty() {
            Ok(register)
        } else {
            Err(below)
        }
    }

    fn roots(&self) -> impl Iterator<Item = usize> {
        let all = self.parents.iter().enumerate();
        all.filter(|(_, parent)| parent.is_none()).map(|(at, _)| at)
    }

    /// Everything in a tree, each before what is part of it.
    fn tree(&self, root: usize) -> Vec<usize> {
        let mut tree = Vec::new();
        let mut next = vec![root];
        while let Some(at) = next.pop() {
            tree.push(at);
            next.extend(self.children.get(at).into_iter().flatten().rev());
        }
        tree
    }

    /// What no root leads to.
    fn below_themselves(&self) -> Vec<Unsplittable> {
        let mut reached = vec![false; self.organizations.len()];
        for at in self.roots().flat_map(|root| self.tree(root)) {
            if let Some(flag) = reached.get_mut(at) {
                *flag = true;
            }
        }
        let why = "it is part of itself, by way of others";
        let unreached = reached.iter().enumerate().filter(|(_, reached)| !**reached);
        unreached.map(|(at, _)| Unsplittable { at, why }).collect()
    }

    fn bundle(&self, part: &[usize]) -> Value {
        let places: HashMap<usize, usize> = part.iter().copied().zip(0..).collect();
        let entries: Vec<Value> = part
            .iter()
            .filter_map(|at| {
                let mut organization = self.organizations.get(*at)?.clone();
                organization.shift_remove("id");
                if let Some(parent) = self.parents.get(*at).copied().flatten() {
                    organization.insert("partOf".into(), self.name_of(parent, &places)?);
                }
                Some(json!({
                    "fullUrl": full_url(*places.get(at)?),
                    "resource": organization,
                    "request": {"method": "POST", "url": "Organization"}
                }))
            })
            .collect();
        json!({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    }

    /// How a child names its parent: by its entry, or by its identifier when it is in a part before.
    fn name_of(&self, parent: usize, places: &HashMap<usize, usize>) -> Option<Value> {
        if let Some(place) = places.get(&parent) {
            return Some(json!({"reference": full_url(*place)}));
        }
        let (system, value) = self.keys.get(parent)?;
        Some(json!({"identifier": {"system": system, "value": value}}))
    }
}

fn full_url(place: usize) -> String {
    format!("urn:uuid:00000000-0000-4000-8000-{place:012x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An organization of SOR; a parent is named by its number, or by id when it begins with `#`.
    fn organization(number: usize, parent: Option<&str>) -> Object {
        let mut organization = json!({
            "resourceType": "Organization",
            "id": format!("id{number}"),
            "extension": [{
                "url": "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization-source",
                "valueCodeableConcept": {"coding": [
                    {"system": "http://ehealth.sundhed.dk/cs/organization-source", "code": "SOR"}
                ]}
            }],
            "identifier": [{"system": "urn:oid:1.2.208.176.1.1", "value": number.to_string()}]
        });
        match parent.map(|parent| (parent.strip_prefix('#'), parent)) {
            Some((Some(id), _)) => {
                organization["partOf"] = json!({"reference": format!("Organization/id{id}")});
            }
            Some((None, number)) => {
                let identifier = json!({"system": "urn:oid:1.2.208.176.1.1", "value": number});
                organization["partOf"] = json!({"identifier": identifier});
            }
            None => {}
        }
        organization.as_object().unwrap().clone()
    }

    fn plan(organizations: &[Object], limit: usize) -> Vec<(Vec<usize>, Option<usize>)> {
        let parts = split(organizations, limit).unwrap();
        parts
            .into_iter()
            .map(|part| (part.organizations, part.after))
            .collect()
    }

    #[test]
    fn i16_trees_stay_whole_when_they_fit() {
        let register = [
            organization(0, None),
            organization(1, Some("0")),
            organization(2, None),
            organization(3, Some("#2")),
            organization(4, Some("3")),
            organization(5, None),
        ];
        assert_eq!(
            plan(&register, 3),
            [(vec![0, 1], None), (vec![2, 3, 4], None), (vec![5], None)]
        );
        assert_eq!(plan(&register, 6), [(vec![0, 1, 2, 3, 4, 5], None)]);
        assert_eq!(plan(&[], 6), []);
    }

    #[test]
    fn i16_a_tree_that_does_not_fit_is_cut_with_parents_first() {
        let register: Vec<Object> = (0..7_usize)
            .map(|n| organization(n, (n > 0).then(|| ((n - 1) / 2).to_string()).as_deref()))
            .collect();
        let parts = split(&register, 3).unwrap();
        let mut done = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            assert_eq!(part.after, n.checked_sub(1));
            assert!(part.organizations.len() <= 3);
            for at in &part.organizations {
                assert!(
                    *at == 0 || done.contains(&((at - 1) / 2)),
                    "{at} before its parent"
                );
                done.push(*at);
            }
        }
        assert_eq!(done.len(), 7);
        // a child in a later part names its parent by number
        let child = &parts[1].bundle["entry"][0]["resource"];
        assert!(
            child["partOf"]["identifier"]["value"].is_string(),
            "{child}"
        );
        let first = &parts[0].bundle["entry"][1];
        assert_eq!(
            first["resource"]["partOf"]["reference"],
            parts[0].bundle["entry"][0]["fullUrl"]
        );
        assert_eq!(first["resource"].get("id"), None);
    }

    #[test]
    fn i16_what_no_import_can_take_is_named() {
        let mut nameless = organization(2, None);
        nameless.shift_remove("identifier");
        let wrong = [organization(0, None), organization(0, None), nameless];
        let found: Vec<usize> = split(&wrong, 9)
            .unwrap_err()
            .iter()
            .map(|one| one.at)
            .collect();
        assert_eq!(found, [1, 2]);
        let circle = [
            organization(0, Some("1")),
            organization(1, Some("0")),
            organization(2, None),
        ];
        let found: Vec<usize> = split(&circle, 9)
            .unwrap_err()
            .iter()
            .map(|one| one.at)
            .collect();
        assert_eq!(found, [0, 1]);
    }

    #[test]
    fn i16_a_parent_outside_of_the_register_is_left_as_it_is() {
        let register = [organization(1, Some("99"))];
        let bundle = &split(&register, 9).unwrap()[0].bundle;
        let part_of = &bundle["entry"][0]["resource"]["partOf"];
        assert_eq!(part_of["identifier"]["value"], "99");
    }
}
