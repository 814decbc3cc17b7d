//! What each interaction asks of the tables: requests, request units, and round trips.
//!
//! Measured through the whole server over the simulated tables, whose capacity is DynamoDB's own
//! arithmetic. The figures are exact and the same everywhere, so they are kept in
//! `benches/counts.golden`: a change that makes an interaction dearer fails the tests, and has to
//! say so by changing that file.

mod interactions;
pub(crate) mod subject;

use std::fmt::Write;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::counts::interactions::INTERACTIONS;
use crate::counts::subject::{Cost, Subject};

/// What to do with the figures.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Writes the golden file instead of comparing with it
    #[arg(long)]
    bless: bool,
}

/// Prints the figures, and compares them with the golden file or writes it.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let table = table()?;
    print!("{table}");
    if arguments.bless {
        std::fs::write(golden(), &table).context("cannot write the golden file")?;
        return Ok(());
    }
    compare(&table)
}

/// A line of figures for each interaction.
fn table() -> Result<String> {
    let mut table = format!(
        "{:<36} {:>8} {:>7} {:>7} {:>11}\n",
        "interaction", "requests", "RRU", "WRU", "round trips"
    );
    for (name, measure) in INTERACTIONS {
        let Cost {
            requests,
            read_units,
            write_units,
            round_trips,
        } = measure(&Subject::new()?).with_context(|| (*name).to_owned())?;
        writeln!(
            table,
            "{name:<36} {requests:>8} {read_units:>7.1} {write_units:>7.1} {round_trips:>11}"
        )?;
    }
    Ok(table)
}

/// Fails when a figure is not the golden one, up or down.
fn compare(table: &str) -> Result<()> {
    let golden = std::fs::read_to_string(golden()).context("no golden file")?;
    let changed: Vec<String> = golden
        .lines()
        .zip(table.lines())
        .filter(|(was, is)| was != is)
        .map(|(was, is)| format!("- {was}\n+ {is}"))
        .collect();
    if changed.is_empty() && golden.lines().count() == table.lines().count() {
        return Ok(());
    }
    bail!(
        "the figures are not those of benches/counts.golden:\n{}\n\
         if that is what you want, write them down: cargo xtask bench counts --bless",
        changed.join("\n")
    )
}

/// Tests run in the folder of their package, `cargo xtask` at the root.
fn golden() -> PathBuf {
    let here = PathBuf::from("counts.golden");
    if here.is_file() {
        here
    } else {
        PathBuf::from("benches/counts.golden")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interaction_costs_what_the_golden_file_says() {
        compare(&table().unwrap()).unwrap();
    }
}
