//! The store's port: bytes under a key, written once.

use std::sync::Arc;

use aws::s3::{Bucket, S3Blobs};
use bytes::Bytes;
use futures::future::join_all;
use store::simulated::SimulatedBlobs;
use store::{BlobError, Blobs};

contract! {
    simulated in_process wire outside => {
        a_blob_comes_back_as_it_was_put
        the_first_put_of_a_key_stands
        a_blob_that_is_not_there_is_not_found
        any_number_of_blobs_is_deleted
        of_many_puts_of_one_key_one_stands
    }
}

mod subject {
    use super::super::bucket::{self, Place};
    use super::{Arc, Blobs, Bucket, S3Blobs, SimulatedBlobs};

    type Subject = Arc<dyn Blobs>;

    pub(super) fn simulated(case: impl AsyncFnOnce(Subject)) {
        futures::executor::block_on(case(Arc::new(SimulatedBlobs::new())));
    }

    pub(super) fn in_process(case: impl AsyncFnOnce(Subject)) {
        bucket::in_process(async |place| case(blobs(place)).await);
    }

    pub(super) fn wire(case: impl AsyncFnOnce(Subject)) {
        bucket::wire(async |place| case(blobs(place)).await);
    }

    pub(super) fn outside(case: impl AsyncFnOnce(Subject)) {
        bucket::outside(async |place| case(blobs(place)).await);
    }

    fn blobs(place: Place) -> Subject {
        Arc::new(S3Blobs::new(Bucket::new(place.client, place.bucket)))
    }
}

fn key(name: &str) -> String {
    format!("blob/01980000-0000-7000-8000-000000000001/{name}")
}

async fn a_blob_comes_back_as_it_was_put(blobs: Arc<dyn Blobs>) {
    let large: Bytes = (0..5_000_000_u32)
        .map(|n| n.to_le_bytes()[n as usize % 3])
        .collect();
    for (name, bytes) in [
        ("empty", Bytes::new()),
        ("small", "ä".into()),
        ("large", large),
    ] {
        blobs.put(key(name), bytes.clone()).await.unwrap();
        assert!(blobs.get(key(name)).await.unwrap() == bytes, "{name}");
    }
}

async fn the_first_put_of_a_key_stands(blobs: Arc<dyn Blobs>) {
    blobs.put(key("1"), "first".into()).await.unwrap();
    blobs.put(key("1"), "second".into()).await.unwrap();
    assert_eq!(blobs.get(key("1")).await.unwrap(), "first");
    // Deleted, it is free again.
    blobs.delete(vec![key("1")]).await.unwrap();
    blobs.put(key("1"), "third".into()).await.unwrap();
    assert_eq!(blobs.get(key("1")).await.unwrap(), "third");
}

async fn a_blob_that_is_not_there_is_not_found(blobs: Arc<dyn Blobs>) {
    let absent = blobs.get(key("absent")).await;
    assert!(matches!(absent, Err(BlobError::NotFound)), "{absent:?}");
}

async fn any_number_of_blobs_is_deleted(blobs: Arc<dyn Blobs>) {
    for name in ["0", "1001", "kept"] {
        blobs.put(key(name), "x".into()).await.unwrap();
    }
    blobs.delete(Vec::new()).await.unwrap();
    let keys: Vec<String> = (0..1002).map(|n| key(&n.to_string())).collect();
    blobs.delete(keys.clone()).await.unwrap();
    blobs.delete(keys).await.unwrap();
    for name in ["0", "1001"] {
        assert!(matches!(
            blobs.get(key(name)).await,
            Err(BlobError::NotFound)
        ));
    }
    assert_eq!(blobs.get(key("kept")).await.unwrap(), "x");
}

async fn of_many_puts_of_one_key_one_stands(blobs: Arc<dyn Blobs>) {
    for round in 0..5 {
        let key = key(&round.to_string());
        let puts = (0..8_u8).map(|n| blobs.put(key.clone(), vec![n; 100_000].into()));
        for put in join_all(puts).await {
            put.unwrap();
        }
        let winner = blobs.get(key.clone()).await.unwrap();
        assert_eq!(winner.len(), 100_000);
        assert!(winner.iter().all(|byte| *byte == winner[0]));
        assert_eq!(blobs.get(key).await.unwrap(), winner);
    }
}
