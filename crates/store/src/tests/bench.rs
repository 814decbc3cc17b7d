//! A store over fresh simulated tables, and short words for what tests do with it.

use std::sync::Arc;

use bytes::Bytes;
use futures::executor::block_on;

use crate::simulated::{
    Call, CountingIds, Fault, ManualClock, SimulatedAlarm, SimulatedBlobs, SimulatedTables,
};
use crate::{
    Base, Closing, CommitError, Committed, Criterion, DocumentKey, Entry, EntryQuery, Found, Head,
    Identifier, Method, Ports, Receipt, Settings, Store, Transaction, Write,
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

    /// Another process over the same tables, after this one has ended.
    pub(crate) fn restarted(&self) -> Self {
        let mut store = self.store.clone();
        store.in_flight = Arc::default();
        Self {
            tables: self.tables.clone(),
            blobs: self.blobs.clone(),
            alarm: self.alarm.clone(),
            clock: self.clock.clone(),
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

    /// Updates document 1 on the large path, and dies as soon as that is decided.
    pub(crate) fn die_after_deciding(&mut self, write: Write) {
        self.store.settings.max_direct_items = 0;
        let mut is_decided = false;
        self.tables.break_with(move |call| {
            let mut writes = call.writes().iter();
            let is_decision = writes.any(|write| write.key.pk.starts_with("X#"));
            let is_dropped = is_decided && !call.writes().is_empty();
            is_decided |= is_decision && matches!(call, Call::Write(_));
            is_dropped.then_some(Fault::Dropped)
        });
        self.commit(vec![write]).unwrap();
        self.tables.repair();
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
        self.entries.push(named(sort));
        self
    }
}

pub(crate) fn document(id: &str) -> DocumentKey {
    DocumentKey::new("Organization", id)
}

pub(crate) fn body_of(text: &str) -> Bytes {
    Bytes::copy_from_slice(text.as_bytes())
}

/// The index entry of a name.
pub(crate) fn named(sort: &str) -> Entry {
    Entry {
        parameter: "name".into(),
        partition: "p".into(),
        sort: sort.into(),
    }
}

/// The candidates of these names, inclusive.
pub(crate) fn names(from: Option<&str>, to: Option<&str>, limit: usize) -> EntryQuery {
    EntryQuery {
        kind: "Organization".into(),
        parameter: "name".into(),
        partition: "p".into(),
        from: from.map(Into::into),
        to: to.map(Into::into),
        after: None,
        limit,
    }
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
