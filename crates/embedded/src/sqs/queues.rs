//! All queues of the engine: their names, dead letters between them, and word of every change to
//! those who wait.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::message::Message;
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

    /// Delivers messages, and moves those that are given up to their queue for dead letters.
    pub(super) fn receive(&self, name: &str, wish: Wish, now: Moment) -> Result<Look, Refusal> {
        let mut queues = self.lock();
        let queue = queues.get_mut(name).ok_or(Refusal::NoSuchQueue)?;
        let mut look = queue.receive(wish, now);
        let given_up = std::mem::take(&mut look.given_up);
        if !given_up.is_empty() {
            let redrive = queue.settings.redrive.as_ref();
            let target = redrive.map(|redrive| redrive.target_name().to_owned());
            bury(
                &mut queues,
                target.as_deref().unwrap_or_default(),
                given_up,
                name,
                now,
            );
            self.changed.notify_waiters();
        }
        Ok(look)
    }

    /// Completes at the next change after this call.
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Queue>> {
        self.by_name.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bury(
    queues: &mut BTreeMap<String, Queue>,
    target: &str,
    letters: Vec<Message>,
    from: &str,
    now: Moment,
) {
    let Some(queue) = queues.get_mut(target) else {
        let count = letters.len();
        tracing::warn!(
            from,
            target,
            count,
            "no queue for dead letters: they are gone"
        );
        return;
    };
    for letter in letters {
        queue.take_dead_letter(letter, &arn(from), now);
    }
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
    use super::*;

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
    fn a_name_is_short_and_plain() {
        for wrong in ["", "a b", "jobs.fifo", &"a".repeat(81)] {
            assert!(check_name(wrong).is_err(), "{wrong}");
        }
        assert_eq!(name_in(&url("http://embedded", "jobs")), "jobs");
    }
}
