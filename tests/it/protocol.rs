//! The REST API, request by request: the whole server in this process, over simulated tables.
//!
//! A test whose name ends in a number such as `t8` shows the rule that the code calls T8.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "what helps tests may stop at the first surprise, as tests do"
)]

mod adversity;
mod algorithms;
mod audit;
mod authorization;
mod authorization_matrix;
mod bad_bundles;
mod bad_input;
mod batch;
mod capabilities;
mod conditional_create;
mod conditional_delete;
mod conditional_references;
mod conditional_search;
mod conditional_update;
mod content;
mod cors;
mod cost;
mod create;
mod crowd;
mod delete;
mod edge;
mod encoding;
mod entries;
mod export;
mod expunge;
mod failing_tables;
mod feed;
mod fidelity;
mod found;
mod fut_parameters;
mod fyr;
mod history;
mod idempotency;
mod import;
mod issuer;
mod large_resources;
mod limits;
mod lookup;
mod mutants;
mod patch;
mod read;
mod read_your_writes;
mod references;
mod reindex;
mod reply;
mod rules;
mod scopes;
mod search;
mod search_chains;
mod search_includes;
mod search_pages;
mod search_value_sets;
mod seeds;
mod tenancy;
mod tokens;
mod transaction;
mod transaction_identity;
mod transaction_reads;
mod turns;
mod unique_identifiers;
mod update;
mod vread;
