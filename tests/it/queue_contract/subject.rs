//! The queues that the cases run on.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws::dynamodb::Endpoint;
use aws::sqs::{Created, Delivery, SqsQueue, connect, create_queue};
use aws_sdk_sqs::Client;
use embedded::Sqs;
use tokio::runtime::Runtime;

/// Somewhere where there is an SQS, and a queue of the case's own.
pub(super) struct Place {
    pub(super) client: Client,
    pub(super) queue: SqsQueue,
    pub(super) dead_letters: SqsQueue,
    pub(super) name: String,
}

pub(super) fn in_process(case: impl AsyncFnOnce(Place)) {
    on(Endpoint::InProcess(Sqs::new().http_client()), case);
}

pub(super) fn wire(case: impl AsyncFnOnce(Place)) {
    let listener = Sqs::new().listen("127.0.0.1:0".parse().unwrap()).unwrap();
    on(Endpoint::Url(listener.url()), case);
}

#[expect(
    clippy::disallowed_methods,
    reason = "an outside endpoint is chosen by the environment"
)]
pub(super) fn outside(case: impl AsyncFnOnce(Place)) {
    if let Ok(url) = std::env::var("QUEUE_CONTRACT_ENDPOINT") {
        on(Endpoint::Url(url), case);
    }
}

/// Runs the case on a fresh queue at this endpoint.
fn on(endpoint: Endpoint, case: impl AsyncFnOnce(Place)) {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let name = format!("contract-{}-{run}", std::process::id());
    Runtime::new().unwrap().block_on(async {
        let client = connect(endpoint).await;
        let visibility = Duration::from_secs(30);
        create_queue(&client, &name, visibility).await.unwrap();
        // A second time changes nothing.
        let made = create_queue(&client, &name, visibility).await.unwrap();
        let Created {
            queue,
            dead_letters,
        } = made;
        case(Place {
            client,
            queue,
            dead_letters,
            name,
        })
        .await;
    });
}

/// What is there now, without waiting.
pub(super) async fn received(queue: &SqsQueue) -> Vec<Delivery> {
    queue.receive(Duration::ZERO).await.unwrap()
}

/// The one message that is there now.
pub(super) async fn the_only_one(queue: &SqsQueue) -> Delivery {
    let mut all = received(queue).await;
    assert_eq!(all.len(), 1, "{all:?}");
    all.remove(0)
}
