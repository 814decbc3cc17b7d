//! Published messages with something broken in them, by a seed: whatever it is, the server answers
//! with all entries or with what is wrong, never with a fault of its own.

use serde_json::{Value, json};

use super::{
    entries::with,
    seeds::{HVO_VALID, r4_transaction_without, with_r4_patients},
};

/// How many mutants there are of each message and kind.
const MUTANTS: u64 = 60;

/// Numbers that follow from a seed: a linear congruential generator.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// Messages that a server with the patients of the R4 specification's transaction takes.
fn messages() -> [Value; 3] {
    let r4 = r4_transaction_without(&[7, 8]);
    let hvo = serde_json::from_str(HVO_VALID).unwrap();
    [with(r4.clone(), "type", "batch".into()), r4, hvo]
}

/// Sends a body, and checks that the answer is one that a client can understand.
fn answers(name: &str, body: &[u8]) {
    let fyr = with_r4_patients();
    let ask = fyr.ask("POST", "/");
    let reply = ask.bytes("application/fhir+json", body.to_vec()).send();
    assert!(reply.status < 500, "{name}: {}", reply.text);
    if reply.status == 200 {
        let sent: Value = serde_json::from_slice(body).unwrap();
        let entries = sent["entry"].as_array().map_or(0, Vec::len);
        assert_eq!(reply.len(), entries, "{name}: {}", reply.text);
    }
}

#[test]
fn broken_bytes_are_answered() {
    for message in messages() {
        for seed in 0..MUTANTS {
            let mut chance = Chance(seed);
            let mut bytes = message.to_string().into_bytes();
            for _ in 0..=chance.below(3) {
                let at = chance.below(bytes.len());
                match chance.below(4) {
                    0 => bytes[at] = u8::try_from(chance.below(256)).unwrap(),
                    1 => drop(bytes.remove(at)),
                    2 => bytes.insert(at, *chance.of(b"{}[]\",:\\0-e\0 ")),
                    _ => bytes.truncate(at.max(1)),
                }
            }
            answers(&format!("seed {seed}"), &bytes);
        }
    }
}

#[test]
fn broken_trees_are_answered() {
    for message in messages() {
        for seed in 0..MUTANTS {
            let mut chance = Chance(seed);
            let mut bundle = message.clone();
            for _ in 0..=chance.below(3) {
                let mut paths = Vec::new();
                collect(&bundle, "", &mut paths);
                let path = chance.of(&paths).clone();
                change(&mut chance, &mut bundle, &path);
            }
            answers(
                &format!("seed {seed}: {bundle}"),
                bundle.to_string().as_bytes(),
            );
        }
    }
}

/// The pointers of all nodes below the root.
fn collect(node: &Value, at: &str, paths: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match node {
        Value::Object(members) => members
            .iter()
            .map(|(name, child)| (name.clone(), child))
            .collect(),
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(index, child)| (index.to_string(), child))
            .collect(),
        _ => Vec::new(),
    };
    for (name, child) in children {
        let path = format!("{at}/{name}");
        collect(child, &path, paths);
        paths.push(path);
    }
}

/// Replaces, doubles, wraps or removes a node.
fn change(chance: &mut Chance, bundle: &mut Value, path: &str) {
    let (parent, name) = path.rsplit_once('/').unwrap();
    let Some(node) = bundle.pointer_mut(path) else {
        return;
    };
    let strange = [
        json!(null),
        json!(""),
        json!(0),
        json!([]),
        json!({}),
        json!("urn:uuid:123-456-789"),
        json!("Organization?identifier=1"),
        json!("Organization/Organization1"),
        json!("DELETE"),
        json!("W/\"1\""),
        json!("https://fyr.example/fhir/Patient/123"),
        json!("Bundle"),
        json!("\u{0}"),
    ];
    match chance.below(5) {
        0 | 1 => *node = chance.of(&strange).clone(),
        2 => *node = json!([node.clone(), node.clone()]),
        3 => *node = json!({"reference": node.clone()}),
        _ => match bundle.pointer_mut(parent) {
            Some(Value::Object(members)) => drop(members.shift_remove(name)),
            Some(Value::Array(items)) => {
                let copy = items[0].clone();
                items.push(copy);
            }
            _ => {}
        },
    }
}
