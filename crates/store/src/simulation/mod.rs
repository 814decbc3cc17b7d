//! The commit protocol under a deterministic scheduler: the real code of this crate, over simulated
//! tables, with crashes, lost answers, late duplicates, throttling and skewed clocks.
//!
//! | module      | what it does |
//! |-------------|--------------|
//! | `scheduler` | lets one call at a time take a step, chosen by a seed |
//! | `adversity` | what goes wrong with a call |
//! | `wire`      | the ports of one client |
//! | `writer`, `reader` | clients that write and read as a server does |
//! | `following` | schedules with the clients below |
//! | `follower`, `searcher`, `maintainer` | clients that export, poll, search, reindex and collect |
//! | `blobs`     | the blobs, as one client reaches them |
//! | `repeater`  | clients with idempotency keys |
//! | `restart`   | schedules of one process that ends and is started again |
//! | `observe`, `oracle` | the sequential specification, fed by what the tables show |
//! | `mutant`, `saboteur` | wrong variants that must be caught, and how they work |
//!
//! A schedule is a function of its seed: a failure is replayed by running the seed again.

mod adversity;
mod blobs;
mod client;
mod content;
mod follower;
mod following;
mod in_flight;
mod maintainer;
mod mutant;
mod observe;
mod oracle;
mod reader;
mod repeater;
mod restart;
mod rng;
mod sabotage;
mod saboteur;
mod scheduler;
mod searcher;
#[cfg(test)]
mod tests;
mod wire;
mod world;
mod writer;

use std::fmt;

use futures::FutureExt;

use adversity::Adversity;
use client::Client;
use following::Following;
use scheduler::Scheduler;
use world::Shared;

pub(crate) use rng::Rng;

pub use mutant::Mutant;
pub use world::Counts;

use crate::identifier::Criterion;
use crate::{DocumentKey, Settings};

/// The tokens that simulated documents hold: unique ones and shared ones, under the same keys.
const TOKENS: [&str; 5] = ["u|a", "u|b", "s|a", "s|b", "s|c"];

fn criterion(token: &str) -> Criterion {
    let key = token.split_once('|').map_or(token, |(_, key)| key);
    Criterion {
        key: key.to_owned(),
        token: Some(token.to_owned()),
    }
}

/// A schedule in which something was wrong.
#[derive(Debug, Clone)]
pub struct Violation {
    /// Replays the schedule.
    pub seed: u64,
    /// What was wrong.
    pub what: String,
    /// Every step up to then.
    pub trace: Vec<String>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seed {}: {}", self.seed, self.what)?;
        self.trace.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Runs the schedule of a seed, as the code is or with one rule broken.
///
/// # Errors
/// When something was wrong, with a trace.
pub fn run(seed: u64, mutant: Option<Mutant>) -> Result<Counts, Box<Violation>> {
    let world = Shared::new(seed, false);
    simulate(&world, seed, mutant);
    let (counts, violation) = {
        let mut world = world.lock();
        (world.counts, world.oracle.violation.take())
    };
    let Some(what) = violation else {
        return Ok(counts);
    };
    let world = Shared::new(seed, true);
    simulate(&world, seed, mutant);
    let trace = world.lock().trace.take().unwrap_or_default();
    Err(Box::new(Violation { seed, what, trace }))
}

fn simulate(world: &Shared, seed: u64, mutant: Option<Mutant>) {
    let (settings, adversity) = choose(&mut world.lock().rng, mutant);
    let (writers, readers) = {
        let rng = &mut world.lock().rng;
        (2 + rng.below(2), 1 + rng.below(2))
    };
    let mut scheduler = Scheduler::new(world.clone(), adversity);
    let settings = match seed % 6 {
        1 => spilling(world, settings, &adversity),
        3 => restart::alone(spilling(world, settings, &adversity)),
        _ => settings,
    };
    if seed % 6 == 3 {
        restart::live_twice(&mut scheduler, world, settings, mutant);
        return finish(world, settings, mutant, scheduler);
    }
    let following = (seed % 3 == 2).then(|| Following::choose(&mut world.lock().rng));
    let mut number = 0;
    let mut client = || {
        number += 1;
        Client {
            life_ms: following.map(|following| following.life_ms),
            ..Client::new(number - 1, world, settings, mutant)
        }
    };
    for _ in 0..writers {
        scheduler.spawn(true, client().write_some().boxed());
    }
    for _ in 0..readers {
        scheduler.spawn(false, client().read_some().boxed());
    }
    scheduler.spawn(true, client().sweep_some().boxed());
    for _ in 0..if seed % 6 == 1 { 2 } else { 0 } {
        scheduler.spawn(true, client().repeat_some().boxed());
    }
    if let Some(following) = following {
        following.spawn(&mut scheduler, world, settings, mutant);
    }
    scheduler.run();
    finish(world, settings, mutant, scheduler);
}

fn choose(rng: &mut Rng, mutant: Option<Mutant>) -> (Settings, Adversity) {
    let is = |other| mutant == Some(other);
    let (attempts, staging_attempts) = (rng.pick(&[1, 2, 3, 4]), rng.pick(&[1, 3, 6]));
    let (backoff_ms, wait_ms) = (rng.pick(&[1, 4]), rng.pick(&[4, 20]));
    let settings = Settings {
        in_flight: 8,
        attempts,
        staging_attempts,
        backoff_ms,
        wait_ms,
        wait_large_ms: wait_ms,
        lease_ms: rng.pick(&[20, 60, 200]),
        max_direct_items: rng.pick(&[1, 2, 3, 100]),
        retention_ms: if is(Mutant::ForgetEarly) {
            -1_000
        } else {
            100_000_000
        },
        ..Settings::default()
    };
    let adversity = Adversity {
        fault: rng.pick(&[0, 20, 60, 150, 400]),
        crash: rng.pick(&[0, 0, 4, 15]),
        late: rng.pick(&[120, 30, 8]),
        is_unfair: rng.chance(500),
        hides_retries: is(Mutant::HiddenRetry),
    };
    (settings, adversity)
}

/// Some bodies, or all of them, are kept as blobs.
fn spilling(world: &Shared, settings: Settings, adversity: &Adversity) -> Settings {
    let mut world = world.lock();
    world.blob_faults = adversity.fault;
    Settings {
        max_inline_bytes: world.rng.pick(&[0, 45, 10_000]),
        ..settings
    }
}

/// Nobody disturbs any more: sweeps must finish what was left, and forget it in due time.
fn finish(world: &Shared, settings: Settings, mutant: Option<Mutant>, mut scheduler: Scheduler) {
    scheduler.calm_down();
    world.lock().blob_faults = 0;
    for pause in [settings.lease_ms + 100, settings.retention_ms + 100] {
        if world.lock().oracle.violation.is_some() {
            return;
        }
        world.lock().pass(pause);
        let client = Client::new(scheduler.clients(), world, settings, mutant);
        scheduler.spawn(false, client.sweep_all().boxed());
        scheduler.run();
        check_end(world);
    }
    let mut world = world.lock();
    observe::check_no_intents(&mut world);
    observe::check_no_waste(&mut world);
    if mutant.is_none() {
        observe::check_forgotten(&mut world);
    }
}

/// After everything has arrived and was swept, all that is in effect is complete.
fn check_end(world: &Shared) {
    let mut world = world.lock();
    let documents: Vec<DocumentKey> = world.oracle.documents.keys().cloned().collect();
    for document in documents {
        observe::check_entries(&mut world, &document);
    }
    world.oracle.check_refused();
    follower::check_followed(&mut world);
}
