//! What the server asks of its host, beside the store's own ports: small traits, each with the one
//! error that its callers act on.

mod queue;

pub use queue::{MAX_DELAY, Queue, QueueError};
