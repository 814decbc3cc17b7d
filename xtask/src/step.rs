//! Steps with a name, a time and a result. The first failure ends the run.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// The steps done so far.
pub(crate) struct Steps {
    done: Vec<(String, Duration, Outcome)>,
}

enum Outcome {
    Passed,
    Failed,
    Skipped(String),
}

impl Steps {
    /// None done yet.
    pub(crate) fn new() -> Self {
        Self { done: Vec::new() }
    }

    /// Runs a command as a step. Its output is left as it is, so that a test runner's closing lines
    /// stay visible.
    ///
    /// # Errors
    /// When the command cannot be started, or ends with another code than 0.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> Result<()> {
        let line = command_line(command);
        self.perform(name, || {
            println!("$ {line}");
            let status = command
                .status()
                .with_context(|| format!("cannot start {line}"))?;
            if !status.success() {
                bail!("{line}: {status}");
            }
            Ok(())
        })
    }

    /// Runs a piece of work as a step.
    ///
    /// # Errors
    /// The work's own, under the step's name.
    pub(crate) fn perform<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("\n── {name}");
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        let outcome = if result.is_ok() {
            Outcome::Passed
        } else {
            Outcome::Failed
        };
        println!(
            "── {name}: {} in {:.1} s",
            outcome.word(),
            took.as_secs_f64()
        );
        self.done.push((name.to_owned(), took, outcome));
        result.with_context(|| name.to_owned())
    }

    /// Notes a step that cannot be done on this machine, and why.
    pub(crate) fn skip(&mut self, name: &str, reason: &str) {
        println!("\n── {name}: skipped, {reason}");
        self.done.push((
            name.to_owned(),
            Duration::ZERO,
            Outcome::Skipped(reason.to_owned()),
        ));
    }

    /// Prints a line for each step.
    pub(crate) fn print_summary(&self) {
        println!();
        for (name, took, outcome) in &self.done {
            let reason = match outcome {
                Outcome::Skipped(reason) => format!("  ({reason})"),
                Outcome::Passed | Outcome::Failed => String::new(),
            };
            let seconds = took.as_secs_f64();
            println!("{:<8} {seconds:>7.1} s  {name}{reason}", outcome.word());
        }
    }
}

impl Outcome {
    fn word(&self) -> &'static str {
        match self {
            Self::Passed => "ok",
            Self::Failed => "FAILED",
            Self::Skipped(_) => "skipped",
        }
    }
}

fn command_line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
