//! What verifying tokens asks of the host: the issuers' keys, and the mathematics.

use bytes::Bytes;
use futures::future::BoxFuture;

use crate::auth::token::{Algorithm, KeyMaterial};

/// Where issuers publish their keys.
pub trait KeySource: Send + Sync {
    /// The set of keys at a place of the settings: a URL, or the path of a file. Never a place that
    /// a token names. What is longer than `max_bytes` is refused unread, and so is what takes longer than
    /// some seconds.
    fn fetch<'a>(
        &'a self,
        place: &'a str,
        max_bytes: usize,
    ) -> BoxFuture<'a, Result<Bytes, KeysUnavailable>>;
}

/// Keys that could not be fetched, and why.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct KeysUnavailable(pub String);

/// Verifies signatures.
pub trait Signatures: Send + Sync {
    /// Whether a key has signed a message by this algorithm.
    fn holds(
        &self,
        algorithm: Algorithm,
        key: &KeyMaterial,
        message: &[u8],
        signature: &[u8],
    ) -> bool;
}
