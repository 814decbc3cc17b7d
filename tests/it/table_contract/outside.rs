//! The cases on a DynamoDB that is not ours, and how an emulator is known to differ from the real one.
//!
//! A case on the list has to fail: when it does not any more, it is time to take it off.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};

use aws::dynamodb::Endpoint;
use store::table::Tables;

use super::subject::on;

/// Emulator, case, and what it does otherwise.
const KNOWN: [(&str, &str, &str); 3] = [
    (
        "ministack",
        "a_query_costs_by_the_sum_of_its_items",
        "it rounds the units of a query up for each item",
    ),
    (
        "ministack",
        "a_read_costs_a_unit_per_4_kb",
        "it tells no units of a batch read",
    ),
    (
        "ministack",
        "a_transaction_holds_four_megabytes",
        "it takes the size of a transaction from its JSON",
    ),
];

#[expect(
    clippy::disallowed_methods,
    reason = "an outside endpoint is chosen by the environment"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

pub(super) fn outside<C: AsyncFnOnce(&dyn Tables)>(case: C) {
    let Some(url) = variable("TABLE_CONTRACT_ENDPOINT") else {
        return;
    };
    let emulator = variable("TABLE_CONTRACT_EMULATOR");
    let name = type_name::<C>().rsplit("::").next().unwrap();
    let mut known = KNOWN.iter();
    let known = known.find(|one| Some(one.0) == emulator.as_deref() && one.1 == name);
    let run = || on(Endpoint::Url(url), case);
    match known {
        None => run(),
        Some((emulator, _, what)) => {
            let outcome = catch_unwind(AssertUnwindSafe(run));
            assert!(outcome.is_err(), "{emulator} has changed: {what} no more");
        }
    }
}
