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
