//! Workers die at any moment, messages are lost and repeated, others write: every resource that stood
//! still is counted once, and all are as they should be.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use serde_json::json;

use super::super::{entries::organization_at, fyr::Fyr};
use super::client::{begin, changed, report, stale, strip};

const RESOURCES: usize = 40;
const SEEDS: u64 = 12;

struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Gives a worker so many moments; none when it died before it was done.
fn live<T>(work: impl Future<Output = T>, moments: u64) -> Option<T> {
    let mut work = Pin::from(Box::new(work) as Box<dyn Future<Output = T>>);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..moments {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return Some(done);
        }
    }
    None
}

fn write(fyr: &Fyr, n: usize, name: &str) {
    let id = n.to_string();
    let put = fyr.put(&format!("/Organization/{id}"), &organization_at(&id, name));
    assert!([200, 201].contains(&put.status), "{}", put.text);
}

fn run(seed: u64) -> u64 {
    let fyr = Fyr::with(|settings| settings.jobs.attempts = 1_000);
    for n in 0..RESOURCES {
        write(&fyr, n, &format!("number {n}"));
    }
    fyr.work_off();
    let status = begin(&fyr, &json!([]));
    fyr.work_off();
    report(&fyr, &status);
    for n in 0..RESOURCES {
        strip(&fyr, "Organization", &n.to_string());
    }
    let status = begin(&fyr, &json!([]));
    let (mut chance, mut killed, mut pool) = (Chance(seed), 0, Vec::new());
    while fyr.get(&status).status == 202 {
        for message in fyr.queue.take() {
            let copies = [0, 2, 1, 1, 1, 1, 1, 1, 1, 1];
            let copies = copies[usize::try_from(chance.below(10)).unwrap()];
            pool.extend(std::iter::repeat_n(message.body, copies));
        }
        if chance.below(4) == 0 {
            let n = usize::try_from(chance.below(RESOURCES as u64)).unwrap();
            write(&fyr, n, &format!("changed in {}", pool.len()));
        }
        fyr.shuffle(seed);
        if pool.is_empty() || chance.below(20) == 0 {
            let _ = live(fyr.server().tick(), 4_000);
            fyr.shuffle(0);
            fyr.advance(130_000);
            continue;
        }
        let message = pool.swap_remove(usize::try_from(chance.below(pool.len() as u64)).unwrap());
        let moments = if chance.below(2) == 0 {
            chance.below(150)
        } else {
            100_000
        };
        match live(fyr.server().receive(&message), moments) {
            Some(Ok(())) => {}
            other => {
                killed += u64::from(other.is_none());
                pool.push(message);
            }
        }
        fyr.shuffle(0);
    }
    let text = report(&fyr, &status);
    assert_eq!(changed(&text), RESOURCES as u64, "seed {seed}: {text}");
    fyr.queue.take();
    assert_eq!(stale(&fyr), 0, "seed {seed}");
    killed
}

#[test]
fn a_reindex_survives_its_workers_and_misses_nothing_whoever_writes() {
    let killed: u64 = (1..=SEEDS).map(run).sum();
    assert!(killed > SEEDS, "only {killed} workers died");
}
