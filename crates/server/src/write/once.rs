//! What became of the operations of a request with an idempotency key: written down with the commit,
//! and read back when the same request comes again and its response was not kept.
//!
//! ```json
//! [["Organization/1", "created", 1], ["Organization/2", "updated", 7]]
//! ```
//!
//! One row for each operation: the resource, what became of it, and its version. The rest is in the
//! request, which is the same, and in the versions, which never change.

use bytes::Bytes;
use futures::{FutureExt, StreamExt, TryStreamExt, stream};
use store::{Attempt, Mark, Version};

use super::{Operation, Written, written::Effect};
use crate::{failure::Failure, interaction::Context};

/// Versions that are read at the same time.
const CONCURRENCY: usize = 64;

/// A request that must take effect once, or a part of it.
#[derive(Debug, Clone)]
pub(crate) struct Once {
    attempt: Attempt,
    /// The entry of a batch; none for a request that is one transaction.
    part: Option<usize>,
    /// What the mark of an earlier attempt says.
    done: Option<Bytes>,
}

/// A row: resource, effect, version.
type Row = (String, Effect, Option<u64>);

impl Once {
    /// A request that took effect if there is an outcome.
    pub(crate) fn new(attempt: Attempt, done: Option<Bytes>) -> Self {
        Self {
            attempt,
            part: None,
            done,
        }
    }

    /// An entry of a batch, which is a transaction of its own.
    pub(crate) fn part(&self, entry: usize) -> Self {
        Self {
            part: Some(entry),
            ..self.clone()
        }
    }

    /// The mark of a transaction.
    pub(super) fn mark(&self, written: &[Written]) -> Mark {
        let rows: Vec<Row> = written.iter().map(Written::row).collect();
        let outcome = serde_json::to_vec(&rows).unwrap_or_default();
        self.attempt.mark(self.part, outcome.into())
    }

    /// What became of the operations in an earlier attempt, if that took effect.
    pub(super) async fn recall(
        &self,
        context: &Context,
        operations: &[Operation],
    ) -> Result<Option<Vec<Written>>, Failure> {
        let outcome = match self.part {
            None => self.done.clone(),
            Some(part) => context.store.recall(&self.attempt, part).await?,
        };
        let Some(outcome) = outcome else {
            return Ok(None);
        };
        let rows: Vec<Row> = serde_json::from_slice(&outcome).map_err(Failure::internal)?;
        if rows.len() != operations.len() {
            return Err(Failure::internal("the outcome of another request"));
        }
        let written: Vec<_> = operations
            .iter()
            .zip(rows)
            .map(|(operation, row)| recalled(context, operation, row).boxed())
            .collect();
        let written = stream::iter(written).buffered(CONCURRENCY).try_collect();
        written.await.map(Some)
    }
}

async fn recalled(
    context: &Context,
    operation: &Operation,
    (key, effect, version): Row,
) -> Result<Written, Failure> {
    let key = key.parse().map_err(Failure::internal)?;
    let version: Option<Version> = match version {
        Some(version) => context.store.read_version(&key, version).await?,
        None => None,
    };
    Ok(Written::recalled(operation, key, effect, version))
}
