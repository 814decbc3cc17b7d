//! Sizes of the release binaries.

use anyhow::{Context, Result};

use crate::step::Steps;
use crate::workspace::{cargo, target_directory};

/// Builds the binaries without the Lambda build's LTO and strip, and prints what they weigh.
pub(crate) fn print(steps: &mut Steps) -> Result<()> {
    let binaries = ["fyr", "resource", "transaction"];
    let mut build = cargo(&["build", "--release"]);
    for name in binaries {
        build.args(["--package", name]);
    }
    steps.run("release build", &mut build)?;
    let directory = target_directory()?.join("release");
    for name in binaries {
        let path = directory.join(name);
        let bytes = path
            .metadata()
            .with_context(|| path.display().to_string())?
            .len();
        println!(
            "{name:<12} {:>6}.{} MB",
            bytes / 1_000_000,
            bytes / 100_000 % 10
        );
    }
    Ok(())
}
