//! The store's ports over the services of AWS, as the settings say.

use std::sync::Arc;

use store::{Alarm, Blobs, NoAlarm, NoBlobs, Ports};

use crate::Config;
use crate::dynamodb::{DynamoTables, Endpoint, connect};
use crate::s3::S3Blobs;
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
        Some(bucket) => Arc::new(S3Blobs::at(endpoint(config.s3_endpoint.as_ref()), bucket)),
        None => Arc::new(NoBlobs),
    }
}

/// The queue of the settings, if there is one.
pub fn alarm(config: &Config) -> Arc<dyn Alarm> {
    match &config.recovery_queue_url {
        Some(url) => {
            let queue = SqsQueue::at(endpoint(config.sqs_endpoint.as_ref()), url);
            Arc::new(SqsAlarm::new(queue))
        }
        None => Arc::new(NoAlarm),
    }
}

fn endpoint(url: Option<&String>) -> Endpoint {
    url.cloned().map_or(Endpoint::Aws, Endpoint::Url)
}
