//! Replays `events/` through the built Lambda functions, so that the events cannot rot.
//!
//! Each function's `bootstrap` runs under the official Runtime Interface Emulator, as it does inside
//! `sam local invoke`, but without Docker. Behind the functions stands the embedded engine, over the
//! wire, with nothing in it at the start. The cases of a function run in the order of their names:
//! an earlier one may store what a later one reads.
//!
//! A case is two files: `events/<function>/<case>.json`, the event as Lambda gets it from API Gateway,
//! SQS or a schedule, and `<case>.expected.json`, the shape of the answer (see [`crate::shape`]),
//! where `body` stands for the parsed body, and `errorMessage` for that of a failed invocation. `{job}` in an event is the
//! job that an answer named last, `{reindex}` the reindex, and `{token …}` a token (see [`tokens`]).

pub(crate) mod case;
pub(crate) mod process;
pub(crate) mod tokens;

use std::path::Path;

use anyhow::{Result, bail};

use crate::events::case::{Case, Jobs};
use crate::events::process::{Engine, Function};
use crate::events::tokens::Tokens;
use crate::step::Steps;
use crate::tool::lambda_emulator;
use crate::workspace::{cargo, root, target_directory};

/// Builds the functions and the engine, and replays the events.
pub(crate) fn replay(steps: &mut Steps, filter: Option<&str>) -> Result<()> {
    let Some(emulator) = lambda_emulator() else {
        steps.skip(
            "events",
            "no Lambda emulator (`.ci/run` installs aws-sam-cli into .venv)",
        );
        return Ok(());
    };
    let mut build = cargo(&["build", "--workspace", "--bin", "fyr"]);
    check_functions()?;
    for function in FUNCTIONS {
        build.args(["--bin", function]);
    }
    steps.run("build", &mut build)?;
    let binaries = target_directory()?.join("debug");
    steps.perform("events", || {
        replay_all(&emulator, &binaries, filter.unwrap_or_default())
    })
}

/// The functions; each has a folder in `events/`. The cases of some read what those before wrote.
pub(crate) const FUNCTIONS: [&str; 11] = [
    "reindex-kickoff",
    "export-kickoff",
    "poll-status",
    "job-worker",
    "resource",
    "binary",
    "transaction",
    "import-organizations",
    "recovery",
    "sweeper",
    "scheduled-export",
];

/// Makes sure that none is forgotten.
fn check_functions() -> Result<()> {
    for entry in std::fs::read_dir(root().join("functions"))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() && !FUNCTIONS.contains(&name.as_str()) {
            bail!("functions/{name} is not replayed");
        }
    }
    Ok(())
}

fn replay_all(emulator: &Path, binaries: &Path, filter: &str) -> Result<()> {
    let logs = binaries.with_file_name("events");
    std::fs::create_dir_all(&logs)?;
    let engine = Engine::start(&binaries.join("fyr"), &logs)?;
    let mut tokens = Tokens::new(&binaries.join("fyr"), &logs);
    let (mut passed, mut failed, mut jobs) = (0, 0, Jobs::default());
    for name in FUNCTIONS {
        let log = logs.join(format!("{name}.log"));
        let function = Function::start(
            emulator,
            &binaries.join(name),
            (&engine, &tokens.issuers()),
            &log,
        )?;
        for case in Case::all(&root().join("events").join(name))? {
            let title = format!("{name}/{}", case.name);
            if !title.contains(filter) {
                continue;
            }
            let answer = function.invoke(&case.event_about(&jobs, &mut tokens)?)?;
            jobs.learn_from(&answer);
            let differences = case.differences(&answer);
            if differences.is_empty() {
                passed += 1;
                println!("ok      {title}");
            } else {
                failed += 1;
                println!("FAILED  {title}");
            }
            for difference in differences {
                println!("        {difference}");
            }
        }
    }
    println!("events: {passed} passed, {failed} failed");
    if failed > 0 || passed == 0 {
        bail!(
            "{failed} of {} events were not answered as expected",
            passed + failed
        );
    }
    Ok(())
}
