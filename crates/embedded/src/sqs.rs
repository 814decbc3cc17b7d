//! A small SQS for one process: standard queues with delays, visibility timeouts, long polls and
//! dead letters.
//!
//! The protocol is AWS JSON 1.0:
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_Operations.html>.
//!
//! | module       | what it holds |
//! |--------------|---------------|
//! | `moment`     | the engine's clock |
//! | `message`    | one message, its attributes, its deliveries, its receipt |
//! | `digest`     | the MD5 sums that clients check |
//! | `settings`   | a queue's attributes and their ranges |
//! | `queue`      | one queue: who gets which message when |
//! | `queues`     | all queues: names, dead letters, and word of every change |
//! | `requests`   | what the operations are asked |
//! | `operations` | operation name and JSON in, JSON out |
//! | `batch`      | the operations on up to ten messages |
//! | `poll`       | `ReceiveMessage`, which may wait |
//! | `refusal`    | every way to say no, under the names that the SDKs know |
//! | `wire`       | HTTP around it |
//!
//! It forgets everything when the process ends. SQS loses nothing, but it may deliver twice and out
//! of order, so whoever sends a message must be able to find unfinished work without it anyway; after
//! a restart that is what happens. This engine delivers in order and, within the visibility
//! timeout, once: tests over it do not show what duplicates do.

mod batch;
mod digest;
mod message;
mod moment;
mod operations;
mod poll;
mod queue;
mod queues;
mod refusal;
mod requests;
mod settings;
mod wire;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::exchange::http_client;
use crate::loopback::Loopback;
use queues::Queues;

/// An embedded SQS. Clones share the queues.
#[derive(Clone, Default)]
pub struct Sqs(Arc<Queues>);

impl Sqs {
    /// An engine without queues.
    pub fn new() -> Self {
        Self::default()
    }

    /// An HTTP client for the AWS SDK whose every request is answered by this engine, without a
    /// socket. Long polls wait on the runtime that makes the request.
    pub fn http_client(&self) -> SharedHttpClient {
        http_client(self.clone())
    }

    /// Serves the wire protocol on this address, on a thread of its own.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub fn listen(&self, address: SocketAddr) -> io::Result<Loopback> {
        Loopback::start("sqs-listener", address, self.clone())
    }
}
