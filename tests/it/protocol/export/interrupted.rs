//! Workers die at any moment, messages are lost and repeated: the export is complete, with every
//! resource once, and nothing of what was in vain is left after a sweep.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};

use serde_json::Value;

use super::super::{entries::organization, fyr::Fyr};
use super::client::{Exported, begin};

const RESOURCES: usize = 60;
const SEEDS: u64 = 20;

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
        if let std::task::Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return Some(done);
        }
    }
    None
}

fn run(seed: u64) -> u64 {
    let fyr = Fyr::with(|settings| {
        settings.export.survey = 6;
        settings.export.segments = 3;
        settings.export.file_lines = 7;
        settings.jobs.attempts = 1_000;
    });
    for n in 0..RESOURCES {
        fyr.created(&organization(&format!("number {n}")));
    }
    let status = begin(&fyr, "");
    let (mut chance, mut killed, mut pool) = (Chance(seed), 0, Vec::new());
    fyr.shuffle(seed);
    while fyr.get(&status).status == 202 {
        for message in fyr.queue.take() {
            let copies = [0, 2, 1, 1, 1, 1, 1, 1, 1, 1];
            let copies = copies[usize::try_from(chance.below(10)).unwrap()];
            pool.extend(std::iter::repeat_n(message.body, copies));
        }
        if pool.is_empty() || chance.below(20) == 0 {
            let _ = live(fyr.server().tick(), 2_000);
            fyr.advance(130_000);
            continue;
        }
        let message = pool.swap_remove(usize::try_from(chance.below(pool.len() as u64)).unwrap());
        let moments = if chance.below(3) == 0 {
            chance.below(60)
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
    }
    fyr.shuffle(0);
    let exported = Exported::of(&fyr, &status);
    let mut ids = exported.ids(&fyr);
    assert_eq!(ids.len(), RESOURCES, "seed {seed}");
    ids.dedup();
    assert_eq!(ids.len(), RESOURCES, "seed {seed}: a line is there twice");
    fyr.tick();
    let files = exported.manifest["output"].as_array().map_or(0, Vec::len);
    assert_eq!(
        fyr.files.keys().len(),
        files,
        "seed {seed}: an orphan is left"
    );
    let counts = exported.manifest["output"].as_array().unwrap().iter();
    let sum: u64 = counts
        .map(|file: &Value| file["count"].as_u64().unwrap())
        .sum();
    assert_eq!(sum, RESOURCES as u64);
    killed
}

#[test]
fn an_export_survives_its_workers_and_loses_and_repeats_nothing() {
    let killed: u64 = (1..=SEEDS).map(run).sum();
    assert!(killed > SEEDS, "only {killed} workers died");
}

#[test]
fn files_that_are_out_of_reach_for_a_while_only_delay_an_export() {
    let fyr = Fyr::new();
    fyr.created(&organization("A"));
    let status = begin(&fyr, "");
    let [look] = fyr.queue.take().try_into().unwrap();
    futures::executor::block_on(fyr.server().receive(&look.body)).unwrap();
    let [step] = fyr.queue.take().try_into().unwrap();
    fyr.files.set_out_of_reach(true);
    assert!(futures::executor::block_on(fyr.server().receive(&step.body)).is_err());
    fyr.get(&status).expect(202);
    fyr.files.set_out_of_reach(false);
    futures::executor::block_on(fyr.server().receive(&step.body)).unwrap();
    assert_eq!(Exported::of(&fyr, &status).ids(&fyr).len(), 1);
}
