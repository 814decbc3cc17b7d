//! Schedules with those who follow what is written: exporters, pollers, searchers, reindexers and
//! collectors.
//!
//! They rely on a commit being under way for a limited time. So the platform kills a request that
//! has lived too long, and a call is late for so long and no longer.

use futures::FutureExt;

use super::client::Client;
use super::mutant::Mutant;
use super::rng::Rng;
use super::scheduler::Scheduler;
use super::world::Shared;
use crate::{Closing, Settings};

/// Clocks differ by 60 ms, and timers are a little late.
const SKEW_MS: i64 = 70;

/// See the module head.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Following {
    /// How long a commit may take.
    pub(crate) life_ms: u64,
    /// How late a call can be, in ms.
    delay: i64,
    /// How long a search may take, in ms.
    search: i64,
}

impl Following {
    pub(crate) fn choose(rng: &mut Rng) -> Self {
        Self {
            life_ms: rng.pick(&[60, 120]),
            delay: rng.pick(&[10, 40]),
            search: rng.pick(&[50, 100]),
        }
    }

    /// From the time that a commit carries, as any clock shows it, until it cannot take effect.
    fn wait_ms(self) -> i64 {
        i64::try_from(self.life_ms).unwrap_or(0) + self.delay + SKEW_MS
    }

    /// Adds the clients that follow.
    pub(crate) fn spawn(
        self,
        scheduler: &mut Scheduler,
        world: &Shared,
        settings: Settings,
        mutant: Option<Mutant>,
    ) {
        world.lock().late_for = Some(self.delay);
        world.lock().shares_entries = mutant == Some(Mutant::EntriesOfNobody);
        let is = |other| mutant == Some(other);
        let closing = Closing::Wait {
            ms: if is(Mutant::NoClosing) {
                0
            } else {
                self.wait_ms()
            },
        };
        let retention_ms = if is(Mutant::CollectYoung) {
            -1_000
        } else {
            self.wait_ms()
        };
        let settings = Settings {
            closing,
            retention_ms,
            ..settings
        };
        let grace_ms = if is(Mutant::CollectYoung) {
            -1_000
        } else {
            self.wait_ms() + self.search
        };
        let client =
            |scheduler: &Scheduler| Client::new(scheduler.clients(), world, settings, mutant);
        scheduler.spawn(true, client(scheduler).export_some().boxed());
        scheduler.spawn(true, client(scheduler).poll_some().boxed());
        scheduler.spawn(false, client(scheduler).search_some(self.search).boxed());
        let reindexer = Client {
            life_ms: Some(self.life_ms),
            ..client(scheduler)
        };
        scheduler.spawn(true, reindexer.reindex_some().boxed());
        scheduler.spawn(true, client(scheduler).collect_some(grace_ms).boxed());
    }
}
