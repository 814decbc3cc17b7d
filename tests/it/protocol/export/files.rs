//! What is in the files.

use serde_json::{Value, json};

use super::super::{entries::organization, fyr::Fyr};
use super::client::{begin, export};

fn many(fyr: &Fyr, count: usize) {
    for n in 0..count {
        fyr.created(&organization(&format!("number {n}")));
    }
}

#[test]
fn a_small_server_is_one_file_for_each_type() {
    let fyr = Fyr::new();
    many(&fyr, 30);
    fyr.created(&json!({"resourceType": "Patient"}));
    let exported = export(&fyr, "");
    let types: Vec<&Value> = exported.manifest["output"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| &f["type"])
        .collect();
    assert_eq!(types, ["Organization", "Patient"]);
    assert_eq!(exported.ids(&fyr).len(), 31);
}

#[test]
fn a_large_server_is_done_in_segments_and_nothing_is_missing_or_repeated() {
    let fyr = Fyr::with(|settings| {
        settings.export.survey = 7;
        settings.jobs.segments = 3;
    });
    many(&fyr, 100);
    let exported = export(&fyr, "");
    // one of each segment, and what was read before there was more than one step
    assert_eq!(exported.files("output").len(), 3 + 1);
    let mut ids = exported.ids(&fyr);
    assert_eq!(ids.len(), 100);
    ids.dedup();
    assert_eq!(ids.len(), 100);
}

#[test]
fn files_are_cut_at_a_number_of_lines_and_at_a_size() {
    let fyr = Fyr::with(|settings| {
        settings.jobs.segments = 1;
        settings.export.file_lines = 10;
    });
    many(&fyr, 35);
    let exported = export(&fyr, "");
    assert_eq!(exported.counts(), [10, 10, 10, 5]);
    assert_eq!(exported.ids(&fyr).len(), 35);

    let fyr = Fyr::with(|settings| settings.export.file_bytes = 1_000);
    many(&fyr, 35);
    let exported = export(&fyr, "");
    assert!(exported.counts().len() > 3);
    for path in exported.files("output") {
        assert!(fyr.get(&path).text.len() <= 1_000);
    }
    assert_eq!(exported.ids(&fyr).len(), 35);
}

#[test]
fn an_export_of_very_many_files_is_as_complete_and_its_record_stays_small() {
    let fyr = Fyr::with(|settings| {
        settings.export.survey = 50;
        settings.jobs.segments = 3;
        settings.export.file_lines = 1;
    });
    many(&fyr, 450);
    let exported = export(&fyr, "");
    assert_eq!(exported.counts(), vec![1; 450]);
    let mut ids = exported.ids(&fyr);
    ids.dedup();
    assert_eq!(ids.len(), 450);
    let cost = |path: &str| fyr.get(path).header("x-fyr-cost").unwrap().to_owned();
    let file = &exported.files("output")[0];
    assert!(
        cost(file).starts_with("requests=2; rru=2;"),
        "{}",
        cost(file)
    );
    fyr.tick();
    assert_eq!(fyr.files.keys().len(), 450);
    fyr.advance(2 * 60 * 60 * 1_000);
    fyr.tick();
    assert!(fyr.files.keys().is_empty());
}

#[test]
fn an_export_of_too_many_files_fails_and_says_what_would_make_them_fewer() {
    for survey in [50, 10] {
        let fyr = Fyr::with(|settings| {
            settings.export.survey = survey;
            settings.export.file_lines = 1;
            settings.export.files = 29;
        });
        many(&fyr, 29);
        assert_eq!(export(&fyr, "").counts().len(), 29);
        many(&fyr, 1);
        let status = begin(&fyr, "");
        fyr.work_off();
        let failed = fyr.get(&status).expect(500);
        let text = "the export failed: it has more than 29 files; larger files \
                    (FYR_EXPORT_FILE_LINES, FYR_EXPORT_FILE_BYTES), fewer types or a later _since \
                    make it fewer";
        assert_eq!(failed.diagnostics(), text);
    }
}

#[test]
fn a_resource_that_is_larger_than_a_file_may_be_has_a_file_of_its_own() {
    let fyr = Fyr::with(|settings| settings.export.file_bytes = 1_000);
    many(&fyr, 3);
    fyr.created(&organization(&"long ".repeat(400)));
    many(&fyr, 3);
    let exported = export(&fyr, "");
    assert_eq!(exported.ids(&fyr).len(), 7);
    for (path, count) in exported.files("output").iter().zip(exported.counts()) {
        assert!(fyr.get(path).text.len() <= 1_000 || count == 1, "{path}");
    }
}

#[test]
fn b5_lines_are_the_current_versions_as_a_read_shows_them_and_nothing_deleted() {
    let fyr = Fyr::new();
    let id = fyr.created(&organization("A"));
    let path = format!("/Organization/{id}");
    fyr.put(
        &path,
        &json!({"resourceType": "Organization", "id": id, "name": "Å \n\u{1F600}"}),
    )
    .expect(200);
    let gone = fyr.created(&organization("gone"));
    fyr.delete(&format!("/Organization/{gone}")).expect(200);
    fyr.advance(10);
    let exported = export(&fyr, "?_type=Organization");
    assert_eq!(exported.lines(&fyr, "output"), [fyr.get(&path).json]);
}

#[test]
fn since_and_until_choose_by_the_time_of_the_last_update() {
    let fyr = Fyr::new();
    let old = fyr.created(&organization("old"));
    let deleted = fyr.created(&organization("deleted"));
    fyr.advance(10_000);
    let new = fyr.created(&organization("new"));
    fyr.delete(&format!("/Organization/{deleted}")).expect(200);
    fyr.advance(10_000);
    let since = export(&fyr, "?_since=2026-01-01T00:00:05Z");
    assert_eq!(since.ids(&fyr), std::slice::from_ref(&new));
    assert_eq!(since.deleted(&fyr), [format!("Organization/{deleted}")]);
    let until = export(&fyr, "?_until=2026-01-01T00:00:05Z");
    assert_eq!(until.ids(&fyr), [old]);
    assert!(until.manifest.get("deleted").is_none());
    let neither = export(
        &fyr,
        "?_since=2026-01-01T00:00:05Z&_until=2026-01-01T00:00:06Z",
    );
    assert!(neither.ids(&fyr).is_empty());
    // "later than": what was written at the very instant is not later
    let at = export(&fyr, "?_since=2026-01-01T00:00:10.000Z");
    assert!(!at.ids(&fyr).contains(&new));
}

#[test]
fn x3_elements_leave_the_others_out_and_say_so() {
    let fyr = Fyr::new();
    fyr.created(
        &json!({"resourceType": "Organization", "name": "A", "alias": ["B"], "language": "sv"}),
    );
    fyr.created(&json!({"resourceType": "Patient", "active": true, "gender": "other"}));
    let lines = export(&fyr, "?_elements=Organization.name,language").lines(&fyr, "output");
    let [organization, patient] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    assert_eq!(
        (&organization["name"], &organization["language"]),
        (&json!("A"), &json!("sv"))
    );
    assert!(organization.get("alias").is_none() && patient.get("gender").is_none());
    assert_eq!(organization["meta"]["tag"][0]["code"], "SUBSETTED");
}

#[test]
fn x3_filters_choose_among_the_resources_of_their_type() {
    let fyr = Fyr::new();
    for (name, active) in [("Alfa", true), ("Beta", true), ("Gamma", false)] {
        fyr.created(&json!({"resourceType": "Organization", "name": name, "active": active}));
    }
    fyr.created(&json!({"resourceType": "Patient"}));
    let names = |query: &str| -> Vec<String> {
        let lines = export(&fyr, query).lines(&fyr, "output");
        let mut names: Vec<String> = lines
            .iter()
            .map(|line| line["name"].as_str().unwrap_or("a patient").to_owned())
            .collect();
        names.sort();
        names
    };
    let of_type = "?_type=Organization&_typeFilter=Organization";
    assert_eq!(
        names(&format!("{of_type}%3Factive%3Dtrue")),
        ["Alfa", "Beta"]
    );
    // what a filter asks must all be met; of several filters, one
    assert_eq!(
        names(&format!("{of_type}%3Factive%3Dtrue%26name%3DB")),
        ["Beta"]
    );
    let two = "%3Fname%3Dalfa,Organization%3Fname%3Dgamma";
    assert_eq!(names(&format!("{of_type}{two}")), ["Alfa", "Gamma"]);
    let in_memory = "?_typePostFetchFilterUrl=Organization%3Fname%3Dbeta";
    // types without a filter are whole
    assert_eq!(names(in_memory), ["Beta", "a patient"]);
}

#[test]
fn x3_a_filter_must_be_one_of_a_single_resource_of_a_wanted_type() {
    let fyr = Fyr::new();
    for (filter, code) in [
        ("Organization%3F_sort%3Dname", "not-supported"),
        (
            "Organization%3F_include%3DOrganization:partof",
            "not-supported",
        ),
        ("Organization%3Fpartof.name%3DA", "not-supported"),
        ("Organization%3Fcolour%3Dred", "not-supported"),
        ("Patient%3Factive%3Dtrue", "value"),
        ("Organization", "value"),
    ] {
        let query = format!("?_type=Organization&_typeFilter={filter}");
        let refused = super::client::ask(&fyr, &query).expect(400);
        assert_eq!(refused.codes(), [code], "{filter}");
    }
}

#[test]
fn binaries_are_not_exported() {
    let fyr = Fyr::new();
    fyr.created(&json!({"resourceType": "Binary", "contentType": "text/plain"}));
    assert!(export(&fyr, "").files("output").is_empty());
}

#[test]
fn an_empty_server_has_an_empty_export() {
    let fyr = Fyr::new();
    let exported = export(&fyr, "");
    assert_eq!(exported.manifest["output"], json!([]));
    assert!(fyr.files.keys().is_empty());
}
