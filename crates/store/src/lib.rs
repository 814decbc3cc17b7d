//! Versioned documents with atomic transactions on DynamoDB: the commit protocol of Fyr.
//!
//! A [`Store`] keeps documents, all their versions, and the identifiers and index entries by which
//! they are found. [`Store::commit`] changes any set of documents at one instant, or none of them.
//!
//! What it is not: it knows neither FHIR nor HTTP nor AWS. Bodies are bytes, the tables are a port
//! ([`Tables`]), and so are large objects ([`Blobs`]), reminders ([`Alarm`]), time and chance ([`Clock`],
//! [`Ids`]): the same code runs over the simulated
//! tables, the embedded engine, and AWS. `docs/data-model.md` lists the items, and
//! `docs/adr/0003-item-layout-and-versions.md` says why they are so.

mod age;
mod alarm;
mod attribute;
mod blob;
mod blob_calls;
mod body;
mod calls;
mod claim;
mod clock;
mod collect;
mod commit;
mod contention;
mod decision;
mod dictionary;
mod direct;
mod document;
mod entries;
mod entry;
mod error;
mod exclusive;
mod expunge;
mod feed;
mod find;
mod flip;
mod head;
mod history;
mod identifier;
mod in_flight;
mod intent;
mod item_size;
mod key_item;
mod key_plan;
mod load;
mod manifest;
mod once;
mod outcome;
mod plan;
mod ports;
mod read;
mod receipt;
mod record;
mod recover;
mod reindex;
mod scan;
mod settings;
mod side_by_side;
#[cfg(any(test, feature = "simulated"))]
pub mod simulated;
#[cfg(any(test, feature = "simulated"))]
pub mod simulation;
mod spill;
mod state;
mod store;
mod sweep;
pub mod table;
#[cfg(test)]
mod tests;
mod transaction;
mod version;

pub use alarm::{Alarm, NoAlarm};
pub use blob::{BlobError, Blobs, NoBlobs};
pub use clock::{Clock, Ids, Millis, transaction_text};
pub use collect::{CollectQuery, Collected};
pub use dictionary::{Dictionaries, Dictionary};
pub use document::{DocumentKey, Method, NotADocumentKey};
pub use entries::{EntryHit, EntryPage, EntryQuery};
pub use error::{CommitError, Duplicate, Holder, Source, StoreError};
pub use expunge::Traces;
pub use feed::{
    CurrentHit, CurrentPage, CurrentQuery, FeedPage, FeedPosition, FeedResult, NotAPosition,
};
pub use find::Found;
pub use head::Head;
pub use history::{HistoryPage, HistoryResult};
pub use identifier::{Criterion, Identifier};
pub use once::{Attempt, Claimed, Mark};
pub use ports::Ports;
pub use receipt::Receipt;
pub use record::{Record, RecordError, RecordKey, RecordPage};
pub use recover::Recovery;
pub use reindex::{ReindexError, Reindexed};
pub use scan::{ScanPage, ScanQuery};
pub use settings::{Closing, Settings};
pub use store::Store;
pub use sweep::Swept;
pub use table::Tables;
pub use transaction::{Base, Committed, Entry, Transaction, Write};
pub use version::Version;
