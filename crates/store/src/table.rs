//! The port to the tables: DynamoDB's data plane, as far as the commit protocol needs it.
//!
//! Implemented by the simulated table of this crate, and over the AWS SDK by `aws::dynamodb` (which
//! reaches AWS, the embedded engine, or any other endpoint). All reads are strongly consistent. A
//! single write is atomic; [`Tables::transact`] is atomic over up to 100 items; a query, a scan and
//! a batch are not atomic across items.
//!
//! An implementation never retries by itself: a hidden retry turns "failed" into "outcome unknown"
//! (the mutant `sdk_hidden_retry` of the simulation shows what that costs).

mod write;

use std::collections::{BTreeMap, BTreeSet};

use bytes::Bytes;
use futures::future::BoxFuture;

pub use write::{Action, Change, Condition, Write};

/// Items in one [`Tables::transact`] call: DynamoDB's `TransactWriteItems` quota.
pub const MAX_TRANSACT_ITEMS: usize = 100;
/// Keys in one [`Tables::batch_get`] call: DynamoDB's `BatchGetItem` quota.
pub const MAX_BATCH_GET: usize = 100;
/// Writes in one [`Tables::batch_write`] call: DynamoDB's `BatchWriteItem` quota.
pub const MAX_BATCH_WRITE: usize = 25;
/// Bytes of one item, names and values: DynamoDB's item quota (400 KB).
pub const MAX_ITEM_BYTES: usize = 400 * 1024;
/// Bytes of one transaction: DynamoDB's `TransactWriteItems` quota (4 MB).
pub const MAX_TRANSACT_BYTES: usize = 4 * 1024 * 1024;

/// The four tables, each with its own throughput, so that a scan of the heads reads nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// Current versions. Partition key only.
    Heads,
    /// Superseded versions. Partition key = document, sort key = version number.
    Versions,
    /// Key items, index entries, time entries. Partition key and text sort key.
    Index,
    /// Decision records, manifests, jobs, idempotency keys. Partition key and text sort key.
    Control,
}

impl Table {
    /// All tables, in the order in which they are created.
    pub const ALL: [Self; 4] = [Self::Heads, Self::Versions, Self::Index, Self::Control];

    /// What the sort key is: none, a number, or text.
    pub fn sort_kind(self) -> SortKind {
        match self {
            Self::Heads => SortKind::None,
            Self::Versions => SortKind::Number,
            Self::Index | Self::Control => SortKind::Text,
        }
    }
}

/// The type of a table's sort key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortKind {
    /// No sort key.
    None,
    /// DynamoDB type N.
    Number,
    /// DynamoDB type S.
    Text,
}

/// The value of a sort key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// The table has none.
    None,
    /// A number, such as a version.
    Number(i64),
    /// Text, ordered by its UTF-8 bytes.
    Text(String),
}

/// The primary key of one item. The attributes are called `pk` and `sk` in every table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The table the item lives in.
    pub table: Table,
    /// Partition key.
    pub pk: String,
    /// Sort key; its variant is the table's [`Table::sort_kind`].
    pub sk: Sort,
}

/// One attribute value. Only the types that the protocol uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Text (S).
    S(String),
    /// A whole number (N): versions, milliseconds, counters.
    N(i64),
    /// Bytes (B): compressed bodies, hashes.
    B(Bytes),
    /// A boolean (BOOL).
    Bool(bool),
    /// A set of text (SS). DynamoDB stores no empty set.
    Set(BTreeSet<String>),
    /// A map (M), such as an intent.
    M(Item),
}

/// The attributes of one item, without `pk` and `sk`.
pub type Item = BTreeMap<String, Value>;

/// Where a value is in an item: `["p", "tx"]` is the attribute `tx` of the map `p`.
/// An empty path is not allowed. `["pk"]` names the partition key: present iff the item exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path(pub Vec<String>);

impl From<&str> for Path {
    /// `"p.tx"` is the attribute `tx` of the map `p`. Names with a dot in them are built as a `Vec`.
    fn from(text: &str) -> Self {
        Self(text.split('.').map(str::to_owned).collect())
    }
}

/// A query of one partition, in sort key order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// A table that has a sort key.
    pub table: Table,
    /// The partition.
    pub pk: String,
    /// Lowest sort key, inclusive.
    pub from: Option<Sort>,
    /// Highest sort key, inclusive.
    pub to: Option<Sort>,
    /// Newest (largest) first.
    pub descending: bool,
    /// At most so many items in the page.
    pub limit: Option<usize>,
    /// Continue after this key ([`Page::next`] of the page before).
    pub after: Option<Key>,
}

/// A scan of one segment of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scan {
    /// The table.
    pub table: Table,
    /// This segment, 0-based.
    pub segment: u32,
    /// Of so many.
    pub segments: u32,
    /// At most so many items in the page.
    pub limit: Option<usize>,
    /// Continue after this key.
    pub after: Option<Key>,
}

/// One page of a query or scan: at most 1 MB of items.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// The items with their keys.
    pub items: Vec<(Key, Item)>,
    /// Where the next page continues; none when this was the last.
    pub next: Option<Key>,
}

/// What one call consumed, as DynamoDB counts it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Consumed {
    /// Read request units: 1 per 4 KB, strongly consistent.
    pub read_units: f64,
    /// Write request units: 1 per KB, doubled in a transaction.
    pub write_units: f64,
}

/// An answer with what it cost.
pub type Answer<T> = Result<(T, Consumed), TableError>;

/// Why a call failed. What matters is whether a write may have been applied.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A condition was false: nothing was applied. For a transaction all failed items are listed.
    #[error("a condition was not met")]
    ConditionFailed(Vec<FailedCondition>),
    /// Another transaction was at work on one of the items: nothing was applied. Try again.
    #[error("another transaction is at work on the same item")]
    Conflict,
    /// Too much for the table's throughput just now: nothing was applied. Try again later.
    #[error("throttled")]
    Throttled,
    /// An item or a transaction is over a size limit: nothing was applied.
    #[error("too large: {0}")]
    TooLarge(String),
    /// No answer, or a server fault: a write **may or may not** have been applied, now or later.
    #[error("no answer from the table")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The request was refused as wrong or forbidden: nothing was applied, trying again is no use.
    #[error("refused by the table")]
    Refused(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// A failed condition of a write or of one item in a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedCondition {
    /// Which write of the transaction; 0 for a single write.
    pub index: usize,
    /// The item as it was, when it exists (`ReturnValuesOnConditionCheckFailure=ALL_OLD`).
    pub item: Option<Item>,
}

/// What [`Tables::batch_get`] returns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BatchGot {
    /// The items found, in no particular order. Absent items are left out.
    pub items: Vec<(Key, Item)>,
    /// Keys that were not read (size or throughput): ask again.
    pub unprocessed: Vec<Key>,
}

/// The tables. See the module head for what every implementation promises.
pub trait Tables: Send + Sync {
    /// Reads one item.
    fn get(&self, key: Key) -> BoxFuture<'_, Answer<Option<Item>>>;

    /// Reads up to [`MAX_BATCH_GET`] different items, each on its own.
    fn batch_get(&self, keys: Vec<Key>) -> BoxFuture<'_, Answer<BatchGot>>;

    /// Applies one write atomically.
    fn write(&self, write: Write) -> BoxFuture<'_, Answer<()>>;

    /// Applies up to [`MAX_BATCH_WRITE`] unconditional puts and deletes of different items, each on
    /// its own. Returns those that were not applied: send them again.
    fn batch_write(&self, writes: Vec<Write>) -> BoxFuture<'_, Answer<Vec<Write>>>;

    /// Applies up to [`MAX_TRANSACT_ITEMS`] writes of different items, all or none. A second call
    /// with the same token within ten minutes does nothing and succeeds.
    fn transact(&self, token: String, writes: Vec<Write>) -> BoxFuture<'_, Answer<()>>;

    /// Reads a page of one partition.
    fn query(&self, query: Query) -> BoxFuture<'_, Answer<Page>>;

    /// Reads a page of a segment of a table.
    fn scan(&self, scan: Scan) -> BoxFuture<'_, Answer<Page>>;
}
