//! A message on its way: sent, received, deleted or given up.

use std::time::{Duration, Instant};

use aws_sdk_sqs::types::{MessageAttributeValue, QueueAttributeName};
use server::port::Queue;

use super::subject::{self, Place, received, the_only_one};

contract! {
    in_process wire outside => {
        a_message_comes_as_it_was_sent_and_is_gone_when_deleted
        a_message_that_is_not_deleted_comes_again_and_is_counted
        a_delayed_message_is_not_early
        a_long_poll_ends_when_a_message_comes
        a_long_poll_for_nothing_waits
        a_message_delivered_five_times_is_a_dead_letter
        attributes_come_along_when_asked_for
        what_is_in_a_queue_is_counted_and_purged
        every_message_is_received_by_one_of_many
    }
}

async fn a_message_comes_as_it_was_sent_and_is_gone_when_deleted(place: Place) {
    let body = r#"{"job":"0198","umlaut":"ä","quote":"\""}"#;
    place
        .queue
        .send(body.to_owned(), Duration::ZERO)
        .await
        .unwrap();
    let delivery = the_only_one(&place.queue).await;
    assert_eq!((delivery.body.as_str(), delivery.attempt), (body, 1));
    assert_eq!(received(&place.queue).await, [], "it is hidden from others");
    place.queue.delete(&delivery).await.unwrap();
    assert_eq!(counts(&place).await, ["0", "0", "0"]);
}

async fn a_message_that_is_not_deleted_comes_again_and_is_counted(place: Place) {
    place
        .queue
        .send("again".to_owned(), Duration::ZERO)
        .await
        .unwrap();
    for attempt in 1..=3 {
        let delivery = the_only_one(&place.queue).await;
        assert_eq!(delivery.attempt, attempt);
        place
            .queue
            .postpone(&delivery, Duration::ZERO)
            .await
            .unwrap();
    }
}

async fn a_delayed_message_is_not_early(place: Place) {
    let sent = Instant::now();
    // Rounded up to two seconds.
    place
        .queue
        .send("late".to_owned(), Duration::from_millis(1001))
        .await
        .unwrap();
    assert_eq!(received(&place.queue).await, []);
    let deliveries = place.queue.receive(Duration::from_secs(20)).await.unwrap();
    assert_eq!(deliveries.len(), 1);
    let waited = sent.elapsed();
    assert!(waited >= Duration::from_millis(1900), "{waited:?}");
    assert!(waited < Duration::from_secs(15), "{waited:?}");
}

async fn a_long_poll_ends_when_a_message_comes(place: Place) {
    let started = Instant::now();
    let queue = place.queue.clone();
    let poll = tokio::spawn(async move { queue.receive(Duration::from_secs(20)).await });
    while_it_starts().await;
    place
        .queue
        .send("wake up".to_owned(), Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(poll.await.unwrap().unwrap().len(), 1);
    let waited = started.elapsed();
    assert!(waited < Duration::from_secs(15), "{waited:?}");
}

/// Long enough for a poll to be waiting; if it is not, the case tests less and still holds.
async fn while_it_starts() {
    tokio::time::sleep(Duration::from_millis(200)).await;
}

async fn a_long_poll_for_nothing_waits(place: Place) {
    let started = Instant::now();
    assert_eq!(
        place.queue.receive(Duration::from_secs(1)).await.unwrap(),
        []
    );
    let waited = started.elapsed();
    assert!(waited >= Duration::from_millis(900), "{waited:?}");
}

async fn a_message_delivered_five_times_is_a_dead_letter(place: Place) {
    place
        .queue
        .send("poison".to_owned(), Duration::ZERO)
        .await
        .unwrap();
    for _ in 0..5 {
        let delivery = the_only_one(&place.queue).await;
        place
            .queue
            .postpone(&delivery, Duration::ZERO)
            .await
            .unwrap();
    }
    assert_eq!(received(&place.queue).await, []);
    let letters = place
        .dead_letters
        .receive(Duration::from_secs(5))
        .await
        .unwrap();
    assert_eq!(letters[0].body, "poison");
}

async fn attributes_come_along_when_asked_for(place: Place) {
    let text = |text: &str| {
        let value = MessageAttributeValue::builder()
            .data_type("String")
            .string_value(text);
        value.build().unwrap()
    };
    let message = place
        .client
        .send_message()
        .queue_url(place.queue.url())
        .message_body("body");
    let sent = message
        .message_attributes("kind", text("export"))
        .message_attributes("other", text("x"))
        .send()
        .await
        .unwrap();
    assert_eq!(
        sent.md5_of_message_body(),
        Some("841a2d689ad86bd1611447453c22c6fc")
    );

    let receive = place.client.receive_message().queue_url(place.queue.url());
    let got = receive
        .message_attribute_names("kind")
        .send()
        .await
        .unwrap();
    let delivered = &got.messages()[0];
    let attributes = delivered.message_attributes().unwrap();
    assert_eq!(attributes.keys().collect::<Vec<_>>(), ["kind"]);
    assert_eq!(attributes["kind"].string_value(), Some("export"));
    assert_eq!(delivered.md5_of_body(), sent.md5_of_message_body());
    assert_ne!(
        delivered.md5_of_message_attributes(),
        sent.md5_of_message_attributes()
    );
}

async fn what_is_in_a_queue_is_counted_and_purged(place: Place) {
    for delay_seconds in [0, 0, 600] {
        let delay = Duration::from_secs(delay_seconds);
        place.queue.send("one".to_owned(), delay).await.unwrap();
    }
    let receive = place.client.receive_message().queue_url(place.queue.url());
    receive.send().await.unwrap();
    assert_eq!(counts(&place).await, ["1", "1", "1"]);

    place
        .client
        .purge_queue()
        .queue_url(place.queue.url())
        .send()
        .await
        .unwrap();
    assert_eq!(counts(&place).await, ["0", "0", "0"]);
    let found = place
        .client
        .get_queue_url()
        .queue_name(&place.name)
        .send()
        .await
        .unwrap();
    assert_eq!(found.queue_url(), Some(place.queue.url()));
}

/// Visible, in flight, delayed.
async fn counts(place: &Place) -> [String; 3] {
    let names = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        QueueAttributeName::ApproximateNumberOfMessagesDelayed,
    ];
    let ask = place
        .client
        .get_queue_attributes()
        .queue_url(place.queue.url());
    let answer = ask
        .set_attribute_names(Some(names.to_vec()))
        .send()
        .await
        .unwrap();
    names.map(|name| answer.attributes().unwrap()[&name].clone())
}

async fn every_message_is_received_by_one_of_many(place: Place) {
    const MESSAGES: usize = 60;
    for number in 0..MESSAGES {
        place
            .queue
            .send(number.to_string(), Duration::ZERO)
            .await
            .unwrap();
    }
    let receivers = (0..4).map(|_| {
        let queue = place.queue.clone();
        tokio::spawn(async move {
            let mut bodies = Vec::new();
            loop {
                let deliveries = queue.receive(Duration::from_secs(1)).await.unwrap();
                if deliveries.is_empty() {
                    return bodies;
                }
                for delivery in deliveries {
                    queue.delete(&delivery).await.unwrap();
                    bodies.push(delivery.body.parse::<usize>().unwrap());
                }
            }
        })
    });
    let mut all = Vec::new();
    for receiver in receivers.collect::<Vec<_>>() {
        all.extend(receiver.await.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, (0..MESSAGES).collect::<Vec<_>>());
}
