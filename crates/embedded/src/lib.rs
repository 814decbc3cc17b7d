//! The engines behind `fyr serve`: what AWS is to the Lambda functions, inside one process.
//!
//! DynamoDB is `dynoxide` over SQLite. It is reached through the AWS SDK like any endpoint, so there
//! is one storage implementation and it is always in the path; only the last step differs:
//!
//! ```text
//! DynamoTables -> AWS SDK -> HTTP client seam -> typed call -> SQLite     in this process
//! a function   -> AWS SDK -> loopback socket  -> listener   -> SQLite     for everybody else
//! ```
//!
//! [`S3`] (`s3s` over a folder) and [`Sqs`] (our own, in memory) are reached in the same two ways.
//!
//! Nothing that runs in AWS depends on this crate. How the engine differs from AWS, and what it
//! keeps when the process or the machine dies, is in
//! `docs/adr/0004-embedded-engines-on-the-aws-wire-protocol.md`.

mod directory;
mod dispatch;
mod engine;
mod exchange;
mod gathering;
mod loopback;
mod s3;
mod seam;
mod sqs;
mod tokens;
mod wire;

pub use directory::{DataDirectory, DirectoryError};
pub use engine::{Durability, Engine, EngineError};
pub use loopback::Loopback;
pub use s3::S3;
pub use sqs::Sqs;
