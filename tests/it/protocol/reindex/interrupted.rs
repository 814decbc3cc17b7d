//! Workers die at any moment, messages are lost and repeated, others write: every resource that stood
//! still is counted once, and all are as they should be.

use serde_json::json;

use super::super::{
    adversity::{Adversity, Mortality},
    entries::organization_at,
    fyr::Fyr,
};
use super::client::{begin, changed, report, stale, strip};

const RESOURCES: usize = 40;
const SEEDS: u64 = 12;
const MORTALITY: Mortality = Mortality {
    one_in: 2,
    moments: 150,
};

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
    let mut adversity = Adversity::of(seed);
    while fyr.get(&status).status == 202 {
        adversity.take_messages(&fyr);
        if adversity.below(4) == 0 {
            let n = usize::try_from(adversity.below(RESOURCES as u64)).unwrap();
            write(&fyr, n, &format!("changed in {}", adversity.under_way()));
        }
        fyr.shuffle(seed);
        adversity.work(&fyr, MORTALITY);
        fyr.shuffle(0);
    }
    let text = report(&fyr, &status);
    assert_eq!(changed(&text), RESOURCES as u64, "seed {seed}: {text}");
    fyr.queue.take();
    assert_eq!(stale(&fyr), 0, "seed {seed}");
    adversity.killed
}

#[test]
fn a_reindex_survives_its_workers_and_misses_nothing_whoever_writes() {
    let killed: u64 = (1..=SEEDS).map(run).sum();
    assert!(killed > SEEDS, "only {killed} workers died");
}
