//! The messages of one tenant: its name in front of what they say, so that whoever receives one knows
//! whose server it is for.

use std::{sync::Arc, time::Duration};

use futures::future::BoxFuture;
use store::{Alarm, Source};

use super::name::Prefix;
use crate::port::{Queue, QueueError};

pub(super) struct TenantAlarm {
    all: Arc<dyn Alarm>,
    prefix: Prefix,
}

pub(super) struct TenantQueue {
    all: Arc<dyn Queue>,
    prefix: Prefix,
}

impl TenantAlarm {
    pub(super) fn new(all: Arc<dyn Alarm>, prefix: Prefix) -> Self {
        Self { all, prefix }
    }
}

impl Alarm for TenantAlarm {
    fn arm(&self, transaction: String, after_ms: u64) -> BoxFuture<'_, Result<(), Source>> {
        self.all.arm(self.prefix.add(&transaction), after_ms)
    }
}

impl TenantQueue {
    pub(super) fn new(all: Arc<dyn Queue>, prefix: Prefix) -> Self {
        Self { all, prefix }
    }
}

impl Queue for TenantQueue {
    fn send(&self, body: String, delay: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        self.all.send(self.prefix.add(&body), delay)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use futures::{
        executor::block_on,
        future::{FutureExt, ready},
    };

    use super::*;
    use crate::simulated::SimulatedQueue;

    fn prefix() -> Prefix {
        Prefix::of(&"acme".parse().unwrap())
    }

    /// Remembers what it was armed with.
    #[derive(Default)]
    struct Armed(Mutex<Vec<(String, u64)>>);

    impl Alarm for Armed {
        fn arm(&self, transaction: String, after_ms: u64) -> BoxFuture<'_, Result<(), Source>> {
            self.0.lock().unwrap().push((transaction, after_ms));
            ready(Ok(())).boxed()
        }
    }

    #[test]
    fn an_alarm_names_the_tenant_whose_transaction_it_is() {
        let all = Arc::new(Armed::default());
        let alarm = TenantAlarm::new(all.clone(), prefix());
        block_on(alarm.arm("t1".to_owned(), 60_000)).unwrap();
        let armed = all.0.lock().unwrap().clone();
        assert_eq!(armed, [("acme~t1".to_owned(), 60_000)]);
    }

    #[test]
    fn a_message_about_a_job_names_the_tenant_whose_job_it_is() {
        let all = SimulatedQueue::new();
        let queue = TenantQueue::new(Arc::new(all.clone()), prefix());
        block_on(queue.send("{}".to_owned(), Duration::ZERO)).unwrap();
        let sent: Vec<String> = all.take().into_iter().map(|one| one.body).collect();
        assert_eq!(sent, ["acme~{}"]);
    }
}
