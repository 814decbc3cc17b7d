//! Blobs in memory, with faults on request.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};

use super::fault::{Fault, Lost};
use crate::blob::{BlobError, Blobs};

/// A call of the blobs' port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobCall {
    /// [`Blobs::put`]
    Put(String, Bytes),
    /// [`Blobs::get`]
    Get(String),
    /// [`Blobs::delete`]
    Delete(Vec<String>),
}

type Decide = Box<dyn FnMut(&BlobCall) -> Option<Fault> + Send>;

/// Blobs in memory for tests. Cheap to clone: clones share the blobs.
#[derive(Clone, Default)]
pub struct SimulatedBlobs(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    blobs: BTreeMap<String, Bytes>,
    faults: Option<Decide>,
    late: VecDeque<BlobCall>,
}

impl SimulatedBlobs {
    /// No blobs.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on asks `faults` about each call what is to go wrong with it. Whatever it is, the
    /// caller gets no answer, except that a [`Fault::Duplicated`] call is answered.
    pub fn break_with(&self, faults: impl FnMut(&BlobCall) -> Option<Fault> + Send + 'static) {
        self.inside().faults = Some(Box::new(faults));
    }

    /// From now on nothing goes wrong.
    pub fn repair(&self) {
        self.inside().faults = None;
    }

    /// Lets the calls arrive that were late or duplicated.
    pub fn deliver_late(&self) {
        let mut inside = self.inside();
        while let Some(call) = inside.late.pop_front() {
            // nobody waits for the answer
            let _ = apply(&mut inside.blobs, &call);
        }
    }

    /// The keys of all blobs, in order.
    pub fn keys(&self) -> Vec<String> {
        self.inside().blobs.keys().cloned().collect()
    }

    /// Replaces a blob, as no caller can.
    pub fn damage(&self, key: &str, bytes: Bytes) {
        self.inside().blobs.insert(key.to_owned(), bytes);
    }

    fn answer(&self, call: BlobCall) -> BoxFuture<'static, Result<Bytes, BlobError>> {
        ready(self.inside().answer(call)).boxed()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inside {
    fn answer(&mut self, call: BlobCall) -> Result<Bytes, BlobError> {
        let Some(fault) = self.faults.as_mut().and_then(|decide| decide(&call)) else {
            return apply(&mut self.blobs, &call);
        };
        let lost = || Err(BlobError::Unavailable(Arc::new(Lost(fault))));
        match fault {
            Fault::LostAnswer => apply(&mut self.blobs, &call).and_then(|_| lost()),
            Fault::Duplicated => {
                self.late.push_back(call.clone());
                apply(&mut self.blobs, &call)
            }
            Fault::Late => {
                self.late.push_back(call);
                lost()
            }
            Fault::Dropped | Fault::Throttled | Fault::Conflict | Fault::Unprocessed => lost(),
        }
    }
}

/// What blobs do with a call: the bytes that it asks for, else none.
pub(crate) fn apply(
    blobs: &mut BTreeMap<String, Bytes>,
    call: &BlobCall,
) -> Result<Bytes, BlobError> {
    match call {
        BlobCall::Put(key, bytes) => {
            blobs.entry(key.clone()).or_insert_with(|| bytes.clone());
        }
        BlobCall::Get(key) => return blobs.get(key).cloned().ok_or(BlobError::NotFound),
        BlobCall::Delete(keys) => blobs.retain(|key, _| !keys.contains(key)),
    }
    Ok(Bytes::new())
}

impl Blobs for SimulatedBlobs {
    fn put(&self, key: String, bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        let answer = self.answer(BlobCall::Put(key, bytes));
        answer.map(|answer| answer.map(drop)).boxed()
    }

    fn get(&self, key: String) -> BoxFuture<'_, Result<Bytes, BlobError>> {
        self.answer(BlobCall::Get(key))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        let answer = self.answer(BlobCall::Delete(keys));
        answer.map(|answer| answer.map(drop)).boxed()
    }
}

impl fmt::Debug for SimulatedBlobs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys()).finish()
    }
}

impl fmt::Display for BlobCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Put(key, _) => write!(f, "put {key}"),
            Self::Get(key) => write!(f, "get {key}"),
            Self::Delete(keys) => write!(f, "delete {}", keys.join(" ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use super::*;

    #[test]
    fn the_first_put_of_a_key_stands() {
        let blobs = SimulatedBlobs::new();
        block_on(blobs.put("a".to_owned(), Bytes::from_static(b"1"))).unwrap();
        block_on(blobs.put("a".to_owned(), Bytes::from_static(b"2"))).unwrap();
        assert_eq!(block_on(blobs.get("a".to_owned())).unwrap(), "1");
    }

    #[test]
    fn what_is_dropped_has_no_effect_and_what_is_late_has_it_later() {
        let blobs = SimulatedBlobs::new();
        for (fault, now, later) in [(Fault::Dropped, 0, 0), (Fault::Late, 0, 1)] {
            blobs.break_with(move |_| Some(fault));
            let put = block_on(blobs.put("a".to_owned(), Bytes::new()));
            assert!(matches!(put, Err(BlobError::Unavailable(_))));
            assert_eq!(blobs.keys().len(), now);
            blobs.deliver_late();
            assert_eq!(blobs.keys().len(), later);
        }
    }
}
