//! The ports of the store and the server: all of them over the engines in this process, or as the
//! settings say.

use std::sync::Arc;
use std::time::Duration;

use aws::Config;
use aws::dynamodb::{Client, DynamoTables, Endpoint};
use aws::s3::{self, Bucket, S3Blobs, S3Files, create_bucket};
use aws::sqs::{self, SqsAlarm, SqsQueue, create_queue};
use aws::system::{RandomIds, SystemClock};
use embedded::{S3, Sqs};
use server::port::{Files, NoQueue, Queue};
use store::{Alarm, Blobs, NoAlarm, Ports};

use super::engine::Tables;
use crate::failure::Failure;

/// The buckets in the embedded engine: what expires is apart from what does not.
const BLOBS: &str = "fyr";
const FILES: &str = "fyr-files";
/// The queues in the embedded engine.
const RECOVERY_QUEUE: &str = "fyr-recovery";
const JOBS_QUEUE: &str = "fyr-jobs";
/// How long it takes to finish a large transaction, at most.
const RECOVERY: Duration = Duration::from_mins(1);
/// How long a turn at a job takes, at most.
const TURN: Duration = Duration::from_mins(2);

/// What a server is made of, and the queues that this process receives from.
pub(super) struct Parts {
    pub(super) store: Ports,
    pub(super) files: Arc<dyn Files>,
    pub(super) queues: Queues,
}

/// The queues that there are.
#[derive(Clone, Default)]
pub(super) struct Queues {
    pub(super) recovery: Option<SqsQueue>,
    pub(super) jobs: Option<SqsQueue>,
}

impl Queues {
    fn alarm(&self) -> Arc<dyn Alarm> {
        match self.recovery.clone() {
            Some(queue) => Arc::new(SqsAlarm::new(queue)),
            None => Arc::new(NoAlarm),
        }
    }

    /// Where messages about jobs go.
    pub(super) fn jobs(&self) -> Arc<dyn Queue> {
        match self.jobs.clone() {
            Some(queue) => Arc::new(queue),
            None => Arc::new(NoQueue),
        }
    }
}

/// The parts over these tables, which exist.
pub(super) async fn parts(
    tables: &Tables,
    client: Client,
    config: &Config,
) -> Result<Parts, Failure> {
    let (blobs, files, queues) = match tables {
        Tables::Embedded {
            objects, queues, ..
        } => {
            let (blobs, files) = buckets(objects).await?;
            (blobs, files, own_queues(queues).await?)
        }
        Tables::Outside(_) => (
            aws::ports::blobs(config),
            aws::ports::files(config),
            Queues {
                recovery: aws::ports::recovery_queue(config),
                jobs: aws::ports::jobs_queue(config),
            },
        ),
    };
    let all = DynamoTables::new(client, config.table_names());
    let all = if tables.are_embedded() {
        in_process(all, config)
    } else {
        all
    };
    let store = Ports {
        tables: Arc::new(all),
        blobs,
        alarm: queues.alarm(),
        clock: Arc::new(SystemClock),
        ids: Arc::new(RandomIds),
    };
    Ok(Parts {
        store,
        files,
        queues,
    })
}

/// Tables in this process: their calls take its threads, and what they consume nobody pays for.
fn in_process(tables: DynamoTables, config: &Config) -> DynamoTables {
    let tables = tables.spread();
    if config.tells_cost() {
        tables
    } else {
        tables.unmetered()
    }
}

async fn buckets(objects: &S3) -> Result<(Arc<dyn Blobs>, Arc<dyn Files>), Failure> {
    let client = s3::connect(Endpoint::InProcess(objects.http_client())).await;
    for bucket in [BLOBS, FILES] {
        create_bucket(&client, bucket)
            .await
            .map_err(Failure::unexpected)?;
    }
    let blobs = S3Blobs::new(Bucket::new(client.clone(), BLOBS));
    let files = S3Files::new(Bucket::new(client, FILES));
    Ok((Arc::new(blobs), Arc::new(files)))
}

async fn own_queues(engine: &Sqs) -> Result<Queues, Failure> {
    let client = sqs::connect(Endpoint::InProcess(engine.http_client())).await;
    let recovery = create_queue(&client, RECOVERY_QUEUE, RECOVERY).await;
    let jobs = create_queue(&client, JOBS_QUEUE, TURN).await;
    Ok(Queues {
        recovery: Some(recovery.map_err(Failure::unexpected)?.queue),
        jobs: Some(jobs.map_err(Failure::unexpected)?.queue),
    })
}
