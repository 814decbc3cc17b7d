//! `cargo xtask dictionaries`: trains the dictionaries that stored resources are compressed with,
//! from made-up resources, and says what they are worth.
//!
//! A dictionary that was ever released stays as it is: stored bodies name it by number. A better one
//! gets the next numbers, in `crates/server/src/dictionaries.rs`, beside the old ones; so this writes
//! only files that are not there yet.

mod chance;
mod elements;
mod registries;
mod samples;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use store::{Dictionaries, Dictionary};

pub(crate) use chance::Chance;
pub(crate) use registries::organization as registered;

/// Where the dictionaries are kept, from the root of the workspace.
const FOLDER: &str = "crates/server/dictionaries";
/// Bytes of a dictionary: more gains little.
const MAX_BYTES: usize = 16 * 1024;
/// Made-up resources that a dictionary is trained with.
const TRAINED: usize = 3_000;
/// Others, that its worth is measured with.
const MEASURED: usize = 1_000;

/// Makes a resource of a type.
type Sample = fn(&mut Chance) -> Value;

/// The types with a dictionary of their own.
const TYPES: [(&str, Sample); 8] = [
    ("Organization", samples::organization),
    ("Patient", samples::patient),
    ("Practitioner", samples::practitioner),
    ("PractitionerRole", samples::practitioner_role),
    ("Location", samples::location),
    ("HealthcareService", samples::healthcare_service),
    ("Observation", samples::observation),
    ("Encounter", samples::encounter),
];

/// Trains what is missing, and prints a table of bytes for each resource.
pub(crate) fn run() -> Result<()> {
    let folder = Path::new(FOLDER);
    println!(
        "{:18}{:>8}{:>8}{:>8}{:>12}",
        "type", "JSON", "zstd", "trained", "dictionary"
    );
    for (n, (name, sample)) in TYPES.into_iter().enumerate() {
        let number = u16::try_from(n)? + 1;
        let file = folder.join(format!("{number}-{name}.zdict"));
        let mut chance = Chance::new(u64::from(number));
        let bytes = dictionary(&file, || texts(TRAINED, || sample(&mut chance)))?;
        let mut others = Chance::new(1_000 + u64::from(number));
        print(name, &bytes, &texts(MEASURED, || sample(&mut others)));
    }
    let mut chance = Chance::new(9);
    let mixed = || {
        let (_, sample) = chance.pick(&TYPES);
        sample(&mut chance)
    };
    let bytes = dictionary(&folder.join("9-mixed.zdict"), || texts(TRAINED, mixed))?;
    let mut others = Chance::new(1_009);
    let other = || samples::other(&mut others);
    print("others", &bytes, &texts(MEASURED, other));
    let mut chance = Chance::new(10);
    let registered = || registries::organization(&mut chance);
    let file = folder.join("10-Organization.zdict");
    let bytes = dictionary(&file, || texts(TRAINED, registered))?;
    let mut others = Chance::new(1_010);
    let other = || registries::organization(&mut others);
    print("Organization", &bytes, &texts(MEASURED, other));
    Ok(())
}

fn texts(count: usize, mut sample: impl FnMut() -> Value) -> Vec<Vec<u8>> {
    (0..count)
        .map(|_| sample().to_string().into_bytes())
        .collect()
}

/// The dictionary in this file, trained when there is none.
fn dictionary(file: &Path, samples: impl FnOnce() -> Vec<Vec<u8>>) -> Result<Vec<u8>> {
    if file.exists() {
        return fs::read(file).with_context(|| format!("cannot read {}", file.display()));
    }
    let bytes = zstd::dict::from_samples(&samples(), MAX_BYTES)?;
    fs::write(file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
    Ok(bytes)
}

fn print(name: &str, dictionary: &[u8], texts: &[Vec<u8>]) {
    let bytes: &'static [u8] = Box::leak(dictionary.to_vec().into_boxed_slice());
    let trained = Dictionaries::new(&[Dictionary {
        number: 1,
        kinds: &[],
        bytes,
    }]);
    let mean = |length: &dyn Fn(&[u8]) -> usize| {
        texts.iter().map(|text| length(text)).sum::<usize>() / texts.len()
    };
    println!(
        "{name:18}{:>8}{:>8}{:>8}{:>12}",
        mean(&|text: &[u8]| text.len()),
        mean(&|text: &[u8]| Dictionaries::default().stored_bytes(name, text)),
        mean(&|text: &[u8]| trained.stored_bytes(name, text)),
        dictionary.len()
    );
}
