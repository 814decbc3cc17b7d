//! What all simulated clients have: a store of their own, over the shared world.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use futures::FutureExt;
use futures::future::{Either, select};

use super::TOKENS;
use super::blobs::BlobWire;
use super::content::Content;
use super::mutant::Mutant;
use super::saboteur::Saboteur;
use super::wire::{SeededIds, SkewedClock, Wire};
use super::world::Shared;
use super::writer::Wish;
use crate::{Millis, NoAlarm, Ports, Settings, Store};

/// See the module head.
pub(crate) struct Client {
    pub(crate) number: usize,
    pub(crate) world: Shared,
    pub(crate) store: Store,
    pub(crate) mutant: Option<Mutant>,
    /// When the platform kills a request, in ms; never when none is given.
    pub(crate) life_ms: Option<u64>,
}

impl Client {
    pub(crate) fn new(
        number: usize,
        world: &Shared,
        settings: Settings,
        mutant: Option<Mutant>,
    ) -> Self {
        let saboteur = mutant.map(|mutant| Arc::new(Mutex::new(Saboteur::new(mutant))));
        let wire = Wire {
            client: number,
            world: world.clone(),
            saboteur,
        };
        let blobs = BlobWire {
            client: number,
            world: world.clone(),
            mutant,
        };
        let skew_ms = i64::try_from(world.lock().rng.below(60)).unwrap_or(0) - 30;
        let clock = SkewedClock {
            world: world.clone(),
            skew_ms,
        };
        let ids = SeededIds(world.clone());
        let store = Store::new(
            Ports {
                tables: Arc::new(wire),
                blobs: Arc::new(blobs),
                alarm: Arc::new(NoAlarm),
                clock: Arc::new(clock),
                ids: Arc::new(ids),
            },
            settings,
        );
        Self {
            number,
            world: world.clone(),
            store,
            mutant,
            life_ms: None,
        }
    }

    /// Another client of the same process.
    pub(crate) fn beside(&self, number: usize) -> Self {
        let other = Self::new(number, &self.world, self.store.settings, self.mutant);
        let mut store = self.store.clone();
        store.tables = other.store.tables;
        store.blobs = other.store.blobs;
        Self { store, ..other }
    }

    /// Writes a few transactions.
    pub(crate) async fn write_some(self) {
        let more = if self.life_ms.is_some() { 4 } else { 0 };
        let count = 2 + more + self.below(3);
        for _ in 0..count {
            let wishes: Vec<Wish> = (0..=self.below(3)).map(|_| self.wish()).collect();
            self.write(&wishes).await;
        }
    }

    /// Does something that changes documents, unless the platform kills it first.
    pub(crate) async fn unless_killed<T>(
        &self,
        change: impl Future<Output = T> + Send,
    ) -> Option<T> {
        let change = change.boxed();
        let Some(life_ms) = self.life_ms else {
            return Some(change.await);
        };
        match select(change, self.store.clock.sleep(life_ms)).await {
            Either::Left((result, _)) => Some(result),
            Either::Right(((), change)) => {
                drop(change);
                self.note(|| "       killed".to_owned());
                let mut world = self.world.lock();
                world.abandon(self.number);
                world.counts.unknown += 1;
                None
            }
        }
    }

    /// Sweeps now and then.
    pub(crate) async fn sweep_some(self) {
        for _ in 0..3 {
            let pause = 5 + self.below(30);
            self.store.clock.sleep(pause).await;
            // what fails is swept the next time
            let pages = 1 + self.below(4);
            let _ = self.store.sweep(usize::try_from(pages).unwrap_or(1)).await;
        }
    }

    /// Sweeps everything: the rest of the round that was begun, and a whole one.
    pub(crate) async fn sweep_all(self) {
        for _ in 0..2 {
            loop {
                let swept = self.store.sweep(3).await;
                self.note(|| format!("{swept:?}"));
                if !swept.is_ok_and(|swept| swept.is_unfinished) {
                    break;
                }
            }
        }
    }

    fn wish(&self) -> Wish {
        let id = self.some_id();
        let token = self.world.lock().rng.pick(&TOKENS.map(str::to_owned));
        match self.below(100) {
            0..20 => Wish::Create(None),
            20..35 => Wish::Create(Some(token)),
            35..50 => Wish::Upsert(token),
            50..85 => Wish::Update(id),
            _ => Wish::Delete(id),
        }
    }

    /// An id that exists, or one of those that all clients know.
    pub(crate) fn some_id(&self) -> String {
        let mut world = self.world.lock();
        let known: Vec<String> = world
            .oracle
            .documents
            .keys()
            .map(|key| key.id.clone())
            .collect();
        if known.is_empty() || world.rng.chance(500) {
            return format!("r{}", world.rng.below(3));
        }
        world.rng.pick(&known)
    }

    /// Often those of before, else some others.
    pub(crate) fn choose_tokens(&self, before: Option<&Content>) -> BTreeSet<String> {
        let mut world = self.world.lock();
        if let Some(before) = before
            && world.rng.chance(400)
        {
            return before.tokens.clone();
        }
        let count = world.rng.below(3);
        (0..count)
            .map(|_| world.rng.pick(&TOKENS.map(str::to_owned)))
            .collect()
    }

    pub(crate) fn new_id(&self) -> String {
        format!("n{}", self.world.lock().unique())
    }

    pub(crate) fn deadline(&self) -> Option<Millis> {
        let mut world = self.world.lock();
        let in_ms = i64::try_from(world.rng.below(400)).unwrap_or(0);
        world.rng.chance(100).then(|| world.now.plus(in_ms))
    }

    pub(crate) fn below(&self, below: u64) -> u64 {
        self.world.lock().rng.below(below)
    }

    pub(crate) fn step(&self) -> u64 {
        self.world.lock().counts.steps
    }

    pub(crate) async fn rest(&self) {
        let pause = 1 + self.below(10);
        self.store.clock.sleep(pause).await;
    }

    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        let number = self.number;
        self.world.lock().note(|| format!("{number:2} {}", line()));
    }
}
