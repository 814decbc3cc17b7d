//! What a cold start costs: from the start of a function's process to its first answer, as wall time, CPU time and memory,
//! beside the least that a function can be (`benches/examples/bare.rs`).
//!
//! The functions run against a Runtime API of this process, and against the embedded engine over plain HTTP; one of
//! them over TLS too. All take turns, so that a machine that grows slower does so for each of them, and the figures
//! are the middle ones. What Lambda adds, it adds to both: fetching the code, and starting the machine around it.

mod anew;
mod figures;
mod report;
mod runtime_api;
mod subject;
mod tls;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::cold::figures::{Start, cpu, peak_bytes};
use crate::cold::report::{BARE, Report};
use crate::cold::runtime_api::RuntimeApi;
use crate::cold::subject::Subject;
use crate::cold::tls::Door;
use crate::events::FUNCTIONS;
use crate::events::case::{Case, Jobs};
use crate::events::process::{Engine, spawn};
use crate::events::tokens::Tokens;
use crate::step::Steps;
use crate::tool::answers;
use crate::workspace::{cargo, root, target_directory};

/// What is measured, and how often.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Starts of each function
    #[arg(long, default_value_t = 21)]
    runs: usize,
    /// Only these functions, as in resource,transaction
    #[arg(long, value_delimiter = ',')]
    functions: Vec<String>,
    /// The dev profile: to try the measurement out, for its figures say little
    #[arg(long)]
    dev: bool,
}

/// Builds the functions, and measures them.
pub(crate) fn measure(steps: &mut Steps, arguments: &Arguments) -> Result<()> {
    let mut functions: Vec<&str> = FUNCTIONS.to_vec();
    if !arguments.functions.is_empty() {
        functions.retain(|name| arguments.functions.iter().any(|wanted| wanted == name));
    }
    if functions.is_empty() {
        bail!("there are: {}", FUNCTIONS.join(", "));
    }
    // as cargo-lambda builds what is deployed
    let profile = if arguments.dev { "dev" } else { "function" };
    let mut build = cargo(&["build", "--profile", profile]);
    build.args(functions.iter().flat_map(|name| ["--package", name]));
    steps.run("build", &mut build)?;
    let mut build = cargo(&["build", "--profile", profile, "--package", "benches"]);
    build.args(["--example", BARE, "--example", "tls"]);
    steps.run("build of the bare function", &mut build)?;
    let engine = if arguments.dev { "dev" } else { "release" };
    let build = ["build", "--profile", engine, "--package", "fyr"];
    steps.run("build of the engine", &mut cargo(&build))?;
    let binaries = |profile| target_directory().map(|target| target.join(folder(profile)));
    let (binaries, fyr) = (binaries(profile)?, binaries(engine)?.join("fyr"));
    let has_tls = answers(Path::new("openssl"), "version");
    if !has_tls {
        steps.skip(
            "cold starts over TLS",
            "there is no openssl for a certificate",
        );
    }
    steps.perform("cold starts", || {
        let subjects = Subject::all(&functions, has_tls);
        let bench = Bench::start(&binaries, &fyr, &subjects)?;
        let report = bench.run(&subjects, arguments.runs)?;
        if arguments.dev {
            Ok(())
        } else {
            report.hold_to_targets()
        }
    })
}

/// Where cargo puts what it builds in this profile.
fn folder(profile: &str) -> &str {
    if profile == "dev" { "debug" } else { profile }
}

/// Writes the functions as unpacking a package writes them, and tells where. A file that a linker wrote is in the
/// page cache in small pieces, and starts slower.
fn deploy(binaries: &Path, subjects: &[Subject<'_>]) -> Result<PathBuf> {
    let deployed = binaries.with_file_name("deployed");
    std::fs::create_dir_all(&deployed)?;
    for function in subjects.iter().map(|subject| subject.function) {
        let folder = if function == BARE { "examples" } else { "" };
        let from = binaries.join(folder).join(function);
        std::fs::copy(&from, deployed.join(function))
            .with_context(|| from.display().to_string())?;
    }
    Ok(deployed)
}

/// All that the functions are measured with.
struct Bench {
    deployed: PathBuf,
    tls: PathBuf,
    logs: PathBuf,
    engine: Engine,
    /// For the sweeper: with nothing in it, or it would find the jobs that each start of others leaves.
    swept: Engine,
    issuers: String,
    events: BTreeMap<String, Vec<u8>>,
    /// How many events were offered.
    offered: Cell<u32>,
    door: Option<Door>,
}

impl Bench {
    fn start(binaries: &Path, fyr: &Path, subjects: &[Subject<'_>]) -> Result<Self> {
        let logs = binaries.with_file_name("cold");
        std::fs::create_dir_all(&logs)?;
        let (engine, swept) = (Engine::start(fyr, &logs)?, Engine::start(fyr, &logs)?);
        let mut tokens = Tokens::new(fyr, &logs);
        let mut events = BTreeMap::new();
        for subject in subjects {
            let (folder, name) = subject.event();
            let all = Case::all(&root().join("events").join(folder))?;
            let case = all.iter().find(|case| case.name == name);
            let case = case.with_context(|| format!("{folder} has no {name}"))?;
            let event = case.event_about(&Jobs::default(), &mut tokens)?;
            events.insert(subject.title(), event);
        }
        let tls = binaries.join("examples/tls");
        let deployed = deploy(binaries, subjects)?;
        let needs_door = subjects.iter().any(Subject::is_over_tls);
        let door = needs_door.then(|| Door::before(engine.tables_port(), &tls, &logs));
        Ok(Self {
            door: door.transpose()?,
            issuers: tokens.issuers(),
            deployed,
            tls,
            logs,
            engine,
            swept,
            events,
            offered: Cell::new(1),
        })
    }

    fn run(&self, subjects: &[Subject<'_>], runs: usize) -> Result<Report> {
        let mut report = Report::default();
        // The first round warms up the disk's cache, and does not count.
        for round in 0..=runs {
            for subject in subjects {
                let start = self.measure(subject).with_context(|| subject.title())?;
                if round > 0 {
                    report.add(subject.title(), start);
                }
            }
        }
        println!("{runs} starts of each, the middle ones:");
        println!("{}", Report::HEADING);
        for subject in subjects {
            let size = self.deployed.join(subject.function).metadata()?.len();
            println!("{}", report.row(&subject.title(), size).unwrap_or_default());
        }
        self.tell_handshakes()?;
        Ok(report)
    }

    /// Starts a function, has it answer twice, and ends it. A commit is another one each time.
    fn measure(&self, subject: &Subject<'_>) -> Result<Start> {
        let api = RuntimeApi::start()?;
        let event = self.events.get(&subject.title()).context("no event")?;
        let mut command = Command::new(self.deployed.join(subject.function));
        let engine = match subject.function {
            "sweeper" => &self.swept,
            _ => &self.engine,
        };
        command.envs(engine.settings_of_functions(&self.issuers));
        command.env("AWS_LAMBDA_RUNTIME_API", api.address());
        if subject.is_over_tls() {
            command.envs(self.door.iter().flat_map(Door::settings));
        }
        let log = self.logs.join(format!("{}.log", subject.function));
        api.offer(&self.anew(event))?;
        let started = Instant::now();
        let process = spawn(&mut command, &log)?;
        let first = api.answered()?.duration_since(started);
        let (cpu, peak_bytes) = (cpu(process.id())?, peak_bytes(process.id())?);
        let event = self.anew(event);
        let offered = Instant::now();
        api.offer(&event)?;
        let second = api.answered()?.duration_since(offered);
        Ok(Start {
            first,
            second,
            cpu,
            peak_bytes,
        })
    }

    fn anew(&self, event: &[u8]) -> Vec<u8> {
        let number = self.offered.get();
        self.offered.set(number + 1);
        anew::anew(event, number)
    }

    /// The CPU time of handshakes, in a process that does nothing else.
    fn tell_handshakes(&self) -> Result<()> {
        let Some(door) = &self.door else {
            return Ok(());
        };
        let figures = door.handshakes(&self.tls)?;
        let figures: Vec<String> = figures.iter().map(u64::to_string).collect();
        println!(
            "CPU of the handshakes of a process, one after the other, microseconds: {}",
            figures.join(" ")
        );
        Ok(())
    }
}
