//! The lifecycle of each bucket, for whoever asks. Nothing is deleted by it: S3 itself does so at
//! midnight at the earliest, too coarse for Fyr to rely on.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use s3s::dto::LifecycleRule;

/// Lifecycle rules by bucket. In memory.
#[derive(Debug, Default)]
pub(super) struct Lifecycles(Mutex<HashMap<String, Vec<LifecycleRule>>>);

impl Lifecycles {
    pub(super) fn set(&self, bucket: String, rules: Vec<LifecycleRule>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(bucket, rules);
    }

    pub(super) fn remove(&self, bucket: &str) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(bucket);
    }

    pub(super) fn get(&self, bucket: &str) -> Option<Vec<LifecycleRule>> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(bucket)
            .cloned()
    }
}
