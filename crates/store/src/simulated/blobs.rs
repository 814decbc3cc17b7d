//! Blobs in memory, which can be out of reach.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};

use crate::blob::{BlobError, Blobs};

/// Blobs in memory for tests. Cheap to clone: clones share the blobs.
#[derive(Debug, Clone, Default)]
pub struct SimulatedBlobs(Arc<Mutex<Inside>>);

#[derive(Debug, Default)]
struct Inside {
    blobs: BTreeMap<String, Bytes>,
    is_out_of_reach: bool,
}

/// Where [`SimulatedBlobs`] are when a test has switched them off.
#[derive(Debug, thiserror::Error)]
#[error("the simulated blobs are switched off")]
struct SwitchedOff;

impl SimulatedBlobs {
    /// No blobs.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every call fails without effect, or none does.
    pub fn set_out_of_reach(&self, is_out_of_reach: bool) {
        self.inside().is_out_of_reach = is_out_of_reach;
    }

    /// The keys of all blobs, in order.
    pub fn keys(&self) -> Vec<String> {
        self.inside().blobs.keys().cloned().collect()
    }

    fn answer<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut BTreeMap<String, Bytes>) -> Result<T, BlobError>,
    ) -> BoxFuture<'_, Result<T, BlobError>> {
        let mut inside = self.inside();
        let answer = if inside.is_out_of_reach {
            Err(BlobError::Unavailable(Arc::new(SwitchedOff)))
        } else {
            call(&mut inside.blobs)
        };
        ready(answer).boxed()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Blobs for SimulatedBlobs {
    fn put(&self, key: String, bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        self.answer(|blobs| {
            blobs.entry(key).or_insert(bytes);
            Ok(())
        })
    }

    fn get(&self, key: String) -> BoxFuture<'_, Result<Bytes, BlobError>> {
        self.answer(|blobs| blobs.get(&key).cloned().ok_or(BlobError::NotFound))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        self.answer(|blobs| {
            for key in keys {
                blobs.remove(&key);
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn blobs_out_of_reach_are_neither_read_nor_changed() {
        let blobs = SimulatedBlobs::new();
        block_on(blobs.put("a".to_owned(), Bytes::from_static(b"1"))).unwrap();
        blobs.set_out_of_reach(true);
        let failures = [
            block_on(blobs.put("b".to_owned(), Bytes::new())),
            block_on(blobs.get("a".to_owned())).map(drop),
            block_on(blobs.delete(vec!["a".to_owned()])),
        ];
        for failure in failures {
            assert!(matches!(failure, Err(BlobError::Unavailable(_))));
        }
        blobs.set_out_of_reach(false);
        assert_eq!(blobs.keys(), ["a"]);
    }
}
