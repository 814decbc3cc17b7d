//! What the embedded engine keeps in its folder.

use aws::dynamodb::Endpoint;
use embedded::{DataDirectory, S3};

use super::bucket::{Place, on};

/// Runs the case over the objects in this directory, as one run of the process would.
fn over(directory: &DataDirectory, case: impl AsyncFnOnce(Place)) {
    on(
        Endpoint::InProcess(S3::open(directory).unwrap().http_client()),
        case,
    );
}

/// Names of files in the engine's folder, other than its buckets.
fn files_beside_buckets(directory: &DataDirectory) -> Vec<String> {
    let entries = std::fs::read_dir(directory.path().join("objects")).unwrap();
    let files = entries
        .map(|entry| entry.unwrap())
        .filter(|e| e.path().is_file());
    files
        .map(|file| file.file_name().into_string().unwrap())
        .collect()
}

#[test]
fn objects_are_there_after_a_restart_and_open_uploads_are_not() {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::take(place.path()).unwrap();
    let mut bucket = String::new();
    over(&directory, async |place| {
        place.put("blob/1/1", "kept").await;
        let start = place
            .client
            .create_multipart_upload()
            .bucket(&place.bucket)
            .key("open");
        start.send().await.unwrap();
        bucket = place.bucket;
    });
    assert_eq!(files_beside_buckets(&directory).len(), 4);
    over(&directory, async |place| {
        let place = Place {
            bucket: bucket.clone(),
            ..place
        };
        assert_eq!(place.text("blob/1/1").await, "kept");
    });
    assert_eq!(files_beside_buckets(&directory).len(), 2);
}

#[test]
fn a_deleted_object_leaves_no_files() {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::take(place.path()).unwrap();
    over(&directory, async |place| {
        place.put("a", "1").await;
        place.put("b", "2").await;
        let delete = place.client.delete_object().bucket(&place.bucket).key("a");
        delete.send().await.unwrap();
    });
    assert_eq!(files_beside_buckets(&directory).len(), 2);
}

#[test]
fn a_key_that_cannot_be_a_file_is_refused_before_anything_is_written() {
    let place = tempfile::tempdir().unwrap();
    let directory = DataDirectory::take(place.path()).unwrap();
    over(&directory, async |place| {
        for key in ["a//b", "a/../b", &"k".repeat(200)] {
            let put = place.client.put_object().bucket(&place.bucket).key(key);
            let refused = put.body(b"x".to_vec().into()).send().await.unwrap_err();
            assert_eq!(
                refused.raw_response().unwrap().status().as_u16(),
                400,
                "{key}"
            );
        }
        let list = place
            .client
            .list_objects_v2()
            .bucket(&place.bucket)
            .send()
            .await
            .unwrap();
        assert!(list.contents().is_empty());
    });
    assert!(files_beside_buckets(&directory).is_empty());
}
