//! How many instructions an interaction takes, from the parsed head of a request to the bytes of the answer, over
//! the simulated tables: what a change adds to every request, to a part in a hundred, on a busy machine too.
//!
//! Valgrind counts them. Each interaction runs in two processes, once and [`TIMES`] times more; the difference is
//! theirs alone, without the start of the process and what the interaction needs to be there. The figures depend on the
//! compiler and a little on the CPU, so they are compared with `benches/instructions.golden` within [`TOLERANCE_PERCENT`].

mod interactions;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::counts::subject::Subject;
use interactions::{INTERACTIONS, Interaction};

/// How often an interaction runs.
const TIMES: u64 = 10;
/// By how much a figure may differ from the golden one.
const TOLERANCE_PERCENT: u64 = 2;

/// What to do with the figures.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Writes the golden file instead of comparing with it
    #[arg(long)]
    bless: bool,
    /// Only runs this interaction so many times, for valgrind to count
    #[arg(long, hide = true, requires = "times")]
    only: Option<String>,
    /// See `--only`
    #[arg(long, hide = true)]
    times: Option<u64>,
}

/// Prints the figures, and compares them with the golden file or writes it.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let (Some(name), Some(times)) = (&arguments.only, arguments.times) {
        return perform(name, times);
    }
    let mut table = String::new();
    for interaction in INTERACTIONS {
        let name = interaction.name;
        let (once, more) = (counted(name, 1)?, counted(name, 1 + TIMES)?);
        let figure = more.saturating_sub(once) / TIMES;
        println!("{name:<36} {figure:>12}");
        writeln!(table, "{name:<36} {figure:>12}")?;
    }
    if arguments.bless {
        return std::fs::write(golden(), &table).context("cannot write the golden file");
    }
    let golden = std::fs::read_to_string(golden()).context("no golden file")?;
    let changed = changed(&golden, &table);
    if changed.is_empty() {
        return Ok(());
    }
    bail!(
        "the figures are not those of benches/instructions.golden, within {TOLERANCE_PERCENT} %:\n{}\n\
         if that is what you want, write them down: cargo xtask bench instructions --bless",
        changed.join("\n")
    )
}

fn perform(name: &str, times: u64) -> Result<()> {
    let mut all = INTERACTIONS.iter();
    let found: Option<&Interaction> = all.find(|interaction| interaction.name == name);
    let interaction = found.with_context(|| format!("no interaction {name}"))?;
    let subject = Subject::new()?;
    (interaction.prepare)(&subject)?;
    for number in 0..times {
        (interaction.perform)(&subject, number)?;
    }
    Ok(())
}

/// The instructions of a whole process, by callgrind.
fn counted(name: &str, times: u64) -> Result<u64> {
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
    valgrind
        .arg(std::env::current_exe()?)
        .args(["instructions", "--only", name]);
    let output = valgrind.args(["--times", &times.to_string()]).output();
    let output = output.context("cannot start valgrind")?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        bail!("{name}: {said}");
    }
    collected(&said).with_context(|| format!("valgrind did not say what it counted: {said}"))
}

/// `==42== Collected : 123`.
fn collected(said: &str) -> Option<u64> {
    let line = said.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(' ').next()?.parse().ok()
}

/// The lines that are not there in both, or whose figures differ by more than they may.
fn changed(golden: &str, table: &str) -> Vec<String> {
    let is_near = |was: &str, is: &str| {
        let (Some((name, was)), Some((same, is))) = (figure(was), figure(is)) else {
            return false;
        };
        name == same && was.abs_diff(is) * 100 <= was * TOLERANCE_PERCENT
    };
    let mut changed: Vec<String> = golden
        .lines()
        .zip(table.lines())
        .filter(|(was, is)| !is_near(was, is))
        .map(|(was, is)| format!("- {was}\n+ {is}"))
        .collect();
    let (lines, expected) = (table.lines().count(), golden.lines().count());
    if lines != expected {
        changed.push(format!("{lines} interactions, expected {expected}"));
    }
    changed
}

fn figure(line: &str) -> Option<(&str, u64)> {
    let (name, figure) = line.rsplit_once(' ')?;
    Some((name.trim_end(), figure.parse().ok()?))
}

/// `cargo xtask` runs at the root, and tests in the folder of their package.
fn golden() -> PathBuf {
    let folder = Path::new("benches");
    if folder.is_dir() {
        folder.join("instructions.golden")
    } else {
        PathBuf::from("instructions.golden")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interaction_that_is_counted_can_be_performed_again_and_again() {
        for interaction in INTERACTIONS {
            perform(interaction.name, 3).unwrap();
        }
    }

    #[test]
    fn the_golden_file_has_a_figure_for_every_interaction() {
        let golden = std::fs::read_to_string(golden()).unwrap();
        let named: Vec<&str> = golden.lines().map(|line| figure(line).unwrap().0).collect();
        let all: Vec<&str> = INTERACTIONS.iter().map(|one| one.name).collect();
        assert_eq!(named, all);
    }

    #[test]
    fn what_callgrind_says_is_read() {
        let said = "==42== Events    : Ir\n==42== Collected : 7411\n==42== \n==42== I   refs:      7,411\n";
        assert_eq!(collected(said), Some(7411));
        assert_eq!(collected("Segmentation fault"), None);
    }

    #[test]
    fn two_parts_in_a_hundred_are_borne_and_more_are_told() {
        assert!(changed("read 1000\n", "read     1020\n").is_empty());
        assert_eq!(
            changed("read 1000\n", "read 1021\n"),
            ["- read 1000\n+ read 1021"]
        );
        assert_eq!(changed("read 1000\n", "read 979\n").len(), 1);
        assert_eq!(changed("read 1000\n", "vread 1000\n").len(), 1);
        assert_eq!(changed("read 1\nvread 1\n", "read 1\n").len(), 1);
    }
}
