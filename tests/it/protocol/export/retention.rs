//! B4, P10: two hours to the second, and then nothing.

use bytes::Bytes;
use futures::executor::block_on;
use server::port::{FileLabel, Files};

use super::super::{entries::organization, fyr::Fyr};
use super::client::{Exported, begin};

const HOUR: i64 = 60 * 60 * 1000;

fn finished(fyr: &Fyr) -> (String, String) {
    fyr.created(&organization("A"));
    let status = begin(fyr, "");
    fyr.work_off();
    let file = Exported::of(fyr, &status).files("output").remove(0);
    (status, file)
}

#[test]
fn b4_a_file_is_there_for_two_hours_to_the_second_and_then_known_to_be_gone() {
    let fyr = Fyr::new();
    let (status, file) = finished(&fyr);
    fyr.advance(2 * HOUR - 1_000);
    fyr.get(&file).expect(200);
    assert_eq!(fyr.tick().files_removed, 0);
    fyr.get(&status).expect(200);
    fyr.advance(1_000);
    // at once, before anything has been removed
    fyr.get(&file).expect(410);
    fyr.ask("HEAD", &file).send().expect(410);
    assert_eq!(fyr.files.keys().len(), 1);
    assert_eq!(fyr.tick().files_removed, 1);
    assert!(fyr.files.keys().is_empty());
    fyr.get(&file).expect(410);
}

#[test]
fn b4_a_day_later_the_file_was_never_there() {
    let fyr = Fyr::new();
    let (_, file) = finished(&fyr);
    fyr.advance(26 * HOUR - 1_000);
    fyr.get(&file).expect(410);
    fyr.advance(1_000);
    fyr.get(&file).expect(404);
}

#[test]
fn p10_the_status_is_unknown_once_the_files_have_expired() {
    let fyr = Fyr::new();
    let (status, _) = finished(&fyr);
    fyr.advance(2 * HOUR);
    fyr.get(&status).expect(404);
    fyr.delete(&status).expect(404);
}

#[test]
fn an_operator_sets_how_long_files_are_kept() {
    let fyr = Fyr::with(|settings| {
        settings.jobs.retention = std::time::Duration::from_mins(1);
    });
    let (_, file) = finished(&fyr);
    fyr.advance(59_999);
    fyr.get(&file).expect(200);
    fyr.advance(1);
    fyr.get(&file).expect(410);
}

#[test]
fn files_of_no_job_and_of_cancelled_ones_are_removed_and_those_of_others_are_not() {
    let fyr = Fyr::new();
    let (_, file) = finished(&fyr);
    let kept = fyr.files.keys().remove(0);
    let cancelled = begin(&fyr, "");
    let label = FileLabel {
        job: String::new(),
        owner: String::new(),
        kind: String::new(),
    };
    let put = |key: String| {
        let put = fyr.files.put(key, Bytes::from_static(b"x"), label.clone());
        block_on(put).unwrap();
    };
    let job = cancelled.split('=').nth(1).unwrap().to_owned();
    put(format!("export/{job}/half"));
    put("export/unknown/file".to_owned());
    put(format!("{kept}x"));
    put("other/file".to_owned());
    assert_eq!(fyr.tick().files_removed, 2);
    fyr.delete(&cancelled).expect(202);
    assert_eq!(fyr.tick().files_removed, 1);
    assert_eq!(fyr.files.keys(), [kept, "other/file".to_owned()]);
    fyr.get(&file).expect(200);
}
