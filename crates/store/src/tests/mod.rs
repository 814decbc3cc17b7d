//! The protocol over simulated tables, as its callers see it.

mod alarm;
mod bench;
mod blobs;
mod collect;
mod commit;
mod costs;
mod current;
mod entries;
mod expunge;
mod faults;
mod feed;
mod feed_chain;
mod flip;
mod identifiers;
mod once;
mod priority;
mod reading;
mod records;
mod reindex;
mod scan;
mod sweep;

pub(crate) use bench::{Bench, body_of, document, named, names};
