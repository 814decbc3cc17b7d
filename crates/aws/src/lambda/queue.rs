//! Messages of SQS as Lambda hands them over, and the answer that says which of them failed:
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>.
//!
//! ```json
//! {"Records": [{"messageId": "059f36b4-87a3-44ab-83d2-661975830a7d", "body": "…", "eventSource": "aws:sqs"}]}
//! {"batchItemFailures": [{"itemIdentifier": "059f36b4-87a3-44ab-83d2-661975830a7d"}]}
//! ```
//!
//! Lambda deletes the messages that are not named; those that are come again, and after five times they
//! are dead letters. The mapping must say `ReportBatchItemFailures`: without it a failure that is
//! reported this way is taken for success.

use std::error::Error;
use std::future::Future;

use futures::future::join_all;
use serde_json::{Value, json};

use super::Malformed;

/// A message of an event.
#[derive(Debug, PartialEq, Eq)]
struct Message<'a> {
    id: &'a str,
    body: &'a str,
}

/// What came of an event: the answer to Lambda, and how many messages stay on the queue.
#[derive(Debug, PartialEq)]
pub(super) struct WorkedOff {
    pub(super) answer: Value,
    pub(super) failed: usize,
}

/// When the oldest message of an event was sent, in milliseconds since 1970.
pub(super) fn oldest(event: &Value) -> Option<i64> {
    let sent = |record: &Value| {
        let sent = record.get("attributes")?.get("SentTimestamp")?.as_str()?;
        sent.parse().ok()
    };
    let records = event.get("Records")?.as_array()?;
    records.iter().filter_map(sent).min()
}

/// Works off all messages of an event, side by side, and names those that failed.
///
/// # Errors
/// The event is not one of SQS: then all its messages come again.
pub(super) async fn work_off<F, E>(
    event: &Value,
    work: impl Fn(String) -> F,
) -> Result<WorkedOff, Malformed>
where
    F: Future<Output = Result<(), E>>,
    E: Error + 'static,
{
    let messages = messages(event)?;
    let outcomes = join_all(messages.iter().map(|message| work(message.body.to_owned()))).await;
    let mut failures = Vec::new();
    for (message, outcome) in messages.iter().zip(outcomes) {
        if let Err(failure) = outcome {
            let failure: &(dyn Error + 'static) = &failure;
            tracing::warn!(
                failure,
                message = message.id,
                "a message is left on its queue"
            );
            failures.push(json!({"itemIdentifier": message.id}));
        }
    }
    Ok(WorkedOff {
        failed: failures.len(),
        answer: json!({"batchItemFailures": failures}),
    })
}

fn messages(event: &Value) -> Result<Vec<Message<'_>>, Malformed> {
    let records = event.get("Records").and_then(Value::as_array);
    let records = records.ok_or(Malformed("an event of SQS has Records"))?;
    let read = |record| {
        message(record).ok_or(Malformed(
            "a record of SQS has messageId, body and eventSource",
        ))
    };
    records.iter().map(read).collect()
}

fn message(record: &Value) -> Option<Message<'_>> {
    let source = record.get("eventSource").and_then(Value::as_str);
    Some(Message {
        id: record.get("messageId")?.as_str()?,
        body: source
            .filter(|source| *source == "aws:sqs")
            .and(record.get("body"))?
            .as_str()?,
    })
}

#[cfg(test)]
mod tests {
    use std::io;

    use futures::executor::block_on;

    use super::*;

    /// As the documentation of Lambda has it.
    fn event(bodies: &[&str]) -> Value {
        let record = |(number, body): (usize, &&str)| {
            json!({
                "messageId": format!("message-{number}"),
                "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a...",
                "body": body,
                "attributes": {
                    "ApproximateReceiveCount": "1", "SentTimestamp": "1545082649183",
                    "SenderId": "AIDAIENQZJOLO23YVJ4VO", "ApproximateFirstReceiveTimestamp": "1545082649185"
                },
                "messageAttributes": {},
                "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-north-1:123456789012:fyr-recovery",
                "awsRegion": "eu-north-1"
            })
        };
        let records: Vec<Value> = bodies.iter().enumerate().map(record).collect();
        json!({"Records": records})
    }

    fn work_off_failing(event: &Value, bad: &'static str) -> Result<WorkedOff, Malformed> {
        block_on(work_off(event, |body| async move {
            if body == bad {
                return Err(io::Error::other("not yet"));
            }
            Ok(())
        }))
    }

    #[test]
    fn only_the_messages_that_failed_come_again() {
        let done = work_off_failing(&event(&["a", "b", "c"]), "b").unwrap();
        let expected = json!({"batchItemFailures": [{"itemIdentifier": "message-1"}]});
        assert_eq!((done.answer, done.failed), (expected, 1));
    }

    #[test]
    fn when_all_went_well_none_comes_again() {
        let done = work_off_failing(&event(&["a", "b"]), "c").unwrap();
        assert_eq!(
            (done.answer, done.failed),
            (json!({"batchItemFailures": []}), 0)
        );
    }

    #[test]
    fn the_oldest_message_tells_how_long_they_wait() {
        let mut event = event(&["a", "b"]);
        event["Records"][1]["attributes"]["SentTimestamp"] = json!("1545082640000");
        assert_eq!(oldest(&event), Some(1_545_082_640_000));
        assert_eq!(oldest(&json!({"Records": [{}]})), None);
    }

    #[test]
    fn an_event_of_another_kind_is_refused_whole() {
        let of_api = json!({"version": "2.0", "rawPath": "/"});
        assert!(work_off_failing(&of_api, "").is_err());
        let mut of_kinesis = event(&["a"]);
        of_kinesis["Records"][0]["eventSource"] = json!("aws:kinesis");
        assert!(work_off_failing(&of_kinesis, "").is_err());
        let mut without_id = event(&["a"]);
        without_id["Records"][0]["messageId"] = Value::Null;
        assert!(work_off_failing(&without_id, "").is_err());
    }
}
