//! Writes that come at the same time.

use std::time::Duration;

use futures::future::join_all;
use serde_json::{Value, json};

use crate::dispatch::Operations;

use super::*;

async fn operations() -> Operations {
    let operations = Operations::new(Database::memory().unwrap());
    let table = json!({
        "TableName": "table",
        "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST"
    });
    assert_eq!(ask(&operations, "CreateTable", &table).await.0, 200);
    operations
}

async fn ask(operations: &Operations, operation: &str, body: &Value) -> (u16, Value) {
    let begun = operations.begin(operation.to_owned(), body.to_string().into());
    tokio::task::yield_now().await;
    let answer = operations.finish(begun).await;
    (answer.status, serde_json::from_slice(&answer.body).unwrap())
}

fn created(key: usize) -> Value {
    json!({
        "TableName": "table",
        "Item": {"pk": {"S": key.to_string()}, "by": {"S": "a test"}},
        "ConditionExpression": "attribute_not_exists(pk)",
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD"
    })
}

fn counted(key: usize) -> Value {
    json!({
        "TableName": "table",
        "Key": {"pk": {"S": key.to_string()}},
        "UpdateExpression": "ADD n :one",
        "ExpressionAttributeValues": {":one": {"N": "1"}}
    })
}

async fn items(operations: &Operations) -> Vec<Value> {
    let (_, all) = ask(operations, "Scan", &json!({"TableName": "table"})).await;
    all["Items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn of_a_group_with_a_refused_one_all_others_happen() {
    let operations = operations().await;
    ask(&operations, "PutItem", &created(7)).await;
    let requests: Vec<Value> = (0..50).map(created).collect();
    let asked = requests
        .iter()
        .map(|body| ask(&operations, "PutItem", body));
    for (key, (status, answer)) in join_all(asked).await.into_iter().enumerate() {
        if key == 7 {
            assert_eq!(status, 400);
            let kind = answer["__type"].as_str().unwrap();
            assert!(kind.ends_with("ConditionalCheckFailedException"), "{kind}");
            assert_eq!(answer["Item"]["by"], json!({"S": "a test"}));
        } else {
            assert_eq!((status, answer), (200, json!({})), "{key}");
        }
    }
    assert_eq!(items(&operations).await.len(), 50);
}

#[tokio::test]
async fn of_two_that_create_the_same_one_does() {
    let operations = operations().await;
    let requests = [created(1), created(2), created(1)];
    let asked = requests
        .iter()
        .map(|body| ask(&operations, "PutItem", body));
    let answers = join_all(asked).await;
    let statuses: Vec<u16> = answers.into_iter().map(|(status, _)| status).collect();
    assert_eq!(statuses, [200, 200, 400]);
}

#[tokio::test]
async fn a_write_that_asks_what_it_consumed_is_told() {
    let operations = operations().await;
    let mut asking = created(1);
    asking["ReturnConsumedCapacity"] = "TOTAL".into();
    let requests = [created(0), asking, created(2)];
    let asked = requests
        .iter()
        .map(|body| ask(&operations, "PutItem", body));
    let answers = join_all(asked).await;
    assert_eq!(answers[0], (200, json!({})));
    assert_eq!(answers[1].1["ConsumedCapacity"]["CapacityUnits"], 1.0);
    assert_eq!(items(&operations).await.len(), 3);
}

fn batch(writes: &[Value]) -> Value {
    json!({"RequestItems": {"table": writes}})
}

fn put(key: usize, text: &str) -> Value {
    json!({"PutRequest": {"Item": {"pk": {"S": key.to_string()}, "text": {"S": text}}}})
}

#[tokio::test]
async fn batches_that_only_put_are_carried_out_together() {
    let operations = operations().await;
    let full = |first: usize| {
        batch(
            &(first..first + 25)
                .map(|n| put(n, "new"))
                .collect::<Vec<_>>(),
        )
    };
    let deletes = json!({"DeleteRequest": {"Key": {"pk": {"S": "30"}}}});
    let mut asking = batch(&[put(990, "new")]);
    asking["ReturnConsumedCapacity"] = "TOTAL".into();
    let requests = [
        full(0),
        full(25),
        batch(&[put(900, "new"), put(900, "twice")]),
        batch(&(500..526).map(|n| put(n, "too many")).collect::<Vec<_>>()),
        batch(&[put(910, &"large".repeat(90_000))]),
        batch(&[
            put(920, "new"),
            json!({"PutRequest": {"Item": {"text": {"S": "no key"}}}}),
        ]),
        json!({"RequestItems": {"nowhere": [put(1, "new")]}}),
        batch(&[put(930, "new"), deletes]),
        asking,
    ];
    let asked = requests
        .iter()
        .map(|body| ask(&operations, "BatchWriteItem", body));
    let answers = join_all(asked).await;
    let statuses: Vec<u16> = answers.iter().map(|(status, _)| *status).collect();
    assert_eq!(statuses, [200, 200, 400, 400, 400, 400, 400, 200, 200]);
    assert_eq!(answers[0].1, json!({"UnprocessedItems": {}}));
    let words = |number: usize| answers[number].1["message"].as_str().unwrap();
    assert!(words(2).contains("contains duplicates"), "{}", words(2));
    assert!(words(4).contains("maximum allowed size"), "{}", words(4));
    assert!(words(5).contains("key"), "{}", words(5));
    assert_eq!(answers[8].1["ConsumedCapacity"][0]["CapacityUnits"], 1.0);
    // without 30, and with 930 and 990
    assert_eq!(items(&operations).await.len(), 51);
}

#[tokio::test]
async fn a_put_of_a_batch_replaces_what_was_there() {
    let operations = operations().await;
    ask(&operations, "PutItem", &created(1)).await;
    let (status, _) = ask(&operations, "BatchWriteItem", &batch(&[put(1, "new")])).await;
    let expected = json!({"pk": {"S": "1"}, "text": {"S": "new"}});
    assert_eq!((status, items(&operations).await), (200, vec![expected]));
}

#[tokio::test]
async fn a_write_that_was_given_up_before_its_turn_does_not_happen() {
    let operations = operations().await;
    let given_up = operations.begin("PutItem".to_owned(), created(1).to_string().into());
    let kept = operations.begin("PutItem".to_owned(), created(2).to_string().into());
    drop(given_up);
    assert_eq!(operations.finish(kept).await.status, 200);
    assert_eq!(items(&operations).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn from_many_threads_each_happens_once_and_nobody_waits_for_ever() {
    let operations = Arc::new(operations().await);
    let counting = (0..2_000).map(|number| {
        let operations = Arc::clone(&operations);
        tokio::spawn(async move {
            ask(&operations, "UpdateItem", &counted(number % 150))
                .await
                .0
        })
    });
    let answers = tokio::time::timeout(Duration::from_mins(1), join_all(counting)).await;
    assert!(
        answers
            .unwrap()
            .into_iter()
            .all(|status| status.unwrap() == 200)
    );
    let counts = items(&operations).await;
    let sum: u32 = counts
        .iter()
        .map(|item| item["n"]["N"].as_str().unwrap().parse::<u32>().unwrap())
        .sum();
    assert_eq!((counts.len(), sum), (150, 2_000));
}
