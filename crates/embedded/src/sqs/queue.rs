//! One queue: who gets which message when.
//!
//! A message is *delayed* until its delay is over, then *visible*, then *in flight* from each
//! delivery until its visibility timeout, then visible again, until it is deleted, given up or too
//! old:
//!
//! ```text
//! send -> delayed -> visible -> in flight -> deleted
//!                       ^          |
//!                       +- timeout +--- after max_deliveries ---> given up: a dead letter
//! ```

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::message::{Content, Message, Receipt};
use super::moment::Moment;
use super::refusal::Refusal;
use super::settings::Settings;

/// A queue.
#[derive(Debug)]
pub(super) struct Queue {
    pub(super) settings: Settings,
    pub(super) created_ms: u64,
    /// In the order in which they came.
    messages: BTreeMap<u64, Message>,
    next_place: u64,
}

/// What a receiver asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wish {
    pub(super) messages: usize,
    /// How long they stay hidden from others; the queue's own timeout when not said.
    pub(super) visibility: Option<Duration>,
}

/// What a look into the queue found.
#[derive(Debug, Default)]
pub(super) struct Look {
    pub(super) delivered: Vec<(Receipt, Message)>,
    /// When the next message becomes visible. Says something when none was delivered.
    pub(super) next_visible: Option<Instant>,
}

/// How many messages are in which state.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) visible: usize,
    pub(super) in_flight: usize,
    pub(super) delayed: usize,
}

impl Queue {
    pub(super) fn new(settings: Settings, now: Moment) -> Self {
        Self {
            settings,
            created_ms: now.epoch_ms,
            messages: BTreeMap::new(),
            next_place: 0,
        }
    }

    /// Takes a message, and returns its id.
    pub(super) fn send(
        &mut self,
        content: Content,
        delay: Option<Duration>,
        now: Moment,
    ) -> Result<String, Refusal> {
        let limit = self.settings.max_bytes;
        if content.body.is_empty() {
            return Err(Refusal::Invalid(
                "The message must not be empty.".to_owned(),
            ));
        }
        if content.bytes() > limit {
            let text = format!(
                "One or more parameters are invalid. Reason: Message must be shorter than {limit} bytes."
            );
            return Err(Refusal::Invalid(text));
        }
        let visible_from = now.plus(delay.unwrap_or(self.settings.delay)).instant;
        let message = Message::new(content, now, visible_from);
        let id = message.id.clone();
        self.add(message);
        Ok(id)
    }

    /// Takes a message that another queue gave up. Its age stays what it is.
    pub(super) fn take_dead_letter(&mut self, message: Message, from: &str, now: Moment) {
        self.add(Message {
            visible_from: now.instant,
            given_up_by: Some(from.to_owned()),
            ..message
        });
    }

    fn add(&mut self, message: Message) {
        self.messages.insert(self.next_place, message);
        self.next_place += 1;
    }

    /// Delivers the oldest visible messages.
    pub(super) fn receive(&mut self, wish: Wish, now: Moment) -> Look {
        self.forget_old(now);
        let timeout = wish.visibility.unwrap_or(self.settings.visibility);
        let visible = self
            .messages
            .iter_mut()
            .filter(|(_, message)| message.is_visible(now));
        let delivered = visible.take(wish.messages).map(|(place, message)| {
            message.deliver(now, timeout);
            (
                Receipt {
                    place: *place,
                    delivery: message.deliveries,
                },
                message.clone(),
            )
        });
        Look {
            delivered: delivered.collect(),
            next_visible: self
                .messages
                .values()
                .map(|message| message.visible_from)
                .min(),
        }
    }

    fn forget_old(&mut self, now: Moment) {
        let retention = self.settings.retention;
        self.messages
            .retain(|_, message| message.age(now) < retention);
    }

    /// Takes out the visible messages that were delivered often enough.
    pub(super) fn give_up(&mut self, now: Moment) -> Vec<Message> {
        let Some(redrive) = &self.settings.redrive else {
            return Vec::new();
        };
        let max_deliveries = redrive.max_deliveries;
        let is_over =
            |message: &mut Message| message.is_visible(now) && message.deliveries >= max_deliveries;
        let given_up = self.messages.extract_if(.., |_, message| is_over(message));
        given_up.map(|(_, message)| message).collect()
    }

    /// Deletes a message that is named by its latest delivery. Any other receipt does nothing: AWS
    /// says yes to it as well.
    pub(super) fn delete(&mut self, receipt: Receipt) {
        if self.of_receipt(receipt).is_some() {
            self.messages.remove(&receipt.place);
        }
    }

    /// Hides a message in flight for so long from now on.
    pub(super) fn change_visibility(
        &mut self,
        receipt: Receipt,
        timeout: Duration,
        now: Moment,
    ) -> Result<(), Refusal> {
        let message = self
            .of_receipt(receipt)
            .filter(|message| !message.is_visible(now));
        message.ok_or(Refusal::NotInFlight)?.visible_from = now.plus(timeout).instant;
        Ok(())
    }

    fn of_receipt(&mut self, receipt: Receipt) -> Option<&mut Message> {
        let message = self.messages.get_mut(&receipt.place)?;
        (message.deliveries == receipt.delivery).then_some(message)
    }

    /// Deletes everything.
    pub(super) fn purge(&mut self) {
        self.messages.clear();
    }

    pub(super) fn counts(&self, now: Moment) -> Counts {
        let mut counts = Counts::default();
        for message in self.messages.values() {
            if message.is_visible(now) {
                counts.visible += 1;
            } else if message.deliveries > 0 {
                counts.in_flight += 1;
            } else {
                counts.delayed += 1;
            }
        }
        counts
    }
}

#[cfg(test)]
mod tests;
