//! What a queue does not take, under the names that callers tell apart.

use std::time::Duration;

use aws::sqs::SqsQueue;
use aws_sdk_sqs::types::QueueAttributeName;
use server::port::{Queue, QueueError};

use super::subject::{self, Place, the_only_one};

contract! {
    in_process wire outside => {
        a_message_of_a_mebibyte_is_the_largest
        a_queue_that_is_not_there_is_a_typed_error
        a_receipt_that_is_none_is_a_typed_error
        a_queue_is_not_made_again_with_other_settings
    }
}

async fn a_message_of_a_mebibyte_is_the_largest(place: Place) {
    let largest = "x".repeat(1024 * 1024);
    let refused = place
        .queue
        .send(format!("{largest}x"), Duration::ZERO)
        .await;
    assert!(
        matches!(refused, Err(QueueError::Refused(_))),
        "{refused:?}"
    );
    place
        .queue
        .send(largest.clone(), Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(the_only_one(&place.queue).await.body, largest);
}

async fn a_queue_that_is_not_there_is_a_typed_error(place: Place) {
    let nowhere = place.queue.url().replace("contract-", "nowhere-");
    let queue = SqsQueue::new(place.client.clone(), &nowhere);
    let refused = queue.send("x".to_owned(), Duration::ZERO).await;
    assert!(
        matches!(refused, Err(QueueError::Refused(_))),
        "{refused:?}"
    );
    let receive = place.client.receive_message().queue_url(nowhere);
    let refusal = receive.send().await.unwrap_err().into_service_error();
    assert!(refusal.is_queue_does_not_exist(), "{refusal:?}");
    let ask = place.client.get_queue_url().queue_name("nowhere");
    let refusal = ask.send().await.unwrap_err().into_service_error();
    assert!(refusal.is_queue_does_not_exist(), "{refusal:?}");
}

async fn a_receipt_that_is_none_is_a_typed_error(place: Place) {
    let delete = place.client.delete_message().queue_url(place.queue.url());
    let delete = delete.receipt_handle("not a receipt");
    let refusal = delete.send().await.unwrap_err().into_service_error();
    assert!(refusal.is_receipt_handle_is_invalid(), "{refusal:?}");
}

async fn a_queue_is_not_made_again_with_other_settings(place: Place) {
    let create = place.client.create_queue().queue_name(&place.name);
    let create = create.attributes(QueueAttributeName::VisibilityTimeout, "31");
    let refusal = create.send().await.unwrap_err().into_service_error();
    assert!(refusal.is_queue_name_exists(), "{refusal:?}");
}
