//! Inside `server`: rest → interaction | operation → job → port.

use super::sources::{Source, sources};

/// Layers from the top; a layer may use those below it.
const LAYERS: [&[&str]; 4] = [
    &["rest"],
    &["interaction", "operation"],
    &["job"],
    &["port"],
];
/// Interactions that run other interactions: that is what they are for.
const RUNNERS: [&str; 2] = ["batch", "transaction"];

#[test]
fn no_layer_of_the_server_imports_one_above_it() {
    let mut found = Vec::new();
    for source in sources("crates/server/src") {
        let Some(level) = module(&source, 0).and_then(level_of) else {
            continue;
        };
        for (number, line) in source.code() {
            for above in LAYERS.iter().take(level).copied().flatten() {
                if line.contains(&format!("crate::{above}::")) {
                    found.push(format!("{}:{number}: {line}", source.path));
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "imports from a layer above:\n{}",
        found.join("\n")
    );
}

#[test]
fn interactions_do_not_import_each_other() {
    let all = sources("crates/server/src/interaction");
    let names: Vec<&str> = all.iter().filter_map(|source| module(source, 1)).collect();
    let mut found = Vec::new();
    for source in &all {
        let Some(own) = module(source, 1).filter(|name| !RUNNERS.contains(name)) else {
            continue;
        };
        for (number, line) in source.code() {
            for other in names.iter().filter(|name| **name != own) {
                if line.contains(&format!("interaction::{other}::")) {
                    found.push(format!("{}:{number}: {line}", source.path));
                }
            }
        }
    }
    assert!(
        found.is_empty(),
        "interactions that import others:\n{}",
        found.join("\n")
    );
}

fn level_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// The module at a depth of the file's path below `src`: of `interaction/batch.rs` at 1, `batch`.
fn module(source: &Source, depth: usize) -> Option<&str> {
    let path = source
        .path
        .strip_prefix("crates/server/src/")?
        .strip_suffix(".rs")?;
    path.split('/').nth(depth)
}
