//! `fyr registry`: a made-up registry of organizations, to try things out at real size.
//!
//! One organization a line, parents before their units:
//!
//! ```text
//! a region > its hospitals > their departments > their units         and practices by themselves
//! ```
//!
//! Each has an identifier of the Danish registry, a type, a name and its place in the hierarchy; most
//! have an address and telephone numbers. The same number of organizations and the same seed make
//! the same registry, byte by byte.

mod chance;
mod names;

use std::io::{self, BufWriter, Write};

use serde_json::{Value, json};

use crate::arguments::Registry;
use crate::failure::Failure;
use chance::Chance;

/// Units of one parent, about.
const UNITS: u64 = 12;
/// Levels below a region.
const DEPTH: usize = 3;
/// The first number of the registry.
const FIRST_NUMBER: u64 = 40_000_000_000;

/// Runs the command.
pub(crate) fn print(arguments: &Registry) -> Result<(), Failure> {
    let out = BufWriter::new(io::stdout().lock());
    match write(out, arguments) {
        // Whoever reads it has seen enough.
        Err(failure) if failure.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failure::unexpected),
    }
}

fn write(mut out: impl Write, arguments: &Registry) -> io::Result<()> {
    let mut chance = Chance::from(arguments.seed);
    // The way from a region to the parent of the next organization.
    let mut path: Vec<u64> = Vec::new();
    for number in 0..u64::from(arguments.organizations) {
        let parent = parent(&mut path, number, &mut chance);
        let organization = organization(number, parent, path.len(), &mut chance);
        writeln!(out, "{organization}")?;
        if path.len() < DEPTH {
            path.push(number);
        }
    }
    out.flush()
}

/// The parent of the next organization: the last one of some level, or none.
fn parent(path: &mut Vec<u64>, number: u64, chance: &mut Chance) -> Option<u64> {
    while !path.is_empty() && chance.below(UNITS) == 0 {
        path.pop();
    }
    // A practice by itself has no units.
    if number > 0 && path.is_empty() {
        return None;
    }
    path.last().copied()
}

fn organization(number: u64, parent: Option<u64>, level: usize, chance: &mut Chance) -> Value {
    let (kind, code) = names::KINDS.get(level).copied().unwrap_or(names::UNIT);
    let town = chance.one_of(&names::TOWNS);
    let (year, month) = (10 + chance.below(15), 1 + chance.below(9));
    let since = format!("20{year}-0{month}-01T00:00:00+01:00");
    let part_of = parent.map(|parent| json!({"reference": format!("Organization/{}", id(parent))}));
    let telecom = (chance.below(10) != 0).then(|| telecom(number, chance));
    let address = (chance.below(5) != 0).then(|| address(town, chance));
    let mut organization = json!({
        "resourceType": "Organization",
        "id": id(number),
        "meta": {"profile": [names::PROFILE]},
        "extension": [
            coded("source", "organization-source", "SOR"),
            coded("synchronizationStatus", "organization-synchronization-status", "NotSynchronized")
        ],
        "identifier": [{
            "use": "official", "system": "urn:oid:1.2.208.176.1.1",
            "value": (FIRST_NUMBER + number).to_string(), "period": {"start": since}
        }],
        "active": chance.below(50) != 0,
        "type": [{"coding": [{"system": names::TYPES, "code": code}]}],
        "name": name(kind, town, number, chance)
    });
    if let Some(members) = organization.as_object_mut() {
        let more = [
            ("telecom", telecom),
            ("address", address),
            ("partOf", part_of),
        ];
        for (name, value) in more {
            members.extend(value.map(|value| (name.to_owned(), value)));
        }
    }
    organization
}

fn id(number: u64) -> String {
    format!("sor-{}", FIRST_NUMBER + number)
}

fn coded(extension: &str, list: &str, code: &str) -> Value {
    let url = format!("{}-{extension}", names::PROFILE);
    let system = format!("http://ehealth.sundhed.dk/cs/{list}");
    let coding = json!([{"system": system, "code": code}]);
    json!({"url": url, "valueCodeableConcept": {"coding": coding}})
}

fn name(kind: &str, town: &str, number: u64, chance: &mut Chance) -> String {
    let field = chance.one_of(&names::FIELDS);
    match kind {
        "Region" => format!("Region {town} {number}"),
        "Hospital" => format!("{town} Sygehus {number}"),
        kind => format!("{field}, {kind} {number}, {town}"),
    }
}

fn telecom(number: u64, chance: &mut Chance) -> Value {
    let phone = 20_000_000 + chance.below(79_999_999);
    let mut telecom =
        vec![json!({"system": "phone", "value": format!("+45{phone}"), "use": "work"})];
    if chance.below(3) == 0 {
        let address = format!("post.{number}@rm.example");
        telecom.push(json!({"system": "email", "value": address}));
    }
    Value::Array(telecom)
}

fn address(town: &str, chance: &mut Chance) -> Value {
    let street = chance.one_of(&names::STREETS);
    json!([{
        "use": "work", "type": "physical", "country": "DK", "city": town,
        "line": [format!("{street} {}", 1 + chance.below(180))],
        "postalCode": (1000 + chance.below(8990)).to_string()
    }])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn registry(organizations: u32, seed: u64) -> String {
        let mut out = Vec::new();
        write(
            &mut out,
            &Registry {
                organizations,
                seed,
            },
        )
        .unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_registry_has_as_many_organizations_as_asked_for_and_parents_come_first() {
        let text = registry(2_000, 1);
        let mut seen = BTreeSet::new();
        let (mut roots, mut deepest) = (0, 0);
        for line in text.lines() {
            let one: Value = serde_json::from_str(line).unwrap();
            match one.pointer("/partOf/reference").and_then(Value::as_str) {
                None => roots += 1,
                Some(parent) => {
                    assert!(seen.contains(parent), "{parent} comes before its units");
                    deepest += 1;
                }
            }
            assert!(seen.insert(format!("Organization/{}", one["id"].as_str().unwrap())));
        }
        assert_eq!(seen.len(), 2_000);
        assert!(roots > 0 && deepest > 1_000, "{roots} {deepest}");
    }

    #[test]
    fn the_same_seed_makes_the_same_registry() {
        assert_eq!(registry(50, 7), registry(50, 7));
        assert_ne!(registry(50, 7), registry(50, 8));
    }
}
