//! What must pass before a change lands, and its parts.

use std::path::Path;

use anyhow::Result;

use crate::emulator;
use crate::step::Steps;
use crate::workspace::{cargo, root};
use crate::{templates, tool};

/// Schedules of every run: less than five minutes on two cores.
const CI_SCHEDULES: u64 = 100_000;
/// The same ones in every run, so that a change that breaks one is known by it.
const CI_SEED: u64 = 10_000_000;

/// Everything, the cheap steps first. The test runner comes last, so that its closing lines do too.
pub(crate) fn ci(steps: &mut Steps) -> Result<()> {
    lint(steps)?;
    steps.run(
        "doctests",
        &mut cargo(&["test", "--doc", "--package", "fhir"]),
    )?;
    simulate(steps, CI_SCHEDULES, CI_SEED)?;
    emulator::contract(steps)?;
    test(steps, &[])
}

/// All that looks at sources and templates without running anything of ours.
pub(crate) fn lint(steps: &mut Steps) -> Result<()> {
    steps.run("format", &mut cargo(&["fmt", "--all", "--check"]))?;
    templates::check(steps)?;
    dependencies(steps)?;
    let clippy = [
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    steps.run("clippy", &mut cargo(&clippy))?;
    let mut documents = cargo(&[
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    steps.run("rustdoc", documents.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The tests of the workspace, with nextest when it is there.
pub(crate) fn test(steps: &mut Steps, arguments: &[String]) -> Result<()> {
    if tool::has_cargo("nextest") {
        let mut command = cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]);
        return steps.run("tests (nextest)", command.args(arguments));
    }
    println!("\ncargo-nextest is not installed: `cargo test` it is");
    let mut command = cargo(&[
        "test",
        "--workspace",
        "--no-fail-fast",
        "--lib",
        "--bins",
        "--tests",
    ]);
    steps.run("tests (cargo test)", command.args(arguments))
}

/// The simulation of the commit protocol, optimized: so many schedules from a seed on.
pub(crate) fn simulate(steps: &mut Steps, schedules: u64, seed: u64) -> Result<()> {
    let mut command = cargo(&["run", "--quiet", "--profile", "sim", "--package", "store"]);
    command.args(["--features", "simulated", "--example", "simulate", "--"]);
    command.args([schedules.to_string(), seed.to_string()]);
    steps.run("simulation", &mut command)
}

/// The dictionaries that stored resources are compressed with.
pub(crate) fn train_dictionaries(steps: &mut Steps) -> Result<()> {
    let mut command = cargo(&[
        "run",
        "--quiet",
        "--package",
        "benches",
        "--",
        "dictionaries",
    ]);
    steps.run("dictionaries", command.current_dir(root()))
}

/// Requests, request units and round trips per interaction.
pub(crate) fn count(steps: &mut Steps, bless: bool) -> Result<()> {
    let mut command = cargo(&["run", "--quiet", "--package", "benches", "--", "counts"]);
    if bless {
        command.arg("--bless");
    }
    steps.run("counts", &mut command)
}

/// Instructions per interaction, in the release profile, where valgrind is.
pub(crate) fn count_instructions(steps: &mut Steps, bless: bool) -> Result<()> {
    if !tool::answers(Path::new("valgrind"), "--version") {
        steps.skip(
            "instructions",
            "valgrind is not installed (apt-get install valgrind)",
        );
        return Ok(());
    }
    let mut command = cargo(&["run", "--release", "--package", "benches", "--"]);
    command.arg("instructions");
    if bless {
        command.arg("--bless");
    }
    steps.run("instructions", &mut command)
}

/// What searches cost in registries of these sizes.
pub(crate) fn search(steps: &mut Steps, organizations: &str) -> Result<()> {
    let mut command = cargo(&["run", "--release", "--package", "benches", "--", "searches"]);
    steps.run("searches", command.args(["--organizations", organizations]))
}

/// The load on `fyr serve`, both it and the client in the release profile.
pub(crate) fn load(steps: &mut Steps, seconds: u64) -> Result<()> {
    against_the_release(steps, "load", &["--seconds", &seconds.to_string()])
}

/// Large transactions through `fyr serve`, likewise.
pub(crate) fn large(steps: &mut Steps) -> Result<()> {
    against_the_release(steps, "large", &[])
}

fn against_the_release(steps: &mut Steps, bench: &str, arguments: &[&str]) -> Result<()> {
    let build = [
        "build",
        "--release",
        "--package",
        "fyr",
        "--package",
        "benches",
    ];
    steps.run("release build", &mut cargo(&build))?;
    let mut command = cargo(&["run", "--release", "--package", "benches", "--", bench]);
    steps.run(bench, command.args(arguments))
}

/// What verifying a token costs.
pub(crate) fn verify_tokens(steps: &mut Steps) -> Result<()> {
    let run = ["run", "--release", "--package", "aws", "--example", "token"];
    steps.run("tokens", &mut cargo(&run))
}

fn dependencies(steps: &mut Steps) -> Result<()> {
    if tool::has_cargo("deny") {
        return steps.run(
            "deny",
            &mut cargo(&["deny", "check", "bans", "licenses", "sources"]),
        );
    }
    steps.skip(
        "deny",
        "cargo-deny is not installed; the architecture tests keep the import rules",
    );
    Ok(())
}
