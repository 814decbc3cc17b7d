//! The buckets that the cases run on.

use std::sync::atomic::{AtomicU32, Ordering};

use aws::dynamodb::Endpoint;
use aws::s3::{connect, create_bucket};
use aws_sdk_s3::Client;
use embedded::S3;
use tokio::runtime::Runtime;

/// Somewhere where there is an S3, and a bucket of the case's own.
pub(super) struct Place {
    pub(super) client: Client,
    pub(super) bucket: String,
}

pub(super) fn in_process(case: impl AsyncFnOnce(Place)) {
    on(
        Endpoint::InProcess(S3::ephemeral().unwrap().http_client()),
        case,
    );
}

pub(super) fn wire(case: impl AsyncFnOnce(Place)) {
    let listener = S3::ephemeral()
        .unwrap()
        .listen("127.0.0.1:0".parse().unwrap())
        .unwrap();
    on(Endpoint::Url(listener.url()), case);
}

#[expect(
    clippy::disallowed_methods,
    reason = "an outside endpoint is chosen by the environment"
)]
pub(super) fn outside(case: impl AsyncFnOnce(Place)) {
    if let Ok(url) = std::env::var("BLOB_CONTRACT_ENDPOINT") {
        on(Endpoint::Url(url), case);
    }
}

/// Runs the case on a fresh bucket at this endpoint.
pub(super) fn on(endpoint: Endpoint, case: impl AsyncFnOnce(Place)) {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let bucket = format!("contract-{}-{run}", std::process::id());
    Runtime::new().unwrap().block_on(async {
        let client = connect(endpoint).await;
        create_bucket(&client, &bucket).await.unwrap();
        // A second time changes nothing.
        create_bucket(&client, &bucket).await.unwrap();
        case(Place { client, bucket }).await;
    });
}
