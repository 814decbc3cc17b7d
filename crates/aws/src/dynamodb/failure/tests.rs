//! Answers that no emulator gives, scripted behind the SDK's HTTP client.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use store::table::{Action, Item, Key, Sort, Table, TableError, Tables, Value, Write};

use super::super::{DynamoTables, Endpoint, TableNames, connect};
use super::FailedCondition;

/// What comes back instead of an answer of DynamoDB.
#[derive(Debug, Clone)]
enum Script {
    Answer(u16, String),
    Broken,
    TimedOut,
}

#[derive(Debug)]
struct Scripted {
    script: Script,
    calls: Arc<AtomicU32>,
}

impl HttpConnector for Scripted {
    fn call(&self, _request: HttpRequest) -> HttpConnectorFuture {
        self.calls.fetch_add(1, Ordering::Relaxed);
        HttpConnectorFuture::ready(match &self.script {
            Script::Answer(status, body) => {
                let status = StatusCode::try_from(*status).unwrap();
                Ok(HttpResponse::new(status, SdkBody::from(body.as_str())))
            }
            Script::Broken => Err(ConnectorError::io("reset by peer".into())),
            Script::TimedOut => Err(ConnectorError::timeout("too late".into())),
        })
    }
}

fn a_put() -> Write {
    let key = Key {
        table: Table::Heads,
        pk: "a".to_owned(),
        sk: Sort::None,
    };
    Write {
        key,
        action: Action::Put(Item::new()),
        condition: None,
    }
}

/// What a write and a transaction come to, given this script. Each is sent once.
async fn failures(script: Script) -> [TableError; 2] {
    let calls = Arc::new(AtomicU32::new(0));
    let scripted = Scripted {
        script,
        calls: Arc::clone(&calls),
    };
    let connector = SharedHttpConnector::new(scripted);
    let client = http_client_fn(move |_, _| connector.clone());
    let client = connect(Endpoint::InProcess(client)).await;
    let tables = DynamoTables::new(client, TableNames::with_prefix("fyr"));
    let write = tables.write(a_put()).await.unwrap_err();
    let transaction = tables.transact("t".to_owned(), vec![a_put()]).await;
    assert_eq!(calls.load(Ordering::Relaxed), 2, "a hidden retry");
    [write, transaction.unwrap_err()]
}

fn error(kind: &str, message: &str) -> Script {
    answer(400, kind, message)
}

fn answer(status: u16, kind: &str, message: &str) -> Script {
    let kind = format!("com.amazonaws.dynamodb.v20120810#{kind}");
    Script::Answer(
        status,
        format!(r#"{{"__type":"{kind}","message":"{message}"}}"#),
    )
}

fn cancelled(reasons: &str) -> Script {
    let kind = "com.amazonaws.dynamodb.v20120810#TransactionCanceledException";
    let body = format!(r#"{{"__type":"{kind}","Message":"m","CancellationReasons":[{reasons}]}}"#);
    Script::Answer(400, body)
}

fn kind(failure: &TableError) -> &'static str {
    match failure {
        TableError::ConditionFailed(_) => "condition failed",
        TableError::Conflict => "conflict",
        TableError::Throttled => "throttled",
        TableError::TooLarge(_) => "too large",
        TableError::Unknown(_) => "unknown",
        TableError::Refused(_) => "refused",
    }
}

#[tokio::test]
async fn every_failure_tells_whether_a_write_may_have_been_applied() {
    let size = "Item size has exceeded the maximum allowed size";
    for (script, expected) in [
        (error("TransactionConflictException", ""), "conflict"),
        (error("TransactionInProgressException", ""), "unknown"),
        (
            error("ProvisionedThroughputExceededException", ""),
            "throttled",
        ),
        (error("ThrottlingException", ""), "throttled"),
        (error("RequestLimitExceeded", ""), "throttled"),
        (error("ValidationException", size), "too large"),
        (
            error("ValidationException", "The provided key is not valid"),
            "refused",
        ),
        (error("ResourceNotFoundException", ""), "refused"),
        (error("AccessDeniedException", ""), "refused"),
        (error("ExpiredTokenException", ""), "refused"),
        (answer(500, "InternalServerError", ""), "unknown"),
        (answer(503, "ServiceUnavailable", ""), "unknown"),
        (Script::Answer(502, "<html>".to_owned()), "unknown"),
        (Script::Answer(200, "{".to_owned()), "unknown"),
        (Script::Answer(403, "<html>".to_owned()), "unknown"),
        (Script::Broken, "unknown"),
        (Script::TimedOut, "unknown"),
    ] {
        for failure in failures(script.clone()).await {
            assert_eq!(kind(&failure), expected, "{script:?}: {failure:?}");
        }
    }
}

#[tokio::test]
async fn a_cancelled_transaction_is_judged_by_its_reasons() {
    let reason =
        |code: &str, message: &str| format!(r#"{{"Code":"{code}","Message":"{message}"}}"#);
    let none = || reason("None", "");
    for (reasons, expected) in [
        (vec![none(), reason("TransactionConflict", "")], "conflict"),
        (vec![reason("ThrottlingError", "")], "throttled"),
        (
            vec![none(), reason("ProvisionedThroughputExceeded", "")],
            "throttled",
        ),
        (
            vec![reason(
                "ValidationError",
                "Item size to update has exceeded",
            )],
            "too large",
        ),
        (
            vec![reason("ValidationError", "An operand has the wrong type")],
            "refused",
        ),
        (
            vec![
                reason("TransactionConflict", ""),
                reason("ConditionalCheckFailed", ""),
            ],
            "condition failed",
        ),
    ] {
        let script = cancelled(&reasons.join(","));
        let [_, failure] = failures(script).await;
        assert_eq!(kind(&failure), expected, "{reasons:?}: {failure:?}");
    }
}

#[tokio::test]
async fn failed_conditions_carry_their_index_and_item() {
    let held = r#"{"Code":"None"}"#;
    let failed = r#"{"Code":"ConditionalCheckFailed","Item":{"pk":{"S":"a"},"n":{"N":"7"}}}"#;
    let absent = r#"{"Code":"ConditionalCheckFailed"}"#;
    let script = cancelled(&[held, failed, absent].join(","));
    let [_, failure] = failures(script).await;
    let TableError::ConditionFailed(failed) = failure else {
        panic!("{failure:?}");
    };
    let item = BTreeMap::from([("n".to_owned(), Value::N(7))]);
    let expected = [(1, Some(item)), (2, None)];
    assert_eq!(
        failed,
        expected.map(|(index, item)| FailedCondition { index, item })
    );
}

#[tokio::test]
async fn a_foreign_item_is_refused_rather_than_misread() {
    let foreign = r#"{"Code":"ConditionalCheckFailed","Item":{"pk":{"S":"a"},"n":{"N":"7.5"}}}"#;
    let [_, failure] = failures(cancelled(foreign)).await;
    assert_eq!(kind(&failure), "refused");
}
