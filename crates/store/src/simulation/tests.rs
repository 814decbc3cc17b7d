//! A fixed budget of schedules on every run. `cargo xtask sim` runs more of them.

use super::{Counts, Mutant, run};

const SCHEDULES: u64 = 1_000;
const FIRST_SEED: u64 = 1_000_000;

#[test]
fn no_schedule_breaks_the_protocol() {
    let mut sum = Counts::default();
    for seed in FIRST_SEED..FIRST_SEED + SCHEDULES {
        match run(seed, None) {
            Ok(counts) => {
                sum.commits += counts.commits;
                sum.conflicts += counts.conflicts;
                sum.unknown += counts.unknown;
                sum.checks += counts.checks;
                sum.crashes += counts.crashes;
                sum.faults += counts.faults;
                sum.steps += counts.steps;
            }
            Err(violation) => panic!("{violation}"),
        }
    }
    println!("{sum:?}");
    assert!(sum.commits > SCHEDULES && sum.checks > SCHEDULES, "{sum:?}");
    assert!(
        sum.conflicts > 0 && sum.unknown > 0 && sum.crashes > 0,
        "{sum:?}"
    );
}

#[test]
fn a_schedule_is_a_function_of_its_seed() {
    assert_eq!(run(7, None).unwrap(), run(7, None).unwrap());
}

/// The schedules that a mutant may survive before it counts as not caught.
#[track_caller]
fn is_caught(mutant: Mutant) {
    let budget = 20_000;
    let caught = (FIRST_SEED..FIRST_SEED + budget).find_map(|seed| run(seed, Some(mutant)).err());
    match caught {
        Some(violation) => {
            println!(
                "{mutant:?} after {}: {}",
                violation.seed - FIRST_SEED + 1,
                violation.what
            );
        }
        None => panic!("{mutant:?} survived {budget} schedules"),
    }
}

macro_rules! mutants {
    ($($test:ident: $mutant:ident,)*) => {
        $(#[test]
        fn $test() {
            is_caught(Mutant::$mutant);
        })*

        #[test]
        fn every_mutant_has_a_test() {
            assert_eq!(Mutant::ALL.to_vec(), vec![$(Mutant::$mutant),*]);
        }
    };
}

mutants! {
    replacing_heads_unseen_is_caught: NoVersionCas,
    guarding_nothing_is_caught: GuardNone,
    removing_announcements_unseen_is_caught: BlindRemoval,
    adding_announcements_uncounted_is_caught: PlainSkipsKey,
    deleting_without_key_items_is_caught: DeleteSkipsKey,
    staging_entries_late_is_caught: IndexAfter,
    staging_versions_late_is_caught: VersionAfter,
    ignoring_unprocessed_writes_is_caught: IgnoreUnprocessed,
    cleaning_up_after_no_answer_is_caught: CleanAmbiguous,
    hidden_retries_are_caught: HiddenRetry,
    trusting_announcements_is_caught: NoVerify,
}
