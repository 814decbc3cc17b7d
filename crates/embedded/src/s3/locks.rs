//! One lock for each key in use: `s3s-fs` looks whether an object exists and then writes it, in
//! two steps, and writes its content and its metadata in two more.
//!
//! A writer holds its lock while the body comes in. Locks shared between keys would be simpler, and
//! would let an upload wait for a download that feeds it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{OwnedRwLockReadGuard, OwnedRwLockWriteGuard, RwLock};

/// With so many locks known, those that nobody holds are dropped.
const SWEEP_ABOVE: usize = 1000;

type Lock = RwLock<()>;
/// Bucket and key.
type Name = (String, String);

#[derive(Debug, Default)]
pub(super) struct Locks(Mutex<HashMap<Name, Weak<Lock>>>);

impl Locks {
    /// Waits for the writers of this object.
    pub(super) async fn read(&self, bucket: &str, key: &str) -> OwnedRwLockReadGuard<()> {
        self.of(bucket, key).read_owned().await
    }

    /// Waits for the readers and writers of this object.
    pub(super) async fn write(&self, bucket: &str, key: &str) -> OwnedRwLockWriteGuard<()> {
        self.of(bucket, key).write_owned().await
    }

    /// Waits for the readers and writers of these objects. In the order of the keys, so that two
    /// who want the same ones do not wait for each other.
    pub(super) async fn write_all<'a>(
        &self,
        bucket: &str,
        keys: impl Iterator<Item = &'a str>,
    ) -> Vec<OwnedRwLockWriteGuard<()>> {
        let mut keys: Vec<&str> = keys.collect();
        keys.sort_unstable();
        keys.dedup();
        let mut guards = Vec::with_capacity(keys.len());
        for key in keys {
            guards.push(self.write(bucket, key).await);
        }
        guards
    }

    fn of(&self, bucket: &str, key: &str) -> Arc<Lock> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if locks.len() > SWEEP_ABOVE {
            locks.retain(|_, lock| lock.strong_count() > 0);
        }
        let known = locks
            .entry((bucket.to_owned(), key.to_owned()))
            .or_default();
        known.upgrade().unwrap_or_else(|| {
            let lock = Arc::new(Lock::default());
            *known = Arc::downgrade(&lock);
            lock
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn a_writer_excludes_readers_of_the_same_key_only() {
        let locks = Locks::default();
        let writer = locks.write("b", "k").now_or_never();
        assert!(writer.is_some());
        assert!(locks.read("b", "k").now_or_never().is_none());
        assert!(locks.read("b", "other").now_or_never().is_some());
        drop(writer);
        assert!(locks.read("b", "k").now_or_never().is_some());
    }

    #[test]
    fn locks_that_nobody_holds_are_dropped() {
        let locks = Locks::default();
        for n in 0..3 * SWEEP_ABOVE {
            locks.of("b", &n.to_string());
        }
        assert!(locks.0.lock().unwrap().len() <= SWEEP_ABOVE + 1);
    }
}
