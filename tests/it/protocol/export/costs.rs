//! What exports cost: golden figures, of a registry of some thousands.

use serde_json::Value;

use super::super::{
    entries::{organization_at, put},
    fyr::Fyr,
};
use super::client::{Exported, export};
use crate::serve::run;

/// More than one step does; the more there are, the less the last page of each segment counts.
const ORGANIZATIONS: u32 = 4_000;
/// Changes of an export since the one before.
const CHANGES: usize = 20;
/// Read units for each resource, at most: a head of this registry takes some 280 bytes, and a unit is
/// 4 KB of them. Nothing is read twice.
const MOST: f64 = 0.075;
/// Read units of an export of the changes: one each, one for each of the month's eight partitions, and
/// one for the list of months.
const MOST_FOR_CHANGES: f64 = 20.0 + 8.0 + 1.0;

/// A server with a registry as `fyr registry` makes it.
fn registry() -> Fyr {
    let fyr = Fyr::with(|settings| settings.export.file_lines = 1_500);
    let (code, lines, said) = run(&["registry", "--organizations", &ORGANIZATIONS.to_string()]);
    assert_eq!(code, Some(0), "{said}");
    let resources: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for part in resources.chunks(1_000) {
        let entries: Vec<Value> = part
            .iter()
            .map(|resource| {
                put(
                    &format!("Organization/{}", resource["id"].as_str().unwrap()),
                    resource,
                )
            })
            .collect();
        fyr.transaction(&entries).expect(200);
    }
    fyr.advance(60_000);
    fyr
}

/// An export, and the read units of its work.
fn cost(fyr: &Fyr, query: &str) -> (Exported, f64) {
    let exported = export(fyr, query);
    let units = &exported.manifest["extension"]["urn:fyr:cost"]["rru"];
    let units = units.as_f64().unwrap();
    (exported, units)
}

#[test]
fn an_export_costs_a_unit_for_4_kb_of_heads_and_one_of_changes_what_has_changed() {
    let fyr = registry();
    let (exported, units) = cost(&fyr, "");
    assert_eq!(exported.ids(&fyr).len(), ORGANIZATIONS as usize);
    let each = units / f64::from(ORGANIZATIONS);
    assert!(each <= MOST, "{units} units, {each} a resource");

    for n in 0..CHANGES {
        let id = format!("sor-{}", 40_000_000_000 + n);
        fyr.put(&format!("/Organization/{id}"), &organization_at(&id, "new"))
            .expect(200);
    }
    fyr.advance(60_000);
    let since = format!("?_since={}", exported.time().replace('+', "%2B"));
    let (changes, following) = cost(&fyr, &since);
    assert_eq!(changes.ids(&fyr).len(), CHANGES);
    let everything = fyr.restarted_with(|settings| settings.export.changes = 0);
    let (changes, looking) = cost(&everything, &since);
    assert_eq!(changes.ids(&fyr).len(), CHANGES);
    println!("everything {units}, changes {following}, changes by looking at everything {looking}");
    assert!(following <= MOST_FOR_CHANGES, "{following}");
    assert!(looking > 5.0 * following, "{looking}");
}
