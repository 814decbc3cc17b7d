//! All queues of the engine: their names, dead letters between them, and word of every change to
//! those who wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::moment::Moment;
use super::queue::{Look, Queue, Wish};
use super::refusal::Refusal;
use super::settings::Settings;

/// The account and the region in names. Nothing depends on them.
const ACCOUNT: &str = "000000000000";
const REGION: &str = "local";
const MAX_NAME_BYTES: usize = 80;

#[derive(Debug, Default)]
pub(super) struct Queues {
    by_name: Mutex<BTreeMap<String, Queue>>,
    changed: Notify,
}

impl Queues {
    /// Creates a queue, or finds that it is there already with these settings.
    pub(super) fn create(
        &self,
        name: &str,
        settings: Settings,
        now: Moment,
    ) -> Result<(), Refusal> {
        check_name(name)?;
        let mut queues = self.lock();
        match queues.get(name) {
            Some(queue) if queue.settings == settings => Ok(()),
            Some(_) => Err(Refusal::QueueExists),
            None => {
                queues.insert(name.to_owned(), Queue::new(settings, now));
                Ok(())
            }
        }
    }

    pub(super) fn remove(&self, name: &str) -> Result<(), Refusal> {
        self.lock()
            .remove(name)
            .map(|_| ())
            .ok_or(Refusal::NoSuchQueue)
    }

    pub(super) fn names(&self, prefix: &str) -> Vec<String> {
        self.lock()
            .keys()
            .filter(|name| name.starts_with(prefix))
            .cloned()
            .collect()
    }

    /// Looks at a queue.
    pub(super) fn look_up<T>(
        &self,
        name: &str,
        look: impl FnOnce(&Queue) -> T,
    ) -> Result<T, Refusal> {
        self.lock().get(name).map(look).ok_or(Refusal::NoSuchQueue)
    }

    /// Changes a queue, and tells those who wait.
    pub(super) fn change<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut Queue) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let changed = change(self.lock().get_mut(name).ok_or(Refusal::NoSuchQueue)?);
        self.changed.notify_waiters();
        changed
    }

    /// Delivers messages, after moving those that are given up to their queue for dead letters.
    pub(super) fn receive(&self, name: &str, wish: Wish, now: Moment) -> Result<Look, Refusal> {
        let mut queues = self.lock();
        if bury_dead_letters(&mut queues, name, now) {
            self.changed.notify_waiters();
        }
        let queue = queues.get_mut(name).ok_or(Refusal::NoSuchQueue)?;
        Ok(queue.receive(wish, now))
    }

    /// Completes at the next change after this call.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there were any. Without a queue to take them they stay, and are delivered on.
fn bury_dead_letters(queues: &mut BTreeMap<String, Queue>, from: &str, now: Moment) -> bool {
    let redrive = queues
        .get(from)
        .and_then(|queue| queue.settings.redrive.as_ref());
    let Some(target) = redrive.map(|redrive| redrive.target_name().to_owned()) else {
        return false;
    };
    if !queues.contains_key(&target) {
        return false;
    }
    let letters = queues
        .get_mut(from)
        .map(|queue| queue.give_up(now))
        .unwrap_or_default();
    let Some(graveyard) = queues.get_mut(&target) else {
        return false;
    };
    let are_any = !letters.is_empty();
    for letter in letters {
        graveyard.take_dead_letter(letter, &arn(from), now);
    }
    are_any
}

fn check_name(name: &str) -> Result<(), Refusal> {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if (1..=MAX_NAME_BYTES).contains(&name.len()) && name.chars().all(is_allowed) {
        return Ok(());
    }
    Err(Refusal::Invalid(format!(
        "The name {name} is not 1 to {MAX_NAME_BYTES} alphanumeric characters, hyphens or \
         underscores. There are no FIFO queues here."
    )))
}

pub(super) fn arn(name: &str) -> String {
    format!("arn:aws:sqs:{REGION}:{ACCOUNT}:{name}")
}

/// A queue's URL, seen from where the engine was asked.
pub(super) fn url(base: &str, name: &str) -> String {
    format!("{base}/{ACCOUNT}/{name}")
}

/// The name in a queue's URL, whatever its host.
pub(super) fn name_in(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::sqs::message::Content;
    use crate::sqs::settings::Redrive;

    #[test]
    fn a_queue_is_created_once_and_not_with_other_settings() {
        let (queues, now) = (Queues::default(), Moment::now());
        let slow = Settings {
            max_bytes: 1024,
            ..Settings::default()
        };
        queues.create("jobs", Settings::default(), now).unwrap();
        queues.create("jobs", Settings::default(), now).unwrap();
        assert_eq!(queues.create("jobs", slow, now), Err(Refusal::QueueExists));
        assert_eq!(queues.names("jo"), ["jobs"]);
        queues.remove("jobs").unwrap();
        assert_eq!(queues.remove("jobs"), Err(Refusal::NoSuchQueue));
    }

    #[test]
    fn messages_without_a_queue_for_dead_letters_are_delivered_on() {
        let (queues, now) = (Queues::default(), Moment::now());
        let redrive = Redrive {
            target: arn("dead"),
            max_deliveries: 1,
        };
        let settings = Settings {
            redrive: Some(redrive),
            ..Settings::default()
        };
        queues.create("jobs", settings, now).unwrap();
        let content = Content {
            body: "poison".to_owned(),
            attributes: BTreeMap::new(),
        };
        queues
            .change("jobs", |queue| queue.send(content, None, now))
            .unwrap();
        let at_once = Wish {
            messages: 1,
            visibility: Some(Duration::ZERO),
        };
        let received = |name: &str| queues.receive(name, at_once, now).unwrap().delivered.len();
        assert_eq!([received("jobs"), received("jobs")], [1, 1]);
        queues.create("dead", Settings::default(), now).unwrap();
        assert_eq!([received("jobs"), received("dead")], [0, 1]);
    }

    #[test]
    fn a_name_is_short_and_plain() {
        for wrong in ["", "a b", "jobs.fifo", &"a".repeat(81)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
        assert_eq!(name_in(&url("http://embedded", "jobs")), "jobs");
    }
}
