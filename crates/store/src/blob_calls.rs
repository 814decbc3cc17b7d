//! Calls to the blobs, repeated until they are answered: each is safe to repeat.

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};

use crate::blob::BlobError;
use crate::calls::Calls;
use crate::error::StoreError;
use crate::plan::Plan;
use crate::side_by_side::side_by_side;
use crate::spill::Blob;

impl Calls<'_> {
    /// Puts the blobs of a transaction, each repeatedly until it is acknowledged.
    pub(crate) async fn put_blobs(&self, plan: &Plan) -> Result<(), StoreError> {
        let branches: Vec<Calls<'_>> = plan.blobs.iter().map(|_| self.branch()).collect();
        let puts: Vec<_> = branches.iter().zip(&plan.blobs).collect();
        let outcome = side_by_side(puts, self.store.settings.in_flight, |(branch, blob)| {
            branch.put_blob(blob.clone()).boxed()
        })
        .await;
        self.join_all(&branches);
        outcome
    }

    async fn put_blob(&self, blob: Blob) -> Result<(), StoreError> {
        let put = || self.store.blobs.put(blob.key.clone(), blob.bytes.clone());
        self.repeated_at_blobs(put).await?;
        Ok(())
    }

    /// The bytes under a key; none when they are gone.
    pub(crate) async fn get_blob(&self, key: String) -> Result<Option<Bytes>, StoreError> {
        self.repeated_at_blobs(|| self.store.blobs.get(key.clone()))
            .await
    }

    /// Removes blobs.
    pub(crate) async fn delete_blobs(&self, keys: Vec<String>) -> Result<(), StoreError> {
        if !keys.is_empty() {
            self.repeated_at_blobs(|| self.store.blobs.delete(keys.clone()))
                .await?;
        }
        Ok(())
    }

    /// Makes a call to the blobs until it is answered. None when there is no such blob.
    async fn repeated_at_blobs<'c, T>(
        &'c self,
        call: impl Fn() -> BoxFuture<'c, Result<T, BlobError>>,
    ) -> Result<Option<T>, StoreError> {
        let mut failures = 0;
        loop {
            if let Some(receipt) = &self.store.receipt {
                receipt.add_request();
            }
            let answer = call().await;
            self.reach(self.depth() + 1);
            match answer {
                Ok(value) => return Ok(Some(value)),
                Err(BlobError::NotFound) => return Ok(None),
                Err(BlobError::Unavailable(source)) => {
                    failures += 1;
                    if failures >= self.store.settings.attempts {
                        return Err(StoreError::Unavailable(source));
                    }
                    self.pause(failures).await;
                }
            }
        }
    }
}
