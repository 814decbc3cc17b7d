//! What every implementation of the store's table port promises, as cases that run on each.
//!
//! | subject | is |
//! |---|---|
//! | `simulated` | the tables of the store's own simulation |
//! | `in_process` | DynamoDB over the AWS SDK, answered by the embedded engine behind its HTTP client |
//! | `wire` | the same engine, over a socket |
//! | `outside` | whatever DynamoDB `TABLE_CONTRACT_ENDPOINT` names; skipped without |
//!
//! The simulation is only worth its name as long as it and the others agree here.

mod batches;
mod changes;
mod conditions;
mod costs;
mod item;
mod limits;
mod pages;
mod subject;
mod transactions;

macro_rules! subject {
    ($subject:ident: $($module:ident { $($case:ident)+ })+) => {
        mod $subject {
            $( mod $module { $(
                #[test]
                fn $case() {
                    super::super::subject::$subject(super::super::$module::$case);
                }
            )+ } )+
        }
    };
}

macro_rules! contract {
    ($($cases:tt)+) => {
        subject!(simulated: $($cases)+);
        subject!(in_process: $($cases)+);
        subject!(wire: $($cases)+);
        subject!(outside: $($cases)+);
    };
}

contract! {
    conditions {
        a_put_if_absent_is_applied_once
        a_failed_condition_tells_the_item_as_it_was
        a_failed_condition_on_an_absent_item_tells_of_none
        equality_sees_paths_types_and_absence
        less_compares_numbers_that_are_there
        parts_are_joined_as_they_are_nested
        names_may_be_reserved_words_and_have_dots
    }
    changes {
        every_value_comes_back_as_it_went
        a_put_replaces_the_whole_item
        an_update_creates_changes_and_removes
        an_addition_starts_from_nothing
        the_last_member_of_a_set_takes_the_attribute_with_it
        a_value_below_an_absent_map_cannot_be_set
        a_delete_of_an_absent_item_is_fine
    }
    transactions {
        a_transaction_of_every_action_is_applied_whole
        one_false_condition_stops_everything
        every_false_condition_is_listed_with_its_item
        a_hundred_items_are_the_most
        an_item_cannot_be_in_it_twice
        a_repeated_token_does_nothing_and_succeeds
        a_failed_transaction_does_not_use_up_its_token
        concurrent_transactions_lose_no_update
    }
    pages {
        numbers_are_ordered_as_numbers
        text_is_ordered_by_its_bytes
        bounds_are_inclusive
        pages_continue_where_they_ended
        a_page_holds_a_megabyte
        segments_cover_a_table_once
        an_empty_partition_is_an_empty_page
    }
    batches {
        a_batch_reads_what_is_there
        a_batch_read_beyond_its_size_tells_what_is_left
        a_batch_read_takes_a_hundred_different_keys
        a_batch_writes_puts_and_deletes
        a_batch_takes_25_writes_without_conditions
    }
    limits {
        an_item_of_400_kb_is_the_largest
        an_update_cannot_grow_an_item_past_its_limit
        a_transaction_holds_four_megabytes
        a_key_with_empty_text_is_refused
    }
    costs {
        a_read_costs_a_unit_per_4_kb
        a_write_costs_a_unit_per_kb
        a_transaction_costs_double
        a_query_costs_by_the_sum_of_its_items
    }
}
