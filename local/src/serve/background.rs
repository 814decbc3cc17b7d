//! What goes on beside the requests: messages are received and worked off, and every few minutes
//! somebody looks for what no message asks for. On AWS these are functions of their own.
//!
//! | here | on AWS |
//! |---|---|
//! | a loop on the recovery queue | `recovery` |
//! | loops on the queue of jobs | `job-worker` |
//! | a clock of its own, with `--export-schedule` | `scheduled-export` |
//! | a clock: at the start, then every five minutes | `sweeper` |
//!
//! The embedded queues forget when the process ends, so the first look comes at the start: it sends
//! the messages again that are missing.

use std::future::Future;
use std::time::Duration;

use aws::recovery::recover;
use aws::sqs::{Delivery, SqsQueue};
use futures::future::join_all;
use server::{ScheduledExport, Servers};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use super::ports::Queues;
use super::schedule;

/// Between two looks at what no message asks for.
const SWEEP: Duration = Duration::from_mins(5);
/// Of the control table, in one look: the next one goes on.
const SWEPT_PAGES: usize = 100;
/// The longest poll.
const POLL: Duration = Duration::from_secs(20);
/// After a queue could not be reached.
const PAUSE: Duration = Duration::from_secs(2);
/// Loops on the queue of jobs, of up to ten messages each: what is slow holds nobody else up.
const JOB_LOOPS: usize = 3;
/// How long work under way may take to finish at the end. What does not is done again.
const GRACE: Duration = Duration::from_secs(10);

/// The loops, as long as the server runs.
pub(super) struct Background {
    stop: watch::Sender<bool>,
    loops: JoinSet<()>,
}

impl Background {
    /// Starts the loops.
    pub(super) fn start(servers: &Servers, queues: &Queues) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut loops = JoinSet::new();
        if let Some(queue) = &queues.recovery {
            let servers = servers.clone();
            let work = move |message: String| {
                let servers = servers.clone();
                async move { recover(&servers, &message).await.map(drop) }
            };
            loops.spawn(receive(queue.clone(), work, stopped.clone()));
        }
        for queue in queues.jobs.iter().flat_map(|queue| [queue; JOB_LOOPS]) {
            let servers = servers.clone();
            let work = move |message: String| {
                let servers = servers.clone();
                async move { servers.receive(&message).await }
            };
            loops.spawn(receive(queue.clone(), work, stopped.clone()));
        }
        loops.spawn(sweep(servers.clone(), stopped));
        Self { stop, loops }
    }

    /// Starts an export at every multiple of this time, too.
    pub(super) fn export(
        &mut self,
        servers: &Servers,
        scheduled: ScheduledExport,
        every: Duration,
    ) {
        let stopped = self.stop.subscribe();
        self.loops
            .spawn(schedule::run(servers.clone(), scheduled, every, stopped));
    }

    /// Takes no new messages, and lets the work under way finish.
    pub(super) async fn stop(mut self) {
        self.stop.send_replace(true);
        let ended = async { while self.loops.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, ended).await.is_err() {
            tracing::info!("work in the background goes on at the next start");
        }
    }
}

/// Receives messages and works them off until the end.
async fn receive<W, F, E>(queue: SqsQueue, work: W, mut stopped: watch::Receiver<bool>)
where
    W: Fn(String) -> F,
    F: Future<Output = Result<(), E>>,
    E: std::error::Error + 'static,
{
    loop {
        let received = tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            received = queue.receive(POLL) => received,
        };
        match received {
            Ok(deliveries) => {
                let all = deliveries
                    .iter()
                    .map(|delivery| work_off(&queue, delivery, &work));
                join_all(all).await;
            }
            Err(failure) => {
                warn(&failure, "a queue was not asked");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// A message that fails stays on its queue, and comes again after its visibility timeout.
async fn work_off<W, F, E>(queue: &SqsQueue, delivery: &Delivery, work: &W)
where
    W: Fn(String) -> F,
    F: Future<Output = Result<(), E>>,
    E: std::error::Error + 'static,
{
    if let Err(failure) = work(delivery.body.clone()).await {
        warn(&failure, "a message is left on its queue");
        return;
    }
    if let Err(failure) = queue.delete(delivery).await {
        tracing::debug!(%failure, "a message that is done may come again");
    }
}

/// With the causes of the failure.
fn warn(failure: &(dyn std::error::Error + 'static), what: &str) {
    tracing::warn!(failure, "{what}");
}

/// Looks for what no message asks for, now and then.
async fn sweep(servers: Servers, mut stopped: watch::Receiver<bool>) {
    let mut clock = tokio::time::interval(SWEEP);
    clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stop| *stop) => return,
            _ = clock.tick() => {}
        }
        for server in servers.all() {
            match server.store().sweep(SWEPT_PAGES).await {
                Ok(swept) => tracing::debug!(?swept, "transactions are swept"),
                Err(failure) => tracing::warn!(%failure, "transactions were not swept"),
            }
            match server.tick().await {
                Ok(ticked) => tracing::debug!(?ticked, "jobs and files are looked after"),
                Err(failure) => tracing::warn!(%failure, "jobs and files were not looked after"),
            }
        }
    }
}
