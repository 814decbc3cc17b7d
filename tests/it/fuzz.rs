//! The seeds of the fuzz targets, through the same entry points: `cargo fuzz` builds them outside the
//! workspace, where nobody would notice that they no longer compile.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "there it is a library")]
mod targets;

type Target = (&'static str, fn(&[u8]));

/// Each target, by the name of its folder of seeds.
const TARGETS: [Target; 6] = [
    ("json", targets::json),
    ("bundle", targets::bundle),
    ("query", targets::query),
    ("patch", targets::patch),
    ("cursor", targets::cursor),
    ("jwt", targets::jwt),
];

fn root() -> &'static Path {
    Path::new("../fuzz")
}

#[test]
fn every_target_takes_its_seeds_and_what_is_near_them() {
    for (name, target) in TARGETS {
        let seeds = fs::read_dir(root().join("seeds").join(name)).unwrap();
        let seeds: Vec<Vec<u8>> = seeds
            .map(|seed| fs::read(seed.unwrap().path()).unwrap())
            .collect();
        assert!(!seeds.is_empty(), "{name} has no seeds");
        for seed in seeds {
            target(&seed);
            for cut in 0..seed.len() {
                target(&seed[..cut]);
                let mut changed = seed.clone();
                changed[cut] = changed[cut].wrapping_add(1);
                target(&changed);
            }
        }
    }
}

#[test]
fn every_target_has_a_binary_and_every_binary_is_a_target() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
    for (name, _) in TARGETS {
        let text = fs::read_to_string(root().join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(text.contains(&format!("fyr_fuzz::{name}(data)")), "{name}");
        assert!(
            manifest.contains(&format!("path = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
    }
}
