//! X8: exports that a schedule asks for.

use futures::executor::block_on;
use serde_json::json;
use server::auth::Caller;
use server::{Scheduled, ScheduledExport};

use super::super::{entries::organization, fyr::Fyr};
use super::client::Exported;

const DAY: i64 = 24 * 60 * 60 * 1000;

fn nightly(is_chained: bool) -> ScheduledExport {
    ScheduledExport {
        owner: "nightly".to_owned(),
        types: "Organization".to_owned(),
        is_chained,
    }
}

fn start(fyr: &Fyr, scheduled: &ScheduledExport) -> Scheduled {
    block_on(fyr.server().start_scheduled_export(scheduled)).unwrap()
}

/// Starts a run that must begin, and tells where its status is.
fn run(fyr: &Fyr, scheduled: &ScheduledExport) -> String {
    match start(fyr, scheduled) {
        Scheduled::Started(id) => format!("/$export-poll-status?_jobId={id}"),
        under_way @ Scheduled::UnderWay(_) => panic!("{under_way:?}"),
    }
}

fn owner(fyr: &Fyr) -> Fyr {
    fyr.seen_by(Caller::from_claims(&json!({
        "user_id": "nightly", "user_type": "SYSTEM",
        "realm_access": {"roles": ["$bulk-export", "Binary.read"]}
    })))
}

#[test]
fn x8_a_scheduled_export_belongs_to_the_user_of_the_configuration() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let status = run(&fyr, &nightly(false));
    fyr.work_off();
    fyr.get(&status).expect(403);
    let owner = owner(&fyr);
    assert_eq!(Exported::of(&owner, &status).ids(&owner), [id]);
}

#[test]
fn x8_chained_runs_have_what_changed_since_the_last_completed_one() {
    let fyr = Fyr::new();
    let owner = owner(&fyr);
    fyr.created(&organization("first"));
    let first = run(&fyr, &nightly(true));
    fyr.work_off();
    assert_eq!(Exported::of(&owner, &first).ids(&owner).len(), 1);
    fyr.tick();

    fyr.advance(DAY);
    let second = fyr.created(&organization("second"));
    let cancelled = run(&fyr, &nightly(true));
    owner.delete(&cancelled).expect(202);

    // long after the first was forgotten: the chain remembers
    fyr.advance(3 * DAY);
    let third = fyr.created(&organization("third"));
    let status = run(&fyr, &nightly(true));
    fyr.work_off();
    let exported = Exported::of(&owner, &status);
    let mut expected = [second, third];
    expected.sort();
    assert_eq!(exported.ids(&owner), expected);
    assert!(
        exported.manifest["request"]
            .as_str()
            .unwrap()
            .contains("_since=2026-01-01T00:00:00")
    );

    let status = run(&fyr, &nightly(true));
    fyr.work_off();
    assert!(Exported::of(&owner, &status).ids(&owner).is_empty());
}

#[test]
fn a_run_is_left_out_while_the_one_before_is_under_way() {
    let fyr = Fyr::new();
    let first = start(&fyr, &nightly(true));
    let Scheduled::Started(id) = first else {
        panic!("{first:?}");
    };
    assert_eq!(start(&fyr, &nightly(true)), Scheduled::UnderWay(id));
    fyr.work_off();
    run(&fyr, &nightly(true));
}

#[test]
fn a_schedule_with_a_type_that_does_not_exist_is_told_so() {
    let fyr = Fyr::new();
    let wrong = ScheduledExport {
        types: "Organisation".to_owned(),
        ..nightly(false)
    };
    let refused = block_on(fyr.server().start_scheduled_export(&wrong)).unwrap_err();
    assert!(refused.to_string().contains("Organisation"));
}
