//! The one integration-test binary: its modules mirror what they test.

#[macro_use]
mod contract;

mod architecture;
mod blob_contract;
mod documentation;
mod protocol;
mod queue_contract;
mod serve;
mod table_contract;
