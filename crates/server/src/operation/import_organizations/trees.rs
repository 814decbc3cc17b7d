//! Which entries belong together: a tree is imported as a whole or not at all.
//!
//! Entries are one tree when one is part of the other, however it says so, and when they cannot both be
//! right: two with one `fullUrl`, or with one identifier of a register. Only what stands in the entries
//! counts; whether it is well-formed is told when the tree is imported.

use std::collections::HashMap;

use serde_json::Value;

use crate::rules::fut;

/// The trees of these entries, each in the order of the entries, by their first ones.
pub(super) fn trees(entries: &[Value]) -> Vec<Vec<usize>> {
    let mut groups = Groups((0..entries.len()).collect());
    let mut names: HashMap<String, usize> = HashMap::new();
    for (at, entry) in entries.iter().enumerate() {
        for name in own_names(entry) {
            let first = *names.entry(name).or_insert(at);
            groups.join(first, at);
        }
    }
    for (at, entry) in entries.iter().enumerate() {
        let parent = parent_names(entry);
        if let Some(parent) = parent.iter().find_map(|name| names.get(name)) {
            groups.join(*parent, at);
        }
    }
    let mut trees: Vec<Vec<usize>> = Vec::new();
    let mut places: HashMap<usize, usize> = HashMap::new();
    for at in 0..entries.len() {
        let place = *places.entry(groups.first(at)).or_insert(trees.len());
        match trees.get_mut(place) {
            Some(tree) => tree.push(at),
            None => trees.push(vec![at]),
        }
    }
    trees
}

/// What others may call an entry: its URL, and its numbers in the registers.
fn own_names(entry: &Value) -> Vec<String> {
    let url = entry.get("fullUrl").and_then(Value::as_str);
    let identifiers = entry.pointer("/resource/identifier");
    let identifiers = identifiers.and_then(Value::as_array).into_iter().flatten();
    let tokens = identifiers.filter_map(token);
    url.map(str::to_owned).into_iter().chain(tokens).collect()
}

/// What an entry calls the one that it is part of: as it is written, and as a sibling of its own URL.
fn parent_names(entry: &Value) -> Vec<String> {
    let Some(part_of) = entry.pointer("/resource/partOf") else {
        return Vec::new();
    };
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let mut names = Vec::new();
    if let Some(reference) = text(part_of.get("reference")) {
        let own = text(entry.get("fullUrl")).unwrap_or_default();
        if let Some((base, _)) = own.rsplit_once("/Organization/") {
            names.push(format!("{base}/{reference}"));
        }
        let query = reference.split_once("?identifier=").map(|(_, token)| token);
        let token =
            query.map(|token| percent_encoding::percent_decode_str(token).decode_utf8_lossy());
        names.extend(token.map(std::borrow::Cow::into_owned));
        names.push(reference);
    }
    names.extend(part_of.get("identifier").and_then(token));
    names
}

/// `system|value` of an identifier of a register.
fn token(identifier: &Value) -> Option<String> {
    let text = |name: &str| identifier.get(name).and_then(Value::as_str);
    let system = text("system").filter(|system| fut::REGISTERS.contains(system))?;
    Some(format!("{system}|{}", text("value")?))
}

/// Disjoint sets of positions: each knows another one of its set, and the first of all itself.
struct Groups(Vec<usize>);

impl Groups {
    fn first(&mut self, at: usize) -> usize {
        let mut first = at;
        while let Some(next) = self.0.get(first).copied().filter(|next| *next != first) {
            first = next;
        }
        // the way is shorter the next time
        let mut at = at;
        while let Some(one) = self.0.get_mut(at).filter(|one| **one != first) {
            at = std::mem::replace(one, first);
        }
        first
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first(a), self.first(b));
        if let Some(one) = self.0.get_mut(a.max(b)) {
            *one = a.min(b);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SOR: &str = "urn:oid:1.2.208.176.1.1";

    fn entry(url: &str, number: &str, part_of: &Value) -> Value {
        json!({"fullUrl": url, "resource": {"resourceType": "Organization", "partOf": part_of,
            "identifier": [{"system": "urn:x", "value": "same"}, {"system": SOR, "value": number}]}})
    }

    #[test]
    fn a_tree_is_what_is_part_of_each_other_however_it_is_said() {
        let reference = |text: &str| json!({"reference": text});
        let entries = [
            entry("urn:uuid:a", "1", &reference("urn:uuid:b")),
            entry("urn:uuid:x", "9", &json!(null)),
            entry("urn:uuid:b", "2", &json!(null)),
            entry(
                "urn:uuid:c",
                "3",
                &json!({"identifier": {"system": SOR, "value": "1"}}),
            ),
            entry(
                "urn:uuid:d",
                "4",
                &reference(&format!("Organization?identifier={SOR}|3")),
            ),
            entry(
                "https://r.example/Organization/5",
                "5",
                &reference("Organization/6"),
            ),
            entry(
                "https://r.example/Organization/6",
                "6",
                &reference("Organization/elsewhere"),
            ),
        ];
        assert_eq!(trees(&entries), [vec![0, 2, 3, 4], vec![1], vec![5, 6]]);
    }

    #[test]
    fn what_cannot_both_be_right_is_one_tree() {
        let entries = [
            entry("urn:uuid:a", "1", &json!(null)),
            entry("urn:uuid:b", "2", &json!(null)),
            entry("urn:uuid:c", "1", &json!(null)),
            entry("urn:uuid:b", "4", &json!(null)),
        ];
        assert_eq!(trees(&entries), [[0, 2], [1, 3]]);
    }

    #[test]
    fn a_circle_is_one_tree() {
        let part_of = |name: &str| json!({"reference": format!("urn:uuid:{name}")});
        let entries = [
            entry("urn:uuid:a", "1", &part_of("c")),
            entry("urn:uuid:b", "2", &part_of("a")),
            entry("urn:uuid:c", "3", &part_of("b")),
            json!("nonsense"),
        ];
        assert_eq!(trees(&entries), [vec![0, 1, 2], vec![3]]);
    }

    #[test]
    fn a_long_chain_is_one_tree() {
        let entries: Vec<Value> = (0..20_000)
            .rev()
            .map(|n| {
                let above = json!({"reference": format!("urn:uuid:{}", n + 1)});
                entry(&format!("urn:uuid:{n}"), &n.to_string(), &above)
            })
            .collect();
        assert_eq!(trees(&entries).len(), 1);
    }
}
