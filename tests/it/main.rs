//! The one integration-test binary: its modules mirror what they test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise, and so may what it calls"
)]

#[macro_use]
mod contract;

mod architecture;
mod blob_contract;
mod doctor;
mod documentation;
mod fuzz;
mod protocol;
mod queue_contract;
mod serve;
mod table_contract;
