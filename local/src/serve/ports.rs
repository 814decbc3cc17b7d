//! The store's ports: all of them over the engines in this process, or none of them.

use std::sync::Arc;
use std::time::Duration;

use aws::Config;
use aws::dynamodb::{Client, DynamoTables, Endpoint};
use aws::s3::{self, S3Blobs, create_bucket};
use aws::sqs::{self, SqsAlarm, create_queue};
use aws::system::{RandomIds, SystemClock};
use embedded::{S3, Sqs};
use store::{Alarm, Blobs, Ports};

use super::engine::Tables;
use crate::failure::Failure;

/// The bucket in the embedded engine.
const BUCKET: &str = "fyr";
/// The queue in the embedded engine.
const RECOVERY_QUEUE: &str = "fyr-recovery";
/// How long it takes to finish a large transaction, at most.
const RECOVERY: Duration = Duration::from_mins(1);

/// The ports over these tables, which exist.
pub(super) async fn ports(
    tables: &Tables,
    client: Client,
    config: &Config,
) -> Result<Ports, Failure> {
    let (blobs, alarm) = match tables {
        Tables::Embedded {
            objects, queues, ..
        } => (blobs(objects).await?, alarm(queues).await?),
        Tables::Outside(_) => (aws::ports::blobs(config), aws::ports::alarm(config)),
    };
    let all = DynamoTables::new(client, config.table_names());
    let tables_are_free = tables.are_embedded() && !config.tells_cost();
    Ok(Ports {
        tables: Arc::new(if tables_are_free {
            all.unmetered()
        } else {
            all
        }),
        blobs,
        alarm,
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
    })
}

async fn blobs(objects: &S3) -> Result<Arc<dyn Blobs>, Failure> {
    let client = s3::connect(Endpoint::InProcess(objects.http_client())).await;
    create_bucket(&client, BUCKET)
        .await
        .map_err(Failure::unexpected)?;
    Ok(Arc::new(S3Blobs::new(client, BUCKET)))
}

async fn alarm(queues: &Sqs) -> Result<Arc<dyn Alarm>, Failure> {
    let client = sqs::connect(Endpoint::InProcess(queues.http_client())).await;
    let created = create_queue(&client, RECOVERY_QUEUE, RECOVERY)
        .await
        .map_err(Failure::unexpected)?;
    Ok(Arc::new(SqsAlarm::new(created.queue)))
}
