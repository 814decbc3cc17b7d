use super::*;
use crate::sqs::settings::Redrive;

const ONE: Wish = Wish {
    messages: 1,
    visibility: None,
};

fn content(body: &str) -> Content {
    Content {
        body: body.to_owned(),
        attributes: BTreeMap::new(),
    }
}

fn queue_with(bodies: &[&str], now: Moment) -> Queue {
    let mut queue = Queue::new(Settings::default(), now);
    for body in bodies {
        queue.send(content(body), None, now).unwrap();
    }
    queue
}

fn bodies(look: &Look) -> Vec<&str> {
    look.delivered
        .iter()
        .map(|(_, message)| message.content.body.as_str())
        .collect()
}

fn after(now: Moment, seconds: u64) -> Moment {
    now.plus(Duration::from_secs(seconds))
}

#[test]
fn messages_come_out_in_the_order_in_which_they_went_in() {
    let now = Moment::now();
    let mut queue = queue_with(&["a", "b", "c"], now);
    let wish = Wish {
        messages: 2,
        visibility: None,
    };
    assert_eq!(bodies(&queue.receive(wish, now)), ["a", "b"]);
    assert_eq!(bodies(&queue.receive(wish, now)), ["c"]);
}

#[test]
fn a_delivered_message_is_hidden_until_its_timeout_and_then_comes_again() {
    let now = Moment::now();
    let mut queue = queue_with(&["a"], now);
    assert_eq!(bodies(&queue.receive(ONE, now)), ["a"]);
    let empty = queue.receive(ONE, after(now, 29));
    assert!(empty.delivered.is_empty());
    assert_eq!(empty.next_visible, Some(after(now, 30).instant));
    let again = queue.receive(ONE, after(now, 30));
    assert_eq!(again.delivered[0].1.deliveries, 2);
    assert_eq!(again.delivered[0].1.first_delivered_ms, Some(now.epoch_ms));
}

#[test]
fn a_delayed_message_waits_for_its_time() {
    let now = Moment::now();
    let mut queue = queue_with(&[], now);
    queue
        .send(content("late"), Some(Duration::from_secs(5)), now)
        .unwrap();
    assert_eq!(
        queue.counts(now),
        Counts {
            delayed: 1,
            ..Counts::default()
        }
    );
    assert!(queue.receive(ONE, after(now, 4)).delivered.is_empty());
    assert_eq!(bodies(&queue.receive(ONE, after(now, 5))), ["late"]);
}

#[test]
fn only_the_latest_delivery_deletes() {
    let now = Moment::now();
    let mut queue = queue_with(&["a"], now);
    let (first, _) = queue.receive(ONE, now).delivered[0];
    let later = after(now, 31);
    let (second, _) = queue.receive(ONE, later).delivered[0];
    queue.delete(first);
    assert_eq!(
        queue.counts(later),
        Counts {
            in_flight: 1,
            ..Counts::default()
        }
    );
    queue.delete(second);
    assert_eq!(queue.counts(later), Counts::default());
}

#[test]
fn the_timeout_of_a_message_in_flight_can_be_changed() {
    let now = Moment::now();
    let mut queue = queue_with(&["a"], now);
    let (receipt, _) = queue.receive(ONE, now).delivered[0];
    queue
        .change_visibility(receipt, Duration::from_mins(1), after(now, 20))
        .unwrap();
    assert!(queue.receive(ONE, after(now, 79)).delivered.is_empty());
    assert_eq!(
        queue.change_visibility(receipt, Duration::ZERO, after(now, 80)),
        Err(Refusal::NotInFlight)
    );
}

#[test]
fn a_message_delivered_often_enough_is_given_up() {
    let now = Moment::now();
    let mut queue = queue_with(&["poison", "good"], now);
    queue.settings.redrive = Some(Redrive {
        target: "arn:aws:sqs:r:1:dead".to_owned(),
        max_deliveries: 2,
    });
    queue.receive(ONE, now);
    queue.receive(ONE, now);
    let (receipt, _) = queue.receive(ONE, after(now, 30)).delivered[0];
    queue
        .change_visibility(receipt, Duration::ZERO, after(now, 30))
        .unwrap();
    let given_up = queue.give_up(after(now, 31));
    assert_eq!(given_up[0].content.body, "poison");
    assert_eq!(bodies(&queue.receive(ONE, after(now, 31))), ["good"]);
}

#[test]
fn a_dead_letter_says_where_it_comes_from() {
    let now = Moment::now();
    let mut dead = queue_with(&[], now);
    let letter = Message::new(content("poison"), now, after(now, 60).instant);
    dead.take_dead_letter(letter, "arn:aws:sqs:r:1:jobs", now);
    let letter = &dead.receive(ONE, now).delivered[0].1;
    assert_eq!(letter.given_up_by.as_deref(), Some("arn:aws:sqs:r:1:jobs"));
}

#[test]
fn a_message_is_forgotten_after_its_retention() {
    let now = Moment::now();
    let mut queue = queue_with(&["old"], now);
    assert!(
        queue
            .receive(ONE, after(now, 4 * 24 * 3600))
            .delivered
            .is_empty()
    );
    assert_eq!(queue.counts(now), Counts::default());
}

#[test]
fn a_message_over_the_limit_is_refused() {
    let now = Moment::now();
    let mut queue = queue_with(&[], now);
    let limit = queue.settings.max_bytes;
    queue.send(content(&"a".repeat(limit)), None, now).unwrap();
    let refusal = queue
        .send(content(&"a".repeat(limit + 1)), None, now)
        .unwrap_err();
    assert!(
        refusal.to_string().contains("shorter than 1048576 bytes"),
        "{refusal}"
    );
    queue.purge();
    assert_eq!(queue.counts(now), Counts::default());
}
