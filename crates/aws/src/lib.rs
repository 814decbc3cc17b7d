//! How it is done on AWS: the tables on DynamoDB, blobs and files on S3, messages on SQS, requests
//! from API Gateway, settings from the environment, logs for `CloudWatch`.
//!
//! This crate translates and decides nothing: which status a request gets, and who may do what, is
//! the `server` crate's.

pub mod config;
mod connection;
pub mod doctor;
pub mod dynamodb;
pub mod lambda;
mod lazy;
pub mod ports;
pub mod recovery;
pub mod s3;
pub mod sqs;
pub mod system;
pub mod telemetry;
pub mod token;

pub use config::Config;
