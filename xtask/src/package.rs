//! `sam build`: the functions as they are deployed, built by cargo-lambda for Graviton, whatever machine this is.
//!
//! A release build of all eleven takes a processor half an hour, most of it the linker, so no other task waits for it.
//! `--debug` tries everything but the optimizer.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::events::FUNCTIONS;
use crate::step::Steps;
use crate::tool::python_tool;
use crate::workspace::{cargo, root};

/// What is built.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Only this function, as in resource
    function: Option<String>,
    /// Without the optimizer
    #[arg(long)]
    debug: bool,
}

/// Builds, and prints what the binaries weigh.
pub(crate) fn build(steps: &mut Steps, arguments: &Arguments) -> Result<()> {
    const STEP: &str = "sam build";
    let functions: Vec<&str> = match &arguments.function {
        None => FUNCTIONS.to_vec(),
        Some(name) => FUNCTIONS.into_iter().filter(|one| one == name).collect(),
    };
    if functions.is_empty() {
        bail!("there are: {}", FUNCTIONS.join(", "));
    }
    let Some(sam) = python_tool("sam") else {
        steps.skip(STEP, "no SAM CLI (`.ci/run` installs it into .venv)");
        return Ok(());
    };
    let Some(folder) = cargo_lambda() else {
        let how = "no cargo-lambda (python3 -m venv .venv/lambda && .venv/lambda/bin/pip install cargo-lambda==1.9.2 ziglang)";
        steps.skip(STEP, how);
        return Ok(());
    };
    let mut command = sam_build(&sam, &folder);
    if let Some(name) = &arguments.function {
        command.arg(resource(name));
    }
    if arguments.debug {
        command.env("SAM_BUILD_MODE", "debug");
    }
    steps.run(STEP, &mut command)?;
    functions.iter().try_for_each(|name| tell(name))
}

/// The folder with `cargo-lambda`; empty when it is on the path.
fn cargo_lambda() -> Option<PathBuf> {
    let own = root().join(".venv/lambda/bin");
    if own.join("cargo-lambda").is_file() {
        return Some(own);
    }
    let asked = cargo(&["lambda", "--version"]).output();
    asked
        .is_ok_and(|answer| answer.status.success())
        .then(PathBuf::new)
}

/// `sam build`, with cargo-lambda, and the Python of its linker, in front of what is on the path.
fn sam_build(sam: &Path, folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "PATH=\"$0:$PATH\" exec \"$@\""]);
    command
        .arg(folder)
        .arg(sam)
        .arg("build")
        .current_dir(root());
    command.envs([
        ("SAM_CLI_TELEMETRY", "0"),
        ("AWS_DEFAULT_REGION", "eu-north-1"),
    ]);
    command
}

/// `export-kickoff` → `ExportKickoffFunction`.
fn resource(function: &str) -> String {
    let words = function.split('-').map(|word| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        first.to_uppercase() + rest
    });
    words.collect::<String>() + "Function"
}

fn tell(function: &str) -> Result<()> {
    let folder = root().join(".aws-sam/build").join(resource(function));
    let path = folder.join("bootstrap");
    let built = path.metadata();
    let bytes = built.with_context(|| path.display().to_string())?.len();
    let (whole, tenths) = (bytes / 1_000_000, bytes / 100_000 % 10);
    println!("{function:<22} {whole:>4}.{tenths} MB");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_the_name_of_its_resource() {
        assert_eq!(resource("export-kickoff"), "ExportKickoffFunction");
        assert_eq!(resource("binary"), "BinaryFunction");
    }
}
