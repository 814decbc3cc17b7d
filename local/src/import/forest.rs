//! Organizations, and who is part of whom.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::size::{MOST, Size};
use crate::failure::Failure;
use crate::load::{Piece, Place};

/// The registers whose identifiers a server matches organizations by.
const REGISTERS: [&str; 2] = [
    "urn:oid:1.2.208.176.1.1",
    "https://www.kombit.dk/sts/organisation",
];

/// An organization of a file.
#[derive(Debug)]
pub(super) struct Organization {
    /// Where it stands.
    pub(super) place: Place,
    /// What others call it.
    name: Option<String>,
    resource: Value,
    size: Size,
}

impl Organization {
    /// The resource as it is sent, part of this.
    pub(super) fn as_sent(&self, parent: Option<String>) -> Value {
        let mut resource = self.resource.clone();
        if let Some(members) = resource.as_object_mut() {
            members.remove("id");
            if let Some(meta) = members.get_mut("meta").and_then(Value::as_object_mut) {
                meta.remove("versionId");
                meta.remove("lastUpdated");
            }
            if let Some(parent) = parent {
                members.insert("partOf".to_owned(), json!({"reference": parent}));
            }
        }
        resource
    }

    fn reference(&self) -> Option<&str> {
        self.resource.pointer("/partOf/reference")?.as_str()
    }

    /// `Organization?identifier=<system>|<value>`
    fn criterion(&self) -> Option<String> {
        let identifiers = self.resource.get("identifier")?.as_array()?;
        identifiers.iter().find_map(|identifier| {
            let text = |name: &str| identifier.get(name).and_then(Value::as_str);
            let system = text("system").filter(|system| REGISTERS.contains(system))?;
            Some(format!(
                "Organization?identifier={system}|{}",
                text("value")?
            ))
        })
    }
}

/// All organizations, parents before their units, and each tree in one piece.
#[derive(Debug)]
pub(super) struct Forest {
    organizations: Vec<Organization>,
    parents: Vec<Option<usize>>,
    /// Places in `organizations`, a list for each tree.
    trees: Vec<Vec<usize>>,
}

impl Forest {
    /// Reads all of them.
    pub(super) fn of(
        pieces: impl Iterator<Item = Result<Piece, Failure>>,
    ) -> Result<Self, Failure> {
        let mut organizations = Vec::new();
        for piece in pieces {
            match piece? {
                Piece::Resource(place, resource) => {
                    let id = resource.get("id").and_then(Value::as_str);
                    let name = id.map(|id| format!("Organization/{id}"));
                    organizations.push(organization(place, name, resource)?);
                }
                Piece::Bundle(place, bundle) => {
                    let entries = bundle.get("entry").and_then(Value::as_array);
                    for entry in entries.into_iter().flatten() {
                        let url = entry.get("fullUrl").and_then(Value::as_str);
                        let resource = entry.get("resource").cloned().unwrap_or_default();
                        let name = url.map(str::to_owned);
                        organizations.push(organization(place.clone(), name, resource)?);
                    }
                }
            }
        }
        let names: HashMap<&str, usize> = organizations
            .iter()
            .enumerate()
            .filter_map(|(at, one)| Some((one.name.as_deref()?, at)))
            .collect();
        let parents: Vec<Option<usize>> = organizations
            .iter()
            .map(|one| names.get(one.reference()?).copied())
            .collect();
        let trees = trees(&parents);
        let reached: HashSet<usize> = trees.iter().flatten().copied().collect();
        let lost = organizations
            .iter()
            .enumerate()
            .find(|(at, _)| !reached.contains(at));
        if let Some((_, lost)) = lost {
            let place = &lost.place;
            return Err(Failure::usage(format!("{place} is part of itself")));
        }
        Ok(Self {
            organizations,
            parents,
            trees,
        })
    }

    /// The organization at a place that [`Self::calls`] gave.
    #[expect(
        clippy::indexing_slicing,
        reason = "places are those of the organizations"
    )]
    pub(super) fn at(&self, at: usize) -> &Organization {
        &self.organizations[at]
    }

    /// What it is part of, when that is one of these.
    pub(super) fn parent(&self, at: usize) -> Option<usize> {
        self.parents.get(at).copied().flatten()
    }

    /// The root of its tree.
    pub(super) fn root(&self, at: usize) -> usize {
        let parents = std::iter::successors(Some(at), |at| self.parent(*at));
        parents.last().unwrap_or(at)
    }

    /// What finds its parent once that is imported.
    pub(super) fn parent_criterion(&self, at: usize) -> Option<String> {
        self.at(self.parent(at)?).criterion()
    }

    /// What goes into each call: whole trees as long as they fit, at most so many organizations, and no more
    /// than a server takes. The calls of one list have a tree in common and follow each other; lists are
    /// independent.
    pub(super) fn calls(&self, organizations: usize) -> Vec<Vec<Vec<usize>>> {
        let most = Size {
            organizations,
            ..MOST
        };
        let mut lists: Vec<Vec<Vec<usize>>> = Vec::new();
        let (mut list, mut call, mut size) = (Vec::new(), Vec::new(), Size::default());
        for tree in &self.trees {
            let sizes = tree.iter().map(|at| self.at(*at).size);
            let whole = sizes.fold(size, Size::plus);
            if !call.is_empty() && !whole.fits(most) {
                list.push(std::mem::take(&mut call));
                lists.push(std::mem::take(&mut list));
                size = Size::default();
            }
            for at in tree {
                let with = size.plus(self.at(*at).size);
                if !call.is_empty() && !with.fits(most) {
                    list.push(std::mem::take(&mut call));
                    size = Size::default();
                }
                call.push(*at);
                size = size.plus(self.at(*at).size);
            }
        }
        list.extend(Some(call).filter(|call| !call.is_empty()));
        lists.extend(Some(list).filter(|list| !list.is_empty()));
        lists
    }
}

fn organization(
    place: Place,
    name: Option<String>,
    resource: Value,
) -> Result<Organization, Failure> {
    let kind = resource.get("resourceType").and_then(Value::as_str);
    if kind != Some("Organization") {
        return Err(Failure::usage(format!("{place} is not an Organization")));
    }
    Ok(Organization {
        place,
        name,
        size: Size::of(&resource),
        resource,
    })
}

/// The trees, each from its root on.
fn trees(parents: &[Option<usize>]) -> Vec<Vec<usize>> {
    let mut units: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut roots = Vec::new();
    for (at, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => units.entry(*parent).or_default().push(at),
            None => roots.push(at),
        }
    }
    let tree = |root| {
        let (mut tree, mut open) = (Vec::new(), vec![root]);
        while let Some(at) = open.pop() {
            tree.push(at);
            open.extend(units.get(&at).into_iter().flatten().rev());
        }
        tree
    };
    roots.into_iter().map(tree).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn forest(lines: &[(&str, Option<&str>)]) -> Result<Forest, Failure> {
        let pieces = lines.iter().zip(1..).map(|((id, parent), line)| {
            let file = Arc::new("a.ndjson".into());
            let mut resource = json!({"resourceType": "Organization", "id": id,
                "identifier": [{"system": REGISTERS[0], "value": id}]});
            if let Some(parent) = parent {
                resource["partOf"] = json!({"reference": format!("Organization/{parent}")});
            }
            Ok(Piece::Resource(Place { file, line }, resource))
        });
        Forest::of(pieces)
    }

    #[test]
    fn parents_go_first_and_trees_stay_whole_while_they_fit() {
        let lines = [
            ("unit", Some("region")),
            ("region", None),
            ("practice", None),
            ("ward", Some("unit")),
            ("stranger", Some("elsewhere")),
        ];
        let forest = forest(&lines).unwrap();
        assert_eq!(forest.calls(10), [[[1, 0, 3, 2, 4]]]);
        assert_eq!(forest.calls(3), [[vec![1, 0, 3]], [vec![2, 4]]]);
        let whole_tree_first = [vec![vec![1, 0], vec![3, 2]], vec![vec![4]]];
        assert_eq!(forest.calls(2), whole_tree_first);
        let criterion = "Organization?identifier=urn:oid:1.2.208.176.1.1|unit";
        assert_eq!(forest.parent_criterion(3).as_deref(), Some(criterion));
        assert_eq!(forest.parent_criterion(4), None);
    }

    #[test]
    fn a_call_is_no_larger_than_a_server_takes() {
        let large = |name: &str, value: Value| {
            let file = Arc::new("a.ndjson".into());
            let resource = json!({"resourceType": "Organization", "id": name, "alias": value});
            Ok(Piece::Resource(Place { file, line: 1 }, resource))
        };
        let long = || json!(["x".repeat(MOST.bytes * 2 / 3)]);
        let pieces = vec![
            large("a", long()),
            large("b", json!([])),
            large("c", long()),
        ];
        let forest = Forest::of(pieces.into_iter()).unwrap();
        assert_eq!(forest.calls(10), [[vec![0, 1]], [vec![2]]]);
        let many = || json!(vec![1; MOST.values * 2 / 3]);
        let pieces = vec![
            large("a", many()),
            large("b", json!([])),
            large("c", many()),
        ];
        let forest = Forest::of(pieces.into_iter()).unwrap();
        assert_eq!(forest.calls(10), [[vec![0, 1]], [vec![2]]]);
    }

    #[test]
    fn a_circle_is_refused_before_anything_is_sent() {
        let refused = forest(&[("a", Some("b")), ("b", Some("a")), ("c", None)]);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "a.ndjson:1 is part of itself"
        );
    }

    #[test]
    fn what_the_server_gives_is_not_sent() {
        let forest = forest(&[("a", None)]).unwrap();
        let sent = forest.at(0).as_sent(Some("urn:uuid:1".to_owned()));
        assert_eq!(sent.get("id"), None);
        assert_eq!(sent["partOf"]["reference"], "urn:uuid:1");
    }
}
