//! The simulation of the commit protocol, for as long as you like: `store::simulation` on all cores,
//! one seed after the other. The test suite runs a few hundred schedules, `cargo xtask ci` a hundred
//! thousand; rare interleavings take more.
//!
//! ```console
//! $ cargo xtask sim --schedules 1000000
//! $ cargo xtask sim --seed 4711 --schedules 1     # replays one
//! ```
#![allow(
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a command line tool speaks on standard output, and says how long it took"
)]

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use store::simulation::{Counts, Violation, run as run_schedule};

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1).map(|text| text.parse::<u64>());
    let (Some(Ok(schedules)), Some(Ok(seed)), None) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        println!("usage: simulate SCHEDULES FIRST_SEED");
        return ExitCode::FAILURE;
    };
    let started = Instant::now();
    match run_all(seed, schedules) {
        Ok(sum) => {
            let seconds = started.elapsed().as_secs_f64();
            println!(
                "{schedules} schedules from seed {seed} in {seconds:.1} s, 0 violations: {sum:?}"
            );
            ExitCode::SUCCESS
        }
        Err(violation) => {
            println!("{violation}");
            println!(
                "violation at seed {}; `cargo xtask sim --seed {} --schedules 1` replays it",
                violation.seed, violation.seed
            );
            ExitCode::FAILURE
        }
    }
}

/// Runs the schedules, and stops at the first that breaks the protocol.
fn run_all(seed: u64, schedules: u64) -> Result<Counts, Box<Violation>> {
    let next = AtomicU64::new(seed);
    let end = seed + schedules;
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<Result<Counts, Box<Violation>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| run_until(&next, seed, end)))
            .collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut sum = Counts::default();
    for result in results {
        sum.add(&result?);
    }
    Ok(sum)
}

/// How many schedules pass between two lines that say how far a long run is.
const PROGRESS: u64 = 100_000;

fn run_until(next: &AtomicU64, first: u64, end: u64) -> Result<Counts, Box<Violation>> {
    let mut sum = Counts::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return Ok(sum);
        }
        if seed > first && (seed - first).is_multiple_of(PROGRESS) {
            println!("{} schedules: 0 violations yet", seed - first);
        }
        match run_schedule(seed, None) {
            Ok(counts) => sum.add(&counts),
            Err(violation) => {
                // the others need not go on
                next.store(end, Ordering::Relaxed);
                return Err(violation);
            }
        }
    }
}
