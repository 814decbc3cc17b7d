//! What a search costs in a small registry and in a large one, when it finds as much.
//!
//! The registry is made up as registries are, and loaded into simulated tables, whose capacity is
//! `DynamoDB`'s own arithmetic. In the middle of it are ten organizations that each search looks for. The
//! figures are to be the same whatever their surroundings; a test holds that for a small difference,
//! and `cargo xtask bench searches` prints it for a large one.

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::counts::subject::{Ask, Cost, Subject};
use crate::dictionaries::{Chance, registered};

/// Organizations of a transaction that loads.
const LOADED_TOGETHER: usize = 500;
/// Organizations that are looked for.
const WANTED: usize = 10;
/// Around the moment at which those are written, in ms.
const PAUSE_MS: i64 = 60_000;

/// What to compare.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Sizes of registries
    #[arg(long, value_delimiter = ',', default_values_t = [1_000, 100_000])]
    organizations: Vec<usize>,
}

/// A search, and how many resources are on its page.
struct Search {
    name: &'static str,
    query: String,
    found: usize,
}

/// What the searches cost in a registry of some size, in their order.
type Figures = Vec<Cost>;

/// Prints the figures of all sizes.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    println!("| search | on the page | organizations | requests | RRU | round trips |");
    println!("| --- | --- | --- | --- | --- | --- |");
    for size in &arguments.organizations {
        let registry = Registry::of(*size)?;
        for (search, cost) in registry.searches().iter().zip(registry.measure()?) {
            println!(
                "| {} | {} | {size} | {} | {:.1} | {} |",
                search.name, search.found, cost.requests, cost.read_units, cost.round_trips
            );
        }
    }
    Ok(())
}

/// A registry, and when those were written that are looked for.
struct Registry {
    subject: Subject,
    window: (String, String),
}

impl Registry {
    fn of(organizations: usize) -> Result<Self> {
        ensure!(organizations > 2 * WANTED, "too few organizations");
        let subject = Subject::new()?;
        let mut chance = Chance::new(1);
        let others = organizations - WANTED;
        let mut load = |from: usize, to: usize| {
            for first in (from..to).step_by(LOADED_TOGETHER) {
                let last = to.min(first + LOADED_TOGETHER);
                let entries: Vec<Value> = (first..last).map(|n| other(n, &mut chance)).collect();
                subject.cost_of(Ask::post("", bundle(&entries)))?;
            }
            anyhow::Ok(())
        };
        load(0, others / 2)?;
        subject.pass(PAUSE_MS);
        let from = subject.now();
        let entries: Vec<Value> = (0..WANTED).map(wanted).collect();
        subject.cost_of(Ask::post("", bundle(&entries)))?;
        subject.pass(PAUSE_MS);
        let to = subject.now();
        subject.pass(PAUSE_MS);
        load(others / 2, others)?;
        subject.pass(PAUSE_MS);
        Ok(Self {
            subject,
            window: (from, to),
        })
    }

    fn searches(&self) -> Vec<Search> {
        let (from, to) = &self.window;
        let search = |name, query: &str, found| Search {
            name,
            query: query.to_owned(),
            found,
        };
        vec![
            search(
                "`identifier`",
                "identifier=urn:oid:1.2.208.176.1.1|wanted-7",
                1,
            ),
            search("`name`, a prefix", "name=wanted", WANTED),
            search("`partof`", "partof=Organization/wanted-0", WANTED - 1),
            search("`type` and `active`", "type=wanted&active=true", WANTED),
            search("`active`, a page of 10", "active=true&_count=10", WANTED),
            search(
                "`_lastUpdated`, a window",
                &format!("_lastUpdated=ge{from}&_lastUpdated=lt{to}"),
                WANTED,
            ),
        ]
    }

    fn measure(&self) -> Result<Figures> {
        self.searches().iter().map(|it| self.cost(it)).collect()
    }

    fn cost(&self, search: &Search) -> Result<Cost> {
        let query = search.query.replace('|', "%7C").replace('+', "%2B");
        let path = format!("/Organization?{query}");
        // the first search of a process reads what all others know
        self.subject.cost_of(Ask::get(&path))?;
        let (cost, body) = self.subject.answer(Ask::get(&path))?;
        let body: Value = serde_json::from_slice(&body).context(search.name)?;
        let found = body.get("entry").and_then(Value::as_array);
        let found = found.map_or(0, Vec::len);
        ensure!(found == search.found, "{} finds {found}", search.name);
        Ok(cost)
    }
}

fn bundle(entries: &[Value]) -> String {
    json!({"resourceType": "Bundle", "type": "transaction", "entry": entries}).to_string()
}

fn entry(id: &str, mut resource: Value) -> Value {
    if let Some(object) = resource.as_object_mut() {
        object.insert("id".to_owned(), json!(id));
    }
    json!({"resource": resource, "request": {"method": "PUT", "url": format!("Organization/{id}")}})
}

/// Somebody among whom the others are looked for.
fn other(number: usize, chance: &mut Chance) -> Value {
    let mut resource = registered(chance);
    let parent = format!("Organization/other-{:08}", number / 12);
    let identifier =
        json!([{"system": "urn:oid:1.2.208.176.1.1", "value": format!("{number:015}")}]);
    if let Some(object) = resource.as_object_mut() {
        object.insert("identifier".to_owned(), identifier);
        object.insert("partOf".to_owned(), json!({"reference": parent}));
    }
    entry(&format!("other-{number:08}"), resource)
}

/// One of those that are looked for: the first is the parent of the others.
fn wanted(number: usize) -> Value {
    let mut resource = json!({
        "resourceType": "Organization", "active": true, "name": format!("Wanted {number}"),
        "identifier": [{"system": "urn:oid:1.2.208.176.1.1", "value": format!("wanted-{number}")}],
        "type": [{"coding": [{"system": "http://example.org/kinds", "code": "wanted"}]}]
    });
    if let Some(object) = resource.as_object_mut().filter(|_| number > 0) {
        object.insert(
            "partOf".to_owned(),
            json!({"reference": "Organization/wanted-0"}),
        );
    }
    entry(&format!("wanted-{number}"), resource)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_costs_the_same_in_a_small_registry_and_in_one_that_is_five_times_as_large() {
        let (small, large) = (Registry::of(500).unwrap(), Registry::of(2_500).unwrap());
        let figures = small.measure().unwrap();
        assert_eq!(figures, large.measure().unwrap());
        assert_eq!(figures[0].round_trips, 2, "by identifier");
    }
}
