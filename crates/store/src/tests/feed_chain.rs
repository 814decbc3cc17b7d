//! A chain of feed windows, each beginning where the one before ended, while others write: every
//! version is in exactly one of them. Random interleavings of single calls, with lost answers, calls
//! that arrive late, and requests that are given up half way.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};

use futures::executor::block_on;
use futures::future::{BoxFuture, FutureExt};
use futures::task::noop_waker;

use super::document;
use crate::simulated::{Call, CountingIds, Endpoint, Fault, ManualClock, Reply, SimulatedTables};
use crate::table::Answer;
use crate::{
    Base, Closing, FeedPage, Method, Millis, NoAlarm, NoBlobs, Ports, Settings, Store, Transaction,
    Version, Write,
};

const SCHEDULES: u64 = 300;
/// Long enough for every call that is late: the clock moves little here.
const LEASE_MS: i64 = 1_000_000_000;

/// Numbers that look random (xorshift).
#[derive(Clone)]
struct Chance(Arc<Mutex<u64>>);

impl Chance {
    fn new(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(
            seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        )))
    }

    fn below(&self, below: u64) -> u64 {
        let mut state = self.0.lock().unwrap();
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state % below
    }
}

/// Tables that take their time: other futures run before and after every call.
struct Slow {
    tables: SimulatedTables,
    chance: Chance,
}

impl Endpoint for Slow {
    fn answer(&self, call: Call) -> BoxFuture<'_, Answer<Reply>> {
        let (before, after) = (self.chance.below(6), self.chance.below(4));
        async move {
            pause(before).await;
            let answer = self.tables.answer(call).await;
            pause(after).await;
            answer
        }
        .boxed()
    }
}

async fn pause(mut turns: u64) {
    poll_fn(|context| {
        // those that wait for many look only at whom was woken
        context.waker().wake_by_ref();
        let is_over = turns == 0;
        turns = turns.saturating_sub(1);
        if is_over {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

type Seen = Arc<Mutex<Vec<(String, u64)>>>;

struct World {
    tables: SimulatedTables,
    clock: Arc<ManualClock>,
    store: Store,
    chance: Chance,
    seen: Seen,
}

impl World {
    fn new(seed: u64, closing: Closing) -> Self {
        let chance = Chance::new(seed);
        let clock = Arc::new(ManualClock::default());
        let tables = SimulatedTables::with_clock(clock.clone());
        let slow = Slow {
            tables: tables.clone(),
            chance: chance.clone(),
        };
        let settings = Settings {
            closing,
            attempts: 2,
            lease_ms: LEASE_MS,
            ..Settings::default()
        };
        let ids = Arc::new(CountingIds::default());
        let store = Store::new(
            Ports {
                tables: Arc::new(slow),
                blobs: Arc::new(NoBlobs),
                alarm: Arc::new(NoAlarm),
                clock: clock.clone(),
                ids,
            },
            settings,
        );
        let faults = chance.clone();
        tables.break_with(move |call| match faults.below(12) {
            0 if call.is_write() => Some(Fault::Late),
            1 if call.is_write() => Some(Fault::LostAnswer),
            _ => None,
        });
        Self {
            tables,
            clock,
            store,
            chance,
            seen: Seen::default(),
        }
    }

    fn writer(&self) -> BoxFuture<'static, ()> {
        let (store, chance) = (self.store.clone(), self.chance.clone());
        async move {
            for _ in 0..4 {
                let key = document(&chance.below(4).to_string());
                let Ok(head) = store.read(&key).await else {
                    continue;
                };
                let write = Write {
                    base: Base::from(head),
                    key,
                    method: Method::Put,
                    body: Some("a".into()),
                    identifiers: Vec::new(),
                    entries: Vec::new(),
                };
                let transaction = Transaction {
                    writes: vec![write],
                    ..Transaction::default()
                };
                // refused or unknown: what counts is what the tables show in the end
                let _ = store.commit(transaction).await;
            }
        }
        .boxed()
    }

    /// Reads some windows; the first begins at `since`. Returns where the next one begins.
    fn poller(&self, windows: u64, next: Arc<Mutex<Millis>>) -> BoxFuture<'static, ()> {
        let (store, chance) = (self.store.clone(), self.chance.clone());
        let seen = self.seen.clone();
        async move {
            for _ in 0..windows {
                let since = *next.lock().unwrap();
                let until = store.closed_until();
                let mut page = FeedPage {
                    kinds: None,
                    since: Some(since),
                    until,
                    current_between: None,
                    before: None,
                    limit: 1 + usize::try_from(chance.below(3)).unwrap(),
                };
                loop {
                    let result = store.feed(&page).await.unwrap();
                    let name = |version: &Version| (version.key.id.clone(), version.version);
                    seen.lock()
                        .unwrap()
                        .extend(result.versions.iter().map(name));
                    page.before = result.next;
                    if page.before.is_none() {
                        break;
                    }
                }
                *next.lock().unwrap() = until.plus(1);
            }
        }
        .boxed()
    }

    /// Runs everybody, one at a time, in random order; gives up on a writer now and then.
    fn run(&self) {
        let next = Arc::new(Mutex::new(Millis(0)));
        let mut tasks: Vec<_> = (0..3).map(|_| self.writer()).collect();
        tasks.push(self.poller(6, next.clone()));
        let mut poller = tasks.len() - 1;
        let waker = noop_waker();
        while !tasks.is_empty() {
            let at = usize::try_from(self.chance.below(tasks.len() as u64)).unwrap();
            let is_given_up = at != poller && self.chance.below(200) == 0;
            let mut context = Context::from_waker(&waker);
            if is_given_up || tasks[at].poll_unpin(&mut context).is_ready() {
                drop(tasks.remove(at));
                match at.cmp(&poller) {
                    std::cmp::Ordering::Less => poller -= 1,
                    std::cmp::Ordering::Equal => poller = usize::MAX,
                    std::cmp::Ordering::Greater => {}
                }
            }
            self.clock.advance(i64::from(self.chance.below(8) == 0));
            if self.chance.below(20) == 0 {
                self.tables.deliver_late();
            }
        }
        self.tables.repair();
        self.tables.deliver_late();
        self.clock.advance(LEASE_MS + 1);
        let mut last = self.poller(1, next);
        let waker = noop_waker();
        while last
            .poll_unpin(&mut Context::from_waker(&waker))
            .is_pending()
        {}
    }

    /// Every version there is, and how often it was seen.
    fn counted(&self) -> BTreeMap<(String, u64), usize> {
        let mut counted = BTreeMap::new();
        for id in 0..4 {
            let plain = Store {
                tables: Arc::new(self.tables.clone()),
                ..self.store.clone()
            };
            let head = block_on(plain.read(&document(&id.to_string()))).unwrap();
            let versions = head.map_or(0, |head| head.version);
            counted.extend((1..=versions).map(|version| ((id.to_string(), version), 0)));
        }
        for version in self.seen.lock().unwrap().iter() {
            *counted.entry(version.clone()).or_default() += 1;
        }
        counted
    }
}

fn is_exact(seed: u64, closing: Closing) -> (bool, usize) {
    let world = World::new(seed, closing);
    world.run();
    let counted = world.counted();
    (counted.values().all(|times| *times == 1), counted.len())
}

#[test]
fn a_chain_of_windows_has_every_version_exactly_once() {
    let mut versions = 0;
    for seed in 0..SCHEDULES {
        let (is_exact, count) = is_exact(seed, Closing::OneProcess);
        assert!(is_exact, "seed {seed}");
        versions += count;
    }
    assert!(versions > 1_000, "{versions}");
}

#[test]
fn windows_that_end_at_the_present_lose_versions() {
    let exact = |seed| is_exact(seed, Closing::Wait { ms: 0 }).0;
    assert!(!(0..SCHEDULES).all(exact));
}
