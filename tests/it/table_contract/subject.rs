//! The tables that the cases run on.

use std::sync::atomic::{AtomicU32, Ordering};

use aws::dynamodb::{DynamoTables, Endpoint, TableNames, connect, create_tables};
use embedded::Engine;
use store::simulated::SimulatedTables;
use store::table::Tables;
use tokio::runtime::Runtime;

pub(super) fn simulated(case: impl AsyncFnOnce(&dyn Tables)) {
    runtime().block_on(case(&SimulatedTables::new()));
}

pub(super) fn in_process(case: impl AsyncFnOnce(&dyn Tables)) {
    let engine = Engine::in_memory().unwrap();
    on(Endpoint::InProcess(engine.http_client()), case);
}

pub(super) fn wire(case: impl AsyncFnOnce(&dyn Tables)) {
    let engine = Engine::in_memory().unwrap();
    let listener = engine.listen("127.0.0.1:0".parse().unwrap()).unwrap();
    on(
        Endpoint::Url(format!("http://{}", listener.address())),
        case,
    );
}

pub(super) use super::outside::outside;

/// Runs the case on fresh tables at this endpoint.
pub(super) fn on(endpoint: Endpoint, case: impl AsyncFnOnce(&dyn Tables)) {
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let run = RUNS.fetch_add(1, Ordering::Relaxed);
    let names = TableNames::with_prefix(&format!("contract-{}-{run}", std::process::id()));
    runtime().block_on(async {
        let client = connect(endpoint).await;
        create_tables(&client, &names).await.unwrap();
        // A second time changes nothing.
        create_tables(&client, &names).await.unwrap();
        case(&DynamoTables::new(client, names)).await;
    });
}

fn runtime() -> Runtime {
    Runtime::new().unwrap()
}
