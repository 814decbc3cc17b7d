//! A fixed budget of schedules on every run. `cargo xtask sim` runs more of them.

use super::{Counts, Mutant, run};

const SCHEDULES: u64 = 300;
const FIRST_SEED: u64 = 1_000_000;

#[test]
fn no_schedule_breaks_the_protocol() {
    let mut sum = Counts::default();
    for seed in FIRST_SEED..FIRST_SEED + SCHEDULES {
        match run(seed, None) {
            Ok(counts) => {
                sum.add(&counts);
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

/// Schedules are tried from a seed on that is known to be near one that catches the mutant. When
/// the code changes, so do the schedules, and it may take more of them.
#[track_caller]
fn is_caught(mutant: Mutant, first_seed: u64) {
    let budget = 20_000;
    let caught = (first_seed..first_seed + budget).find_map(|seed| run(seed, Some(mutant)).err());
    match caught {
        Some(violation) => println!("{mutant:?} at seed {}: {}", violation.seed, violation.what),
        None => panic!("{mutant:?} survived {budget} schedules"),
    }
}

macro_rules! mutants {
    ($($test:ident: $mutant:ident from $first_seed:literal,)*) => {
        $(#[test]
        fn $test() {
            is_caught(Mutant::$mutant, $first_seed);
        })*

        #[test]
        fn every_mutant_has_a_test() {
            assert_eq!(Mutant::ALL.to_vec(), vec![$(Mutant::$mutant),*]);
        }
    };
}

mutants! {
    replacing_heads_unseen_is_caught: NoVersionCas from 1_000_000,
    guarding_nothing_is_caught: GuardNone from 1_000_000,
    guarding_only_absence_is_caught: MatchUnprotected from 1_000_030,
    removing_announcements_unseen_is_caught: BlindRemoval from 1_000_000,
    adding_announcements_uncounted_is_caught: PlainSkipsKey from 1_000_000,
    deleting_without_key_items_is_caught: DeleteSkipsKey from 1_000_720,
    staging_entries_late_is_caught: IndexAfter from 1_000_000,
    staging_versions_late_is_caught: VersionAfter from 1_000_000,
    ignoring_unprocessed_writes_is_caught: IgnoreUnprocessed from 1_000_000,
    cleaning_up_after_no_answer_is_caught: CleanAmbiguous from 1_000_000,
    hidden_retries_are_caught: HiddenRetry from 1_000_000,
    trusting_announcements_is_caught: NoVerify from 1_000_000,
    committing_in_pieces_is_caught: Chunked from 1_000_000,
    reading_undecided_intents_is_caught: DirtyRead from 1_000_000,
    overlooking_intents_is_caught: IgnoreIntent from 1_000_000,
    remembering_indecision_is_caught: CacheUndecided from 1_000_560,
    reading_decisions_late_is_caught: StaleStatus from 1_000_000,
    undoing_without_a_record_is_caught: AbortNoFence from 1_000_000,
    deciding_twice_is_caught: DecideOverwrite from 1_000_000,
    creating_unconditionally_is_caught: CreateUnconditionally from 1_000_000,
    committing_over_intents_is_caught: DirectIgnoresIntent from 1_000_000,
    carrying_out_unconditionally_is_caught: CarryOutUnconditionally from 1_000_240,
    dropping_aborts_early_is_caught: DropAbortEarly from 1_000_000,
    dropping_commits_early_is_caught: DropCommitEarly from 1_000_000,
    forgetting_decisions_early_is_caught: ForgetEarly from 1_000_190,
    acknowledging_early_is_caught: EarlyAck from 1_000_000,
    undoing_what_others_did_is_caught: UndoDropsOthers from 1_000_000,
    ignoring_early_announcements_is_caught: SharedNoCheck from 1_000_220,
    reindexing_unseen_heads_is_caught: ReindexNoRevision from 1_000_000,
    reindexing_that_cleans_up_after_no_answer_is_caught: ReindexCleansUp from 1_000_170,
    entries_of_nobody_are_caught: EntriesOfNobody from 1_000_000,
    collecting_what_is_under_way_is_caught: CollectYoung from 1_000_000,
    trusting_candidates_is_caught: SearchNoVerify from 1_000_000,
    exporting_the_present_is_caught: ExportCurrent from 1_000_000,
    scanning_over_intents_is_caught: ScanNoResolve from 1_000_000,
    taking_the_present_for_closed_is_caught: NoClosing from 1_000_000,
    marking_the_request_of_another_is_caught: MarkUnowned from 1_000_000,
    trusting_puts_is_caught: TrustPuts from 1_000_000,
    keeping_blobs_of_nobody_is_caught: KeepBlobs from 1_000_000,
    waiting_for_the_dead_is_caught: WaitForTheDead from 1_000_000,
    two_that_believe_to_be_alone_are_caught: TwoAlone from 1_000_000,
}
