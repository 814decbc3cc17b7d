//! The simulation of the commit protocol, for as long as you like: `store::simulation` over two
//! threads, one seed after the other. The test suite runs a thousand of them; rare interleavings take
//! a hundred times more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use anyhow::{Result, bail};
use store::simulation::{Counts, Violation, run as run_schedule};

/// How many schedules, and from which seed on.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Schedules to run
    #[arg(long, default_value_t = 100_000)]
    schedules: u64,
    /// The first seed; a violation names its own, and `--schedules 1` replays it
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

/// Runs the schedules, and stops at the first that breaks the protocol.
pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    let next = AtomicU64::new(arguments.seed);
    let end = arguments.seed + arguments.schedules;
    let threads = thread::available_parallelism()?.get();
    let results: Vec<Result<Counts, Box<Violation>>> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map(|_| scope.spawn(|| run_until(&next, end)))
            .collect();
        workers
            .into_iter()
            .flat_map(thread::ScopedJoinHandle::join)
            .collect()
    });
    if results.len() < threads {
        bail!("a schedule panicked");
    }
    let mut sum = Counts::default();
    for result in results {
        match result {
            Ok(counts) => add(&mut sum, &counts),
            Err(violation) => bail!("{violation}"),
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{} schedules in {seconds:.1} s: {sum:?}",
        arguments.schedules
    );
    Ok(())
}

fn run_until(next: &AtomicU64, end: u64) -> Result<Counts, Box<Violation>> {
    let mut sum = Counts::default();
    loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= end {
            return Ok(sum);
        }
        match run_schedule(seed, None) {
            Ok(counts) => add(&mut sum, &counts),
            Err(violation) => {
                // The others need not go on.
                next.store(end, Ordering::Relaxed);
                return Err(violation);
            }
        }
    }
}

fn add(sum: &mut Counts, counts: &Counts) {
    sum.steps += counts.steps;
    sum.commits += counts.commits;
    sum.conflicts += counts.conflicts;
    sum.unknown += counts.unknown;
    sum.faults += counts.faults;
    sum.crashes += counts.crashes;
    sum.checks += counts.checks;
}
