//! The protocol over simulated tables, as its callers see it.

mod bench;
mod commit;
mod costs;
mod expunge;
mod faults;
mod feed;
mod feed_chain;
mod flip;
mod identifiers;
mod once;
mod reading;

pub(crate) use bench::{Bench, body_of, document};
