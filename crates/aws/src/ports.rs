//! The ports of the store and of the server over the services of AWS, as the settings say.

use std::sync::Arc;

use server::port::{Files, NoFiles, NoQueue, Queue};
use store::{Alarm, Blobs, NoAlarm, NoBlobs, Ports};

use crate::Config;
use crate::dynamodb::{DynamoTables, Endpoint, connect};
use crate::s3::{Bucket, S3Blobs, S3Files};
use crate::sqs::{SqsAlarm, SqsQueue};
use crate::system::{RandomIds, SystemClock};

/// The ports of a store in AWS, or over emulators of it. Makes no call.
pub async fn store_ports(config: &Config) -> Ports {
    let client = connect(config.endpoint()).await;
    Ports {
        tables: Arc::new(DynamoTables::new(client, config.table_names())),
        blobs: blobs(config),
        alarm: alarm(config),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
    }
}

/// The bucket of the settings, if there is one.
pub fn blobs(config: &Config) -> Arc<dyn Blobs> {
    match &config.blobs_bucket {
        Some(bucket) => Arc::new(S3Blobs::new(at_s3(config, bucket))),
        None => Arc::new(NoBlobs),
    }
}

/// The queue of the settings, if there is one.
pub fn alarm(config: &Config) -> Arc<dyn Alarm> {
    match recovery_queue(config) {
        Some(queue) => Arc::new(SqsAlarm::new(queue)),
        None => Arc::new(NoAlarm),
    }
}

/// The files of jobs in the bucket of the settings, if there is one.
pub fn files(config: &Config) -> Arc<dyn Files> {
    match &config.files_bucket {
        Some(bucket) => Arc::new(S3Files::new(at_s3(config, bucket))),
        None => Arc::new(NoFiles),
    }
}

fn at_s3(config: &Config, bucket: &str) -> Bucket {
    Bucket::at(endpoint(config.s3_endpoint.as_ref()), bucket)
}

/// Messages about jobs by the queue of the settings, if there is one.
pub fn jobs(config: &Config) -> Arc<dyn Queue> {
    match jobs_queue(config) {
        Some(queue) => Arc::new(queue),
        None => Arc::new(NoQueue),
    }
}

/// The queue of jobs of the settings, for whoever receives.
pub fn jobs_queue(config: &Config) -> Option<SqsQueue> {
    let url = config.jobs_queue_url.as_ref()?;
    Some(SqsQueue::at(endpoint(config.sqs_endpoint.as_ref()), url))
}

/// The queue of reminders of the settings, for whoever receives.
pub fn recovery_queue(config: &Config) -> Option<SqsQueue> {
    let url = config.recovery_queue_url.as_ref()?;
    Some(SqsQueue::at(endpoint(config.sqs_endpoint.as_ref()), url))
}

fn endpoint(url: Option<&String>) -> Endpoint {
    url.cloned().map_or(Endpoint::Aws, Endpoint::Url)
}
