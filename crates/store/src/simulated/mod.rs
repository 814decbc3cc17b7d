//! Tables in memory that behave as DynamoDB does, for tests: conditions, limits, paging, capacity,
//! idempotent transactions - and faults on request.
//!
//! | module      | what of DynamoDB |
//! |-------------|------------------|
//! | `engine`    | the seven calls, atomic each; limits; idempotency tokens |
//! | `condition` | condition expressions |
//! | `change`    | update expressions |
//! | `paging`    | query and scan, 1 MB pages, parallel scan segments |
//! | `capacity`  | item sizes and request units |
//! | `fault`     | what can go wrong on the way to the tables and back |
//!
//! Conditions that fail cost nothing here; DynamoDB charges them like the write.

mod alarm;
mod blobs;
mod call;
mod capacity;
mod change;
mod condition;
mod engine;
mod fault;
mod paging;
mod ports;
mod tables;

pub use alarm::SimulatedAlarm;
pub(crate) use blobs::apply;
pub use blobs::{BlobCall, SimulatedBlobs};
pub use call::{Call, Endpoint, Reply};
pub use engine::Engine;
pub use fault::{Fault, Lost};
pub use ports::{CountingIds, ManualClock};
pub use tables::SimulatedTables;
