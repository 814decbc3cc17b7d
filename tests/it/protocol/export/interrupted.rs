//! Workers die at any moment, messages are lost and repeated: the export is complete, with every
//! resource once, and nothing of what was in vain is left after a sweep.

use std::collections::BTreeSet;

use super::super::{
    adversity::{Adversity, Mortality},
    entries::organization,
    fyr::Fyr,
};
use super::client::{Exported, begin};

const RESOURCES: usize = 60;
const SEEDS: u64 = 20;
const MORTALITY: Mortality = Mortality {
    one_in: 3,
    moments: 60,
};

fn run(seed: u64) -> u64 {
    let fyr = Fyr::with(|settings| {
        settings.export.survey = 6;
        settings.jobs.segments = 3;
        settings.export.file_lines = 7;
        settings.jobs.attempts = 1_000;
    });
    for n in 0..RESOURCES {
        fyr.created(&organization(&format!("number {n}")));
    }
    let status = begin(&fyr, "");
    let mut adversity = Adversity::of(seed);
    fyr.shuffle(seed);
    while fyr.get(&status).status == 202 {
        adversity.take_messages(&fyr);
        adversity.work(&fyr, MORTALITY);
    }
    fyr.shuffle(0);
    let exported = Exported::of(&fyr, &status);
    let mut ids = exported.ids(&fyr);
    assert_eq!(ids.len(), RESOURCES, "seed {seed}");
    ids.dedup();
    assert_eq!(ids.len(), RESOURCES, "seed {seed}: a line is there twice");
    let sum: u64 = exported.counts().iter().sum();
    assert_eq!(sum, RESOURCES as u64, "seed {seed}");
    fyr.tick();
    let left: BTreeSet<String> = fyr.files.keys().into_iter().collect();
    let listed = exported.files("output");
    let name = |path: &str| path.rsplit('/').next().unwrap().to_owned();
    assert_eq!(
        left.iter().map(|key| name(key)).collect::<BTreeSet<_>>(),
        listed.iter().map(|path| name(path)).collect(),
        "seed {seed}: what is left is what the manifest lists"
    );
    adversity.killed
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
