//! The server's port: the files of jobs, written once and labelled.

use std::sync::Arc;

use aws::s3::{Bucket, S3Files};
use bytes::Bytes;
use futures::future::join_all;
use server::port::{FileError, FileLabel, Files, Put};
use server::simulated::SimulatedFiles;

contract! {
    simulated in_process wire outside => {
        a_file_comes_back_as_it_was_put_and_in_parts
        the_first_put_of_a_file_stands_and_the_second_is_told
        what_is_said_of_a_file_may_be_any_text
        a_file_that_is_not_there_is_not_found
        files_are_listed_by_prefix_in_pages
        of_many_puts_of_one_file_one_is_stored
        a_deleted_file_is_gone
    }
}

mod subject {
    use super::super::bucket::{self, Place};
    use super::{Arc, Bucket, Files, S3Files, SimulatedFiles};

    type Subject = Arc<dyn Files>;

    pub(super) fn simulated(case: impl AsyncFnOnce(Subject)) {
        futures::executor::block_on(case(Arc::new(SimulatedFiles::new())));
    }

    pub(super) fn in_process(case: impl AsyncFnOnce(Subject)) {
        bucket::in_process(async |place| case(files(place)).await);
    }

    pub(super) fn wire(case: impl AsyncFnOnce(Subject)) {
        bucket::wire(async |place| case(files(place)).await);
    }

    pub(super) fn outside(case: impl AsyncFnOnce(Subject)) {
        bucket::outside(async |place| case(files(place)).await);
    }

    fn files(place: Place) -> Subject {
        Arc::new(S3Files::new(Bucket::new(place.client, place.bucket)))
    }
}

fn key(name: &str) -> String {
    format!("export/01980000-0000-4000-8000-000000000001/{name}")
}

fn label() -> FileLabel {
    FileLabel {
        job: "01980000-0000-4000-8000-000000000001".to_owned(),
        owner: "somebody".to_owned(),
        kind: "Organization".to_owned(),
    }
}

async fn put(files: &Arc<dyn Files>, name: &str, bytes: impl Into<Bytes>) -> Put {
    files.put(key(name), bytes.into(), label()).await.unwrap()
}

async fn a_file_comes_back_as_it_was_put_and_in_parts(files: Arc<dyn Files>) {
    assert_eq!(put(&files, "1", "0123456789").await, Put::Stored);
    assert_eq!(files.get(key("1"), None).await.unwrap(), "0123456789");
    for (range, text) in [
        (0..1, "0"),
        (2..5, "234"),
        (8..100, "89"),
        (10..12, ""),
        (3..3, ""),
    ] {
        let part = files.get(key("1"), Some(range.clone())).await.unwrap();
        assert_eq!(part, text, "{range:?}");
    }
    assert_eq!(files.head(key("1")).await.unwrap().bytes, 10);
}

async fn the_first_put_of_a_file_stands_and_the_second_is_told(files: Arc<dyn Files>) {
    assert_eq!(put(&files, "1", "first").await, Put::Stored);
    assert_eq!(put(&files, "1", "second").await, Put::Taken);
    assert_eq!(files.get(key("1"), None).await.unwrap(), "first");
}

async fn what_is_said_of_a_file_may_be_any_text(files: Arc<dyn Files>) {
    for (number, owner) in [
        "a b%20c",
        "Åsa <å@x>",
        "https://x/Practitioner/1?a=b",
        " \t\n",
    ]
    .into_iter()
    .enumerate()
    {
        let label = FileLabel {
            owner: owner.to_owned(),
            ..label()
        };
        let key = key(&number.to_string());
        files
            .put(key.clone(), "x".into(), label.clone())
            .await
            .unwrap();
        assert_eq!(files.head(key).await.unwrap().label, label);
    }
}

async fn a_file_that_is_not_there_is_not_found(files: Arc<dyn Files>) {
    let whole = files.get(key("absent"), None).await;
    let part = files.get(key("absent"), Some(0..1)).await;
    for got in [whole, part] {
        assert!(matches!(got, Err(FileError::NotFound)), "{got:?}");
    }
    let head = files.head(key("absent")).await;
    assert!(matches!(head, Err(FileError::NotFound)), "{head:?}");
}

async fn files_are_listed_by_prefix_in_pages(files: Arc<dyn Files>) {
    for start in (0..1100).step_by(100) {
        join_all((start..start + 100).map(|n| {
            let key = key(&format!("{n:04}"));
            let put = files.put(key, "x".into(), label());
            async { put.await.unwrap() }
        }))
        .await;
    }
    files
        .put("other/1".to_owned(), "x".into(), label())
        .await
        .unwrap();
    let (mut found, mut after, mut pages) = (Vec::new(), None, 0);
    loop {
        let page = files.list("export/".to_owned(), after).await.unwrap();
        found.extend(page.files.into_iter().map(|file| file.key));
        pages += 1;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let expected: Vec<String> = (0..1100).map(|n| key(&format!("{n:04}"))).collect();
    assert_eq!(found, expected);
    assert_eq!(pages, 2);
}

async fn of_many_puts_of_one_file_one_is_stored(files: Arc<dyn Files>) {
    let puts = (0..8_u8).map(|n| files.put(key("raced"), vec![n; 50_000].into(), label()));
    let answers = join_all(puts).await;
    let stored = answers
        .iter()
        .filter(|put| matches!(put, Ok(Put::Stored)))
        .count();
    assert_eq!(stored, 1, "{answers:?}");
}

async fn a_deleted_file_is_gone(files: Arc<dyn Files>) {
    put(&files, "1", "x").await;
    put(&files, "kept", "x").await;
    for _ in 0..2 {
        files.delete(vec![key("1"), key("2")]).await.unwrap();
    }
    assert!(matches!(
        files.get(key("1"), None).await,
        Err(FileError::NotFound)
    ));
    assert_eq!(put(&files, "1", "again").await, Put::Stored);
    assert_eq!(files.get(key("kept"), None).await.unwrap(), "x");
}
