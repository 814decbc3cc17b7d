//! Up to ten messages in one call.

use aws_sdk_sqs::error::ProvideErrorMetadata;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry,
    SendMessageBatchRequestEntry,
};

use super::subject::{self, Place, received};

contract! {
    in_process wire outside => {
        each_entry_succeeds_or_fails_for_itself
        visibility_changes_in_batches_too
        a_batch_of_none_of_eleven_or_of_equal_ids_is_refused
        a_batch_is_as_large_as_a_message_may_be
    }
}

fn to_send(id: &str, body: &str) -> SendMessageBatchRequestEntry {
    SendMessageBatchRequestEntry::builder()
        .id(id)
        .message_body(body)
        .build()
        .unwrap()
}

fn to_delete(id: &str, receipt: &str) -> DeleteMessageBatchRequestEntry {
    let entry = DeleteMessageBatchRequestEntry::builder().id(id);
    entry.receipt_handle(receipt).build().unwrap()
}

async fn send(place: &Place, entries: Vec<SendMessageBatchRequestEntry>) -> Result<(), String> {
    let request = place
        .client
        .send_message_batch()
        .queue_url(place.queue.url());
    match request.set_entries(Some(entries)).send().await {
        Ok(sent) => {
            assert!(sent.failed().is_empty());
            Ok(())
        }
        Err(failure) => Err(failure
            .into_service_error()
            .code()
            .unwrap_or_default()
            .to_owned()),
    }
}

/// The receipts of everything that is there now.
async fn receipts(place: &Place) -> Vec<String> {
    let receive = place.client.receive_message().queue_url(place.queue.url());
    let got = receive.max_number_of_messages(10).send().await.unwrap();
    let receipts = got
        .messages()
        .iter()
        .filter_map(|message| message.receipt_handle());
    receipts.map(str::to_owned).collect()
}

async fn each_entry_succeeds_or_fails_for_itself(place: Place) {
    send(&place, vec![to_send("a", "1"), to_send("b", "2")])
        .await
        .unwrap();
    let receipts = receipts(&place).await;
    assert_eq!(receipts.len(), 2);
    let delete = place
        .client
        .delete_message_batch()
        .queue_url(place.queue.url());
    let answer = delete
        .entries(to_delete("good", &receipts[0]))
        .entries(to_delete("bad", "not a receipt"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.successful()[0].id(), "good");
    let failed = &answer.failed()[0];
    assert_eq!(
        (failed.id(), failed.code()),
        ("bad", "ReceiptHandleIsInvalid")
    );
    assert!(failed.sender_fault());
}

async fn visibility_changes_in_batches_too(place: Place) {
    send(&place, vec![to_send("a", "1"), to_send("b", "2")])
        .await
        .unwrap();
    let entries = receipts(&place)
        .await
        .into_iter()
        .enumerate()
        .map(|(number, receipt)| {
            let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
            entry
                .receipt_handle(receipt)
                .visibility_timeout(0)
                .build()
                .unwrap()
        });
    let change = place
        .client
        .change_message_visibility_batch()
        .queue_url(place.queue.url());
    let changed = change
        .set_entries(Some(entries.collect()))
        .send()
        .await
        .unwrap();
    assert_eq!(changed.successful().len(), 2);
    assert_eq!(received(&place.queue).await.len(), 2);
}

async fn a_batch_of_none_of_eleven_or_of_equal_ids_is_refused(place: Place) {
    let many = (0..11)
        .map(|number| to_send(&number.to_string(), "x"))
        .collect();
    let refused = |kind: &str| Err(format!("AWS.SimpleQueueService.{kind}"));
    assert_eq!(send(&place, Vec::new()).await, refused("EmptyBatchRequest"));
    assert_eq!(
        send(&place, many).await,
        refused("TooManyEntriesInBatchRequest")
    );
    let equal = vec![to_send("a", "1"), to_send("a", "2")];
    assert_eq!(
        send(&place, equal).await,
        refused("BatchEntryIdsNotDistinct")
    );
    assert_eq!(received(&place.queue).await, []);
}

async fn a_batch_is_as_large_as_a_message_may_be(place: Place) {
    let half = "x".repeat(512 * 1024);
    send(&place, vec![to_send("a", &half), to_send("b", &half)])
        .await
        .unwrap();
    let entries = vec![to_send("a", &half), to_send("b", &half), to_send("c", "x")];
    let refused = "AWS.SimpleQueueService.BatchRequestTooLong".to_owned();
    assert_eq!(send(&place, entries).await, Err(refused));
}
