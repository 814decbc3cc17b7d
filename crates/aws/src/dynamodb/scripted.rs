//! The store over a DynamoDB that is busy: what no emulator does, and the SDK does not repeat, scripted
//! behind the SDK's HTTP client. `failure/tests.rs` has what each answer alone means.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use serde_json::{Value, json};
use store::{
    Base, CommitError, DocumentKey, Identifier, Method, NoAlarm, NoBlobs, Ports, Settings, Store,
    StoreError, Transaction, Write,
};

use super::{DynamoTables, Endpoint, TableNames, connect};
use crate::system::{RandomIds, SystemClock};

/// Answers call number `n` of an operation, whose request is this.
type Script = fn(operation: &str, n: u32, request: &Value) -> (u16, Value);

#[derive(Debug, Clone)]
struct Scripted {
    script: Script,
    calls: Arc<Mutex<BTreeMap<String, u32>>>,
}

impl HttpConnector for Scripted {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let target = request.headers().get("x-amz-target").unwrap();
        let operation = target.rsplit('.').next().unwrap().to_owned();
        let body = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let mut calls = self.calls.lock().unwrap();
        let count = calls.entry(operation.clone()).or_default();
        *count += 1;
        let (status, answer) = (self.script)(&operation, *count, &body);
        let status = StatusCode::try_from(status).unwrap();
        let answer = SdkBody::from(answer.to_string());
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, answer)))
    }
}

impl Scripted {
    fn of(script: Script) -> Self {
        let calls = Arc::default();
        Self { script, calls }
    }

    fn count(&self, operation: &str) -> u32 {
        let calls = self.calls.lock().unwrap();
        calls.get(operation).copied().unwrap_or_default()
    }

    async fn store(&self) -> Store {
        let connector = SharedHttpConnector::new(self.clone());
        let client = http_client_fn(move |_, _| connector.clone());
        let client = connect(Endpoint::InProcess(client)).await;
        let ports = Ports {
            tables: Arc::new(DynamoTables::new(client, TableNames::with_prefix("fyr"))),
            blobs: Arc::new(NoBlobs),
            alarm: Arc::new(NoAlarm),
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
        };
        let settings = Settings {
            backoff_ms: 1,
            ..Settings::default()
        };
        Store::new(ports, settings)
    }

    /// Creates an organization with an identifier.
    async fn create(&self) -> Result<(), CommitError> {
        let identifier = Identifier {
            key: "1".to_owned(),
            token: "ids|1".to_owned(),
            unique: false,
        };
        let write = Write {
            base: Base::Absent,
            key: DocumentKey::new("Organization", "a"),
            method: Method::Post,
            body: Some(Bytes::from_static(b"{}")),
            identifiers: vec![identifier],
            entries: Vec::new(),
        };
        let transaction = Transaction {
            writes: vec![write],
            ..Transaction::default()
        };
        self.store().await.commit(transaction).await.map(drop)
    }
}

fn done() -> (u16, Value) {
    (200, json!({}))
}

fn refused(kind: &str) -> (u16, Value) {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
    (400, json!({"__type": kind, "message": "slower"}))
}

fn cancelled(reason: &str) -> (u16, Value) {
    let (status, mut answer) = refused("TransactionCanceledException");
    answer["CancellationReasons"] = json!([{"Code": "None"}, {"Code": reason, "Message": "m"}]);
    (status, answer)
}

#[tokio::test]
async fn conflicts_and_throttling_of_a_transaction_are_tried_again_by_the_store() {
    let scripted = Scripted::of(|operation, n, _| match (operation, n) {
        ("TransactWriteItems", 1) => cancelled("TransactionConflict"),
        ("TransactWriteItems", 2) => cancelled("ThrottlingError"),
        ("TransactWriteItems", 3) => refused("ProvisionedThroughputExceededException"),
        ("TransactWriteItems", 4) => refused("ThrottlingException"),
        _ => done(),
    });
    scripted.create().await.unwrap();
    assert_eq!(scripted.count("TransactWriteItems"), 5);
}

#[tokio::test]
async fn what_a_batch_leaves_unprocessed_is_written_before_the_commit() {
    let scripted = Scripted::of(|operation, n, request| match (operation, n) {
        ("BatchWriteItem", 1 | 3) => (200, json!({"UnprocessedItems": request["RequestItems"]})),
        ("BatchWriteItem", 2) => refused("ProvisionedThroughputExceededException"),
        _ => done(),
    });
    scripted.create().await.unwrap();
    assert!(scripted.count("BatchWriteItem") >= 4);
    assert_eq!(scripted.count("TransactWriteItems"), 1);
}

#[tokio::test]
async fn nothing_is_committed_as_long_as_something_is_unprocessed() {
    let scripted = Scripted::of(|operation, _, request| match operation {
        "BatchWriteItem" => (200, json!({"UnprocessedItems": request["RequestItems"]})),
        _ => done(),
    });
    let busy = scripted.create().await;
    assert!(
        matches!(busy, Err(CommitError::Store(StoreError::Busy))),
        "{busy:?}"
    );
    assert_eq!(scripted.count("TransactWriteItems"), 0);
}

#[tokio::test]
async fn tables_that_stay_too_busy_are_said_to_be_and_nothing_was_written() {
    for reason in ["TransactionConflict", "ThrottlingError"] {
        let script: Script = match reason {
            "TransactionConflict" => |operation, _, _| match operation {
                "TransactWriteItems" => cancelled("TransactionConflict"),
                _ => done(),
            },
            _ => |operation, _, _| match operation {
                "TransactWriteItems" => cancelled("ThrottlingError"),
                _ => done(),
            },
        };
        let scripted = Scripted::of(script);
        let busy = scripted.create().await;
        assert!(matches!(busy, Err(CommitError::Busy)), "{reason}: {busy:?}");
        assert_eq!(scripted.count("TransactWriteItems"), 6);
    }
}

#[tokio::test]
async fn keys_that_a_batch_leaves_unprocessed_are_read_again() {
    let scripted = Scripted::of(|operation, n, request| match (operation, n) {
        ("BatchGetItem", 1) => (
            200,
            json!({"Responses": {}, "UnprocessedKeys": request["RequestItems"]}),
        ),
        ("BatchGetItem", 2) => refused("ThrottlingException"),
        ("BatchGetItem", _) => (200, json!({"Responses": {}, "UnprocessedKeys": {}})),
        _ => done(),
    });
    let keys = [DocumentKey::new("Organization", "a")];
    let read = scripted.store().await.read_many(&keys).await.unwrap();
    assert_eq!(read, [None]);
    assert_eq!(scripted.count("BatchGetItem"), 3);
}
