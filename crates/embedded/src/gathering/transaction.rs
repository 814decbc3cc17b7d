//! Writes of one item each, carried out as one `TransactWriteItems` of the engine.

use dynoxide::Database;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::transact_write_items::{
    TransactPut, TransactUpdate, TransactWriteItem, TransactWriteItemsRequest,
};
use dynoxide::actions::update_item::UpdateItemRequest;

use super::Call;
use crate::dispatch::Answer;

/// None for a call that is to run alone.
pub(super) fn part(call: &Call) -> Option<TransactWriteItem> {
    match call.operation.as_str() {
        "PutItem" => put(serde_json::from_slice(&call.body).ok()?),
        "UpdateItem" => update(serde_json::from_slice(&call.body).ok()?),
        _ => None,
    }
}

/// One answer for all. None when one of them was refused: whose fault it is each finds out alone.
pub(super) fn run(database: &Database, actions: Vec<TransactWriteItem>) -> Option<Answer> {
    let request = TransactWriteItemsRequest {
        transact_items: actions,
        ..TransactWriteItemsRequest::default()
    };
    match database.transact_write_items(request) {
        Ok(_) => Some(Answer::from(Ok(b"{}".to_vec()))),
        Err(refusal) if refusal.status_code() == 400 => None,
        // Whether it happened is not known, and a second try would meet its own traces.
        Err(failure) => Some(Answer::from(Err(failure))),
    }
}

/// None, as below, for what only a write that runs alone can be asked for.
fn put(request: PutItemRequest) -> Option<TransactWriteItem> {
    let is_plain = request.return_values.is_none()
        && request.return_consumed_capacity.is_none()
        && request.return_item_collection_metrics.is_none()
        && request.expected.is_none();
    let put = TransactPut {
        table_name: request.table_name,
        item: request.item,
        condition_expression: request.condition_expression,
        expression_attribute_names: request.expression_attribute_names,
        expression_attribute_values: request.expression_attribute_values,
        return_values_on_condition_check_failure: None,
    };
    is_plain.then(|| TransactWriteItem {
        put: Some(put),
        ..TransactWriteItem::default()
    })
}

fn update(request: UpdateItemRequest) -> Option<TransactWriteItem> {
    let is_plain = request.return_values.is_none()
        && request.return_consumed_capacity.is_none()
        && request.return_item_collection_metrics.is_none()
        && request.expected.is_none()
        && request.attribute_updates.is_none();
    let update = TransactUpdate {
        table_name: request.table_name,
        key: request.key,
        update_expression: request.update_expression?,
        condition_expression: request.condition_expression,
        expression_attribute_names: request.expression_attribute_names,
        expression_attribute_values: request.expression_attribute_values,
        return_values_on_condition_check_failure: None,
    };
    is_plain.then(|| TransactWriteItem {
        update: Some(update),
        ..TransactWriteItem::default()
    })
}
