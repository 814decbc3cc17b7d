//! What the server asks of its host, beside the store's own ports: small traits, each with the one
//! error that its callers act on.

mod absent;
mod audit;
mod files;
mod keys;
mod queue;

pub use absent::{NoFiles, NoQueue};
pub use audit::AuditLog;
pub use files::{FileError, FileFacts, FileLabel, FileList, Files, ListedFile, MAX_LINK, Put};
pub use keys::{KeySource, KeysUnavailable, Signatures};
pub use queue::{MAX_DELAY, Queue, QueueError};
