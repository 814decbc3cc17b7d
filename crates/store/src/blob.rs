//! The port to large objects: bytes under a key, written once. S3, as far as the store needs it.
//!
//! A body that is too large for an item of the tables is put here first, and its document then holds
//! the key, the length and a hash. Whoever reads a blob compares the hash: the port does not.

use std::sync::Arc;

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};

use crate::error::Source;

/// Why a call failed. A failed put or delete may have been carried out, now or later.
#[derive(Debug, Clone, thiserror::Error)]
pub enum BlobError {
    /// There is no blob under this key.
    #[error("there is no such blob")]
    NotFound,
    /// No answer, or a refusal: the blobs cannot be reached just now, or not by this process.
    #[error("the blobs cannot be reached")]
    Unavailable(#[source] Source),
}

/// Large objects. Implementations may repeat a call that failed: each is safe to repeat.
pub trait Blobs: Send + Sync {
    /// Stores bytes under a key that names these bytes and no others, such as one made of a
    /// transaction's id. A blob is never overwritten: when the key is taken, by an earlier attempt
    /// of this same put, the stored bytes stay and the put succeeds.
    fn put(&self, key: String, bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>>;

    /// The bytes under a key. Sees every put and delete that succeeded before.
    fn get(&self, key: String) -> BoxFuture<'_, Result<Bytes, BlobError>>;

    /// Removes any number of blobs; fine for those that are not there. After an error some may be
    /// removed and others not.
    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>>;
}

/// There is no place for large objects: bodies have to fit into the tables
/// ([`crate::Settings::max_inline_bytes`] says so).
#[derive(Debug, Clone, Copy, Default)]
pub struct NoBlobs;

/// Why [`NoBlobs`] answers nothing.
#[derive(Debug, thiserror::Error)]
#[error("no place for large objects is set up")]
struct NowhereToPut;

fn nowhere<T: Send + 'static>() -> BoxFuture<'static, Result<T, BlobError>> {
    ready(Err(BlobError::Unavailable(Arc::new(NowhereToPut)))).boxed()
}

impl Blobs for NoBlobs {
    fn put(&self, _key: String, _bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        nowhere()
    }

    fn get(&self, _key: String) -> BoxFuture<'_, Result<Bytes, BlobError>> {
        nowhere()
    }

    fn delete(&self, _keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        nowhere()
    }
}
