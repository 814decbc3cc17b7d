//! The one integration-test binary: its modules mirror what they test.

mod architecture;
mod documentation;
mod protocol;
mod serve;
mod table_contract;
