//! A store over fresh simulated tables, and short words for what tests do with it.

use std::sync::Arc;

use bytes::Bytes;
use futures::executor::block_on;

use crate::simulated::{CountingIds, ManualClock, SimulatedAlarm, SimulatedBlobs, SimulatedTables};
use crate::{
    Base, Closing, CommitError, Committed, Criterion, DocumentKey, Entry, Found, Head, Identifier,
    Method, Ports, Receipt, Settings, Store, Transaction, Write,
};

pub(crate) struct Bench {
    pub(crate) tables: SimulatedTables,
    pub(crate) blobs: SimulatedBlobs,
    pub(crate) alarm: SimulatedAlarm,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) store: Store,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let clock = Arc::new(ManualClock::default());
        let tables = SimulatedTables::with_clock(clock.clone());
        let ids = Arc::new(CountingIds::default());
        let settings = Settings {
            closing: Closing::OneProcess,
            ..Settings::default()
        };
        let (blobs, alarm) = (SimulatedBlobs::new(), SimulatedAlarm::new());
        let ports = Ports {
            tables: Arc::new(tables.clone()),
            blobs: Arc::new(blobs.clone()),
            alarm: Arc::new(alarm.clone()),
            clock: clock.clone(),
            ids,
        };
        let store = Store::new(ports, settings);
        Self {
            tables,
            blobs,
            alarm,
            clock,
            store,
        }
    }

    pub(crate) fn clock_now(&self) -> crate::Millis {
        self.store.clock.now()
    }

    pub(crate) fn read(&self, id: &str) -> Option<Head> {
        block_on(self.store.read(&document(id))).unwrap()
    }

    pub(crate) fn find(&self, value: &str) -> Found {
        block_on(self.store.find("Organization", &by_value(value))).unwrap()
    }

    pub(crate) fn commit(&self, writes: Vec<Write>) -> Result<Vec<Committed>, CommitError> {
        self.commit_guarded(writes, Vec::new())
    }

    pub(crate) fn commit_guarded(
        &self,
        writes: Vec<Write>,
        guards: Vec<Found>,
    ) -> Result<Vec<Committed>, CommitError> {
        block_on(self.store.commit(Transaction {
            writes,
            guards,
            ..Transaction::default()
        }))
    }

    /// Does something, and returns what it cost.
    pub(crate) fn cost<T>(&self, act: impl FnOnce(&Self) -> T) -> (T, Arc<Receipt>) {
        let receipt = Arc::new(Receipt::new());
        let metered = Self {
            tables: self.tables.clone(),
            blobs: self.blobs.clone(),
            alarm: self.alarm.clone(),
            clock: self.clock.clone(),
            store: self.store.metered(receipt.clone()),
        };
        (act(&metered), receipt)
    }

    /// A write of `id` on its current state.
    pub(crate) fn put(&self, id: &str, text: &str) -> Write {
        let base = Base::from(self.read(id));
        Write {
            base,
            key: document(id),
            method: Method::Put,
            body: Some(body_of(text)),
            identifiers: Vec::new(),
            entries: Vec::new(),
        }
    }

    pub(crate) fn delete(&self, id: &str) -> Write {
        Write {
            method: Method::Delete,
            body: None,
            ..self.put(id, "")
        }
    }
}

impl Write {
    pub(crate) fn with_unique(mut self, value: &str) -> Self {
        self.identifiers.push(identifier(value, true));
        self
    }

    pub(crate) fn with_shared(mut self, value: &str) -> Self {
        self.identifiers.push(identifier(value, false));
        self
    }

    pub(crate) fn with_entry(mut self, sort: &str) -> Self {
        self.entries.push(Entry {
            parameter: "name".into(),
            partition: "p".into(),
            sort: sort.into(),
        });
        self
    }
}

pub(crate) fn document(id: &str) -> DocumentKey {
    DocumentKey::new("Organization", id)
}

pub(crate) fn body_of(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

pub(crate) fn by_value(value: &str) -> Criterion {
    Criterion {
        key: value.into(),
        token: None,
    }
}

fn identifier(value: &str, unique: bool) -> Identifier {
    let system = if unique { "unique" } else { "shared" };
    Identifier {
        key: value.into(),
        token: format!("{system}|{value}"),
        unique,
    }
}
