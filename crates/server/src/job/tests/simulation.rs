//! Messages are lost, repeated and overtake each other, workers die at any moment, the tables fail:
//! the job is done, and everything in it once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use serde_json::json;
use store::simulated::Fault;

use super::super::{Engine, Job, State};
use super::bench::{Bench, begun, found, numbers};

/// Seeds of a run in CI.
const SEEDS: u64 = 150;
/// Workers that may be at work at the same time.
const WORKERS: usize = 3;
/// Moments after which a job must be over.
const MOMENTS: usize = 60_000;

/// A small generator of numbers (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// A worker at work; in the end it says whether the message is done with.
type Running = Pin<Box<dyn Future<Output = bool>>>;

/// A message in the hands of a worker, or of none. The tick is one without text.
struct Sent {
    body: String,
    running: Option<Running>,
}

/// What happened on the way to a completed job.
#[derive(Debug, Default)]
struct Tally {
    dropped: usize,
    doubled: usize,
    killed: usize,
}

struct World {
    bench: Bench,
    observer: Engine,
    workers: Vec<Engine>,
    sent: Vec<Sent>,
    chance: Chance,
    tally: Tally,
    /// While it is on, the tables do not fail.
    is_calm: Arc<AtomicBool>,
}

impl World {
    fn new(seed: u64) -> Self {
        let bench = Bench::new();
        let is_calm = Arc::new(AtomicBool::new(true));
        let mut faults = Chance(seed | 1);
        let calm = Arc::clone(&is_calm);
        bench.tables.0.break_with(move |_| {
            let fault = match faults.below(60) {
                0 => Some(Fault::LostAnswer),
                1 => Some(Fault::Dropped),
                2 => Some(Fault::Throttled),
                _ => None,
            };
            fault.filter(|_| !calm.load(Ordering::Relaxed))
        });
        Self {
            observer: bench.worker(),
            workers: (0..WORKERS).map(|_| bench.worker()).collect(),
            bench,
            sent: Vec::new(),
            chance: Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1),
            tally: Tally::default(),
            is_calm,
        }
    }

    /// Looks at a job without a fault on the way.
    fn job(&self, id: &str) -> Job {
        self.is_calm.store(true, Ordering::Relaxed);
        let job = found(&self.observer, id).job;
        self.is_calm.store(false, Ordering::Relaxed);
        job
    }

    /// Takes the messages from the queue: some are lost, some come twice.
    fn collect(&mut self) {
        for message in self.bench.queue.take() {
            let copies = match self.chance.below(10) {
                0 => 0,
                1 => 2,
                _ => 1,
            };
            self.tally.dropped += usize::from(copies == 0);
            self.tally.doubled += usize::from(copies == 2);
            self.sent.extend((0..copies).map(|_| Sent {
                body: message.body.clone(),
                running: None,
            }));
        }
    }

    /// Something happens: time passes, a worker dies, takes a message, or goes on.
    fn moment(&mut self) {
        match self.chance.below(100) {
            0 => self.bench.clock.advance(1_000),
            1 => self.bench.clock.advance(121_000),
            2 => self.tick(),
            _ if self.sent.is_empty() => self.bench.clock.advance(10),
            3 => self.kill(),
            _ => self.go_on(),
        }
    }

    fn tick(&mut self) {
        let worker = self.workers[0].clone();
        let running = async move { worker.tick().await.is_ok() };
        self.sent.push(Sent {
            body: String::new(),
            running: Some(Box::pin(running)),
        });
    }

    /// A worker dies; what it worked on comes again, and a new one takes its place.
    fn kill(&mut self) {
        let victim = self.chance.below(self.sent.len());
        self.tally.killed += usize::from(self.sent[victim].running.take().is_some());
        let place = self.chance.below(WORKERS);
        self.workers[place] = self.bench.worker();
    }

    fn go_on(&mut self) {
        let at = self.chance.below(self.sent.len());
        let worker = self.workers[self.chance.below(WORKERS)].clone();
        let Sent { body, running } = &mut self.sent[at];
        let running = running.get_or_insert_with(|| {
            let body = body.clone();
            Box::pin(async move { body.is_empty() || worker.receive(&body).await.is_ok() })
        });
        let mut context = Context::from_waker(Waker::noop());
        match running.as_mut().poll(&mut context) {
            Poll::Pending => {}
            Poll::Ready(true) => drop(self.sent.swap_remove(at)),
            Poll::Ready(false) => self.sent[at].running = None,
        }
    }
}

fn run(seed: u64) -> Tally {
    let mut world = World::new(seed);
    let job = begun(&world.observer, json!({"below": 23, "parts": seed % 4 + 1}));
    for _ in 0..MOMENTS {
        world.collect();
        world.moment();
        if world.sent.is_empty() || world.chance.below(50) == 0 {
            let job = world.job(&job.id);
            if job.state.is_over() {
                assert_eq!(job.state, State::Completed, "seed {seed}: {:?}", job.reason);
                assert_eq!(numbers(&job), (0..23).collect::<Vec<u64>>(), "seed {seed}");
                return world.tally;
            }
        }
    }
    panic!("seed {seed}: not over: {:?}", world.job(&job.id));
}

#[test]
fn every_number_is_collected_once_whatever_happens() {
    let mut all = Tally::default();
    for seed in 0..SEEDS {
        let tally = run(seed);
        all.dropped += tally.dropped;
        all.doubled += tally.doubled;
        all.killed += tally.killed;
    }
    let floor = usize::try_from(SEEDS).unwrap() / 2;
    let least = all.dropped.min(all.doubled).min(all.killed);
    assert!(least >= floor, "too quiet to show anything: {all:?}");
}
