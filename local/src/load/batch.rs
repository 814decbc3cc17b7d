//! Pieces put together into bundles, of so many entries and bytes at most.

use std::iter::Peekable;

use serde_json::{Value, json};

use super::place::Place;
use super::sources::Piece;
use crate::failure::Failure;

/// Of a bundle, roughly: a request takes 6 MiB.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// What an entry has beside its resource.
const ENTRY_BYTES: usize = 200;

/// A bundle to send, and where each of its entries comes from.
#[derive(Debug)]
pub(super) struct Batch {
    bundle: Value,
    places: Vec<Place>,
}

/// Bundles of everything.
pub(super) struct Batches<I: Iterator> {
    pieces: Peekable<I>,
    max_entries: usize,
}

impl<I: Iterator<Item = Result<Piece, Failure>>> Batches<I> {
    /// Bundles of so many of these pieces.
    pub(super) fn of(pieces: I, max_entries: usize) -> Self {
        Self {
            pieces: pieces.peekable(),
            max_entries,
        }
    }
}

impl<I: Iterator<Item = Result<Piece, Failure>>> Iterator for Batches<I> {
    type Item = Result<Batch, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let (mut entries, mut places, mut bytes) = (Vec::new(), Vec::new(), 0);
        while entries.len() < self.max_entries && bytes < MAX_BYTES {
            let fits = |piece: &_| entries.is_empty() || matches!(piece, Ok(Piece::Resource(..)));
            match self.pieces.next_if(fits) {
                None => break,
                Some(Err(failure)) => return Some(Err(failure)),
                Some(Ok(Piece::Bundle(place, bundle))) => {
                    return Some(Ok(Batch {
                        bundle,
                        places: vec![place],
                    }));
                }
                Some(Ok(Piece::Resource(place, resource))) => {
                    bytes += resource.to_string().len() + ENTRY_BYTES;
                    entries.push(entry(&resource));
                    places.push(place);
                }
            }
        }
        if entries.is_empty() {
            return None;
        }
        let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
        Some(Ok(Batch { bundle, places }))
    }
}

fn entry(resource: &Value) -> Value {
    let text = |name: &str| resource.get(name).and_then(Value::as_str);
    let kind = text("resourceType").unwrap_or_default();
    let request = match text("id") {
        Some(id) => json!({"method": "PUT", "url": format!("{kind}/{id}")}),
        None => json!({"method": "POST", "url": kind}),
    };
    json!({"resource": resource, "request": request})
}

impl Batch {
    /// The bundle's text.
    pub(super) fn body(&self) -> String {
        self.bundle.to_string()
    }

    /// Where it comes from: `a.ndjson:1 to a.ndjson:500`
    pub(super) fn title(&self) -> String {
        match self.places.as_slice() {
            [] => String::new(),
            [only] => only.to_string(),
            [first, .., last] => format!("{first} to {last}"),
        }
    }

    /// A complaint, with the places of the entries that it names.
    pub(super) fn place_in(&self, complaint: &str) -> String {
        let placed = complaint.lines().map(|line| match self.place(line) {
            Some(place) => format!("{line}: {place}"),
            None => line.to_owned(),
        });
        placed.collect::<Vec<_>>().join("\n")
    }

    fn place(&self, line: &str) -> Option<&Place> {
        let (_, rest) = line.split_once("Bundle.entry[")?;
        let (number, _) = rest.split_once(']')?;
        let of_many = self.places.len() > 1;
        self.places
            .get(number.parse::<usize>().ok()?)
            .filter(|_| of_many)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn resource(line: u64, id: Option<&str>) -> Piece {
        let file = Arc::new("a.ndjson".into());
        let mut resource = json!({"resourceType": "Organization"});
        if let Some(id) = id {
            resource["id"] = id.into();
        }
        Piece::Resource(Place { file, line }, resource)
    }

    fn batches(pieces: Vec<Piece>) -> Vec<Batch> {
        let batches = Batches::of(pieces.into_iter().map(Ok), 2);
        batches.map(Result::unwrap).collect()
    }

    #[test]
    fn resources_become_transactions_of_so_many() {
        let found = batches(vec![
            resource(1, Some("a")),
            resource(2, None),
            resource(3, Some("c")),
        ]);
        let titles: Vec<String> = found.iter().map(Batch::title).collect();
        assert_eq!(titles, ["a.ndjson:1 to a.ndjson:2", "a.ndjson:3"]);
        let requests: Vec<&Value> = found[0].bundle["entry"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| &entry["request"])
            .collect();
        let put = json!({"method": "PUT", "url": "Organization/a"});
        let post = json!({"method": "POST", "url": "Organization"});
        assert_eq!(requests, [&put, &post]);
    }

    #[test]
    fn a_bundle_of_its_own_is_left_as_it_is() {
        let own = json!({"resourceType": "Bundle", "type": "batch"});
        let place = Place {
            file: Arc::new("b.json".into()),
            line: 0,
        };
        let found = batches(vec![
            resource(1, Some("a")),
            Piece::Bundle(place, own.clone()),
            resource(2, Some("b")),
        ]);
        assert_eq!(found.len(), 3);
        assert_eq!(found[1].bundle, own);
    }

    #[test]
    fn an_entry_that_is_refused_is_told_with_its_line() {
        let found = batches(vec![resource(7, Some("a")), resource(9, Some("b"))]);
        assert_eq!(
            found[0].place_in("422\n  wrong (Bundle.entry[1].resource)"),
            "422\n  wrong (Bundle.entry[1].resource): a.ndjson:9"
        );
    }
}
