//! What every implementation of the store's table port promises, as cases that run on each.
//!
//! | subject | is |
//! |---|---|
//! | `simulated` | the tables of the store's own simulation |
//! | `in_process` | DynamoDB over the AWS SDK, answered by the embedded engine behind its HTTP client |
//! | `wire` | the same engine, over a socket |
//! | `outside` | whatever DynamoDB `TABLE_CONTRACT_ENDPOINT` names; skipped without. `cargo xtask contract`: ministack |
//!
//! The simulation is only worth its name as long as it and the others agree here.

mod batches;
mod changes;
mod conditions;
mod costs;
mod item;
mod limits;
mod outside;
mod pages;
mod subject;
mod transactions;
