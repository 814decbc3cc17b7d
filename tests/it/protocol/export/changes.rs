//! An export since an instant follows the changes, and is the same as one that looks at everything.

use serde_json::json;

use super::super::{
    entries::{organization, organization_at},
    fyr::Fyr,
};
use super::client::export;

const SINCE: &str = "?_since=2026-01-01T00:00:05Z";

/// Resources from before the instant, of which some are changed after it, and new ones.
fn filled(changed: usize) -> Fyr {
    let fyr = Fyr::with(|settings| {
        settings.export.survey = 10;
        settings.jobs.segments = 3;
    });
    for n in 0..50 {
        let id = n.to_string();
        fyr.put(&format!("/Organization/{id}"), &organization_at(&id, "old"));
    }
    fyr.created(&json!({"resourceType": "Patient"}));
    fyr.advance(10_000);
    for n in 0..changed {
        let (id, path) = (n.to_string(), format!("/Organization/{n}"));
        fyr.put(&path, &organization_at(&id, "new")).expect(200);
        match n % 4 {
            0 => drop(fyr.delete(&path)),
            1 => drop(fyr.put(&path, &organization_at(&id, "newer"))),
            2 => drop(fyr.created(&organization("created"))),
            _ => {}
        }
    }
    fyr.created(&json!({"resourceType": "Patient"}));
    fyr.created(&json!({"resourceType": "Binary", "contentType": "text/plain"}));
    fyr.advance(10_000);
    fyr
}

#[test]
fn what_follows_the_changes_is_what_looking_at_everything_finds() {
    for changed in [0, 1, 8, 40] {
        let fyr = filled(changed);
        let everything = fyr.restarted_with(|settings| settings.export.changes = 0);
        for query in [
            SINCE.to_owned(),
            format!("{SINCE}&_type=Organization"),
            format!("{SINCE}&_type=Patient,Location"),
            format!("{SINCE}&_until=2026-01-01T00:00:12Z"),
            format!("{SINCE}&_typeFilter=Organization%3Fname%3Dnewer"),
        ] {
            let (follows, looks) = (export(&fyr, &query), export(&everything, &query));
            let (mut one, mut other) = (follows.lines(&fyr, "output"), looks.lines(&fyr, "output"));
            for lines in [&mut one, &mut other] {
                lines.sort_by_key(|line| line["id"].to_string());
            }
            assert_eq!(one, other, "{changed} changed, {query}");
            let (mut one, mut other) = (follows.deleted(&fyr), looks.deleted(&fyr));
            one.sort();
            other.sort();
            assert_eq!(one, other, "{changed} changed, {query}");
        }
    }
}

#[test]
fn many_changes_are_followed_turn_by_turn_and_too_many_are_not() {
    let fyr = filled(40);
    let all = export(&fyr, SINCE).ids(&fyr);
    let in_turns = fyr.restarted_with(|settings| settings.export.file_lines = 7);
    let exported = export(&in_turns, SINCE);
    assert_eq!(exported.ids(&fyr), all);
    assert!(exported.counts().len() > 4);
    let cautious = fyr.restarted_with(|settings| settings.export.changes = 20);
    let exported = export(&cautious, &format!("{SINCE}&_type=Organization"));
    let files = exported.counts().len();
    assert!(files > 2, "{files}: more than one step did it");
    let of_type = export(&fyr, &format!("{SINCE}&_type=Organization"));
    assert_eq!(exported.ids(&fyr), of_type.ids(&fyr));
}

#[test]
fn what_is_written_at_the_time_of_an_export_is_in_it_or_in_the_next() {
    let fyr = Fyr::new();
    let first = export(&fyr, SINCE);
    let id = fyr.created(&organization("at once"));
    let since = first.time().replace('+', "%2B");
    let second = export(&fyr, &format!("?_since={since}"));
    assert_eq!(second.ids(&fyr), [id]);
    let since = second.time().replace('+', "%2B");
    assert!(
        export(&fyr, &format!("?_since={since}"))
            .ids(&fyr)
            .is_empty()
    );
}
