//! Schedules of one process that has the tables to itself, ends in the middle of everything, and is
//! started again. What it left is taken over at once, and nothing of it is lost.
//!
//! Its clients share what it knows of commits in flight, so that followers see the present.

use futures::FutureExt;

use super::TOKENS;
use super::client::Client;
use super::mutant::Mutant;
use super::scheduler::Scheduler;
use super::world::Shared;
use super::writer::{Attempt, Wish};
use crate::{Claimed, Closing, Settings};

/// Longer than any schedule: nobody may wait for what a process left.
const LEASE_MS: i64 = 1_000_000;

/// More than there are items that one write can meet.
const ATTEMPTS: u32 = 10;

/// The settings of such a process.
pub(crate) fn alone(settings: Settings) -> Settings {
    Settings {
        closing: Closing::OneProcess,
        lease_ms: LEASE_MS,
        ..settings
    }
}

/// Two lives, one after the other.
pub(crate) fn live_twice(
    scheduler: &mut Scheduler,
    world: &Shared,
    settings: Settings,
    mutant: Option<Mutant>,
) {
    world.lock().is_embedded = true;
    let first = Client::new(scheduler.clients(), world, settings, mutant);
    be_busy(scheduler, &first);
    let steps = 20 + world.lock().rng.below(500);
    scheduler.run_and_kill(steps);
    world
        .lock()
        .note(|| "       the process is started again".to_owned());
    let is_patient = mutant == Some(Mutant::WaitForTheDead);
    let settings = Settings {
        closing: if is_patient {
            Closing::Wait { ms: LEASE_MS }
        } else {
            settings.closing
        },
        ..settings
    };
    let mut second = Client::new(scheduler.clients(), world, settings, mutant);
    // the clock is that of the machine
    second.store.clock = first.store.clock;
    let heir = second.beside(scheduler.clients());
    scheduler.run_in_peace(heir.take_over().boxed());
    be_busy(scheduler, &second);
    scheduler.run();
}

fn be_busy(scheduler: &mut Scheduler, process: &Client) {
    let beside = |scheduler: &Scheduler| {
        let mut client = process.beside(scheduler.clients());
        if process.mutant == Some(Mutant::TwoAlone) {
            client.store.in_flight = std::sync::Arc::default();
        }
        client
    };
    for _ in 0..2 {
        scheduler.spawn(false, beside(scheduler).write_some().boxed());
    }
    scheduler.spawn(false, beside(scheduler).read_some().boxed());
    scheduler.spawn(false, beside(scheduler).repeat_some().boxed());
    scheduler.spawn(false, beside(scheduler).sweep_some().boxed());
    scheduler.spawn(false, beside(scheduler).export_some().boxed());
    scheduler.spawn(false, beside(scheduler).poll_some().boxed());
}

impl Client {
    /// Writes wherever somebody may have left something: nothing is in the way.
    async fn take_over(self) {
        let began = self.store.clock.now();
        let documents = self.world.lock().oracle.documents.clone();
        let known = documents.into_keys().map(|key| key.id);
        let always = (0..3).map(|n| format!("r{n}"));
        let ids: std::collections::BTreeSet<String> = known.chain(always).collect();
        let updates = ids.into_iter().map(Wish::Update);
        let tokens = TOKENS.map(|token| Wish::Upsert(token.to_owned()));
        for wish in updates.chain(tokens) {
            // each attempt carries out or undoes something that it meets, and may be planned on it
            let mut outcome = Some(Attempt::Again);
            let mut attempts = 0;
            while outcome == Some(Attempt::Again) && attempts < ATTEMPTS {
                outcome = self.attempt(std::slice::from_ref(&wish), None).await;
                attempts += 1;
            }
            if !matches!(outcome, Some(Attempt::Committed | Attempt::Refused)) {
                let what = format!("{wish:?} meets what a dead process left: {outcome:?}");
                self.fail(what);
            }
        }
        for key in ["k0", "k1"] {
            let claimed = self.store.attempt(&[key], &[key.as_bytes()]).await;
            if matches!(claimed, Ok(Claimed::Running { .. }) | Err(_)) {
                self.fail(format!("{key} is held by a dead process: {claimed:?}"));
            }
            if let Ok(Claimed::Begun(attempt)) = claimed {
                // freed for those who are at it next
                let _ = self.store.give_up(&attempt).await;
            }
        }
        let took = self.store.clock.now().since(began);
        if took >= LEASE_MS {
            self.fail(format!("taking over took {took} ms"));
        }
    }
}
