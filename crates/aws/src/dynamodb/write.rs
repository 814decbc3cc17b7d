//! Writing: one item under a condition, or up to 25 without.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{
    ConsumedCapacity, DeleteRequest, PutRequest, ReturnValuesOnConditionCheckFailure, WriteRequest,
};
use store::table::{Action, Answer, Consumed, Table, TableError, Write};

use super::expression::{self, Placeholders};
use super::failure::{failed, foreign, misuse, write_failed};
use super::{DynamoTables, value};

/// What a conditional write wants to be told when its condition is false.
pub(super) const ALL_OLD: ReturnValuesOnConditionCheckFailure =
    ReturnValuesOnConditionCheckFailure::AllOld;

/// What all conditional writes have in common. The SDK's builders share no trait, so a macro.
macro_rules! conditioned {
    ($builder:expr, $table:expr, $condition:expr, $placeholders:expr) => {
        $builder
            .table_name($table)
            .set_condition_expression($condition)
            .set_expression_attribute_names($placeholders.take_names())
            .set_expression_attribute_values($placeholders.take_values())
            .return_values_on_condition_check_failure(super::write::ALL_OLD)
    };
}
pub(super) use conditioned;

impl DynamoTables {
    pub(super) async fn write_item(&self, write: Write) -> Answer<()> {
        let Write {
            key,
            action,
            condition,
        } = write;
        let table = self.names.of(key.table);
        let mut placeholders = Placeholders::default();
        let condition = condition.map(|is| expression::condition(is, &mut placeholders));
        let capacity = match action {
            Action::Put(item) => {
                let put = conditioned!(self.client.put_item(), table, condition, placeholders)
                    .set_item(Some(value::keyed_attributes(key, item)))
                    .set_return_consumed_capacity(self.capacity());
                put.send().await.map_err(write_failed)?.consumed_capacity
            }
            Action::Update(changes) => {
                let update = expression::update(changes, &mut placeholders);
                let update =
                    conditioned!(self.client.update_item(), table, condition, placeholders)
                        .set_key(Some(value::key_attributes(key)))
                        .update_expression(update)
                        .set_return_consumed_capacity(self.capacity());
                update.send().await.map_err(write_failed)?.consumed_capacity
            }
            Action::Delete => {
                let delete =
                    conditioned!(self.client.delete_item(), table, condition, placeholders)
                        .set_key(Some(value::key_attributes(key)))
                        .set_return_consumed_capacity(self.capacity());
                delete.send().await.map_err(write_failed)?.consumed_capacity
            }
            Action::Check => return Err(misuse("a check is only for transactions")),
        };
        Ok(((), written(capacity.as_slice())))
    }

    pub(super) async fn batch_write_items(&self, writes: Vec<Write>) -> Answer<Vec<Write>> {
        let mut grouped: HashMap<Table, Vec<WriteRequest>> = HashMap::new();
        for write in writes {
            grouped
                .entry(write.key.table)
                .or_default()
                .push(batch_entry(write)?);
        }
        let mut request = self
            .client
            .batch_write_item()
            .set_return_consumed_capacity(self.capacity());
        for (table, entries) in grouped {
            request = request.request_items(self.names.of(table), entries);
        }
        let output = request.send().await.map_err(failed)?;
        let mut unprocessed = Vec::new();
        for (name, entries) in output.unprocessed_items.unwrap_or_default() {
            let table = self.names.table(&name)?;
            for entry in entries {
                unprocessed.push(unprocessed_write(table, entry)?);
            }
        }
        Ok((
            unprocessed,
            written(&output.consumed_capacity.unwrap_or_default()),
        ))
    }
}

/// `BatchWriteItem` knows no conditions and no updates.
fn batch_entry(write: Write) -> Result<WriteRequest, TableError> {
    let Write {
        key,
        action,
        condition: None,
    } = write
    else {
        return Err(misuse("a condition in a batch"));
    };
    let entry = WriteRequest::builder();
    let entry = match action {
        Action::Put(item) => {
            let item = value::keyed_attributes(key, item);
            entry.put_request(
                PutRequest::builder()
                    .set_item(Some(item))
                    .build()
                    .map_err(misuse)?,
            )
        }
        Action::Delete => {
            let key = value::key_attributes(key);
            entry.delete_request(
                DeleteRequest::builder()
                    .set_key(Some(key))
                    .build()
                    .map_err(misuse)?,
            )
        }
        Action::Update(_) | Action::Check => return Err(misuse("an update or check in a batch")),
    };
    Ok(entry.build())
}

fn unprocessed_write(table: Table, entry: WriteRequest) -> Result<Write, TableError> {
    let (key, action) = match (entry.put_request, entry.delete_request) {
        (Some(put), _) => {
            let (key, item) = value::keyed_item(table, put.item).map_err(foreign)?;
            (key, Action::Put(item))
        }
        (None, Some(mut delete)) => (
            value::take_key(table, &mut delete.key).map_err(foreign)?,
            Action::Delete,
        ),
        (None, None) => {
            return Err(misuse(
                "an unprocessed write that is neither put nor delete",
            ));
        }
    };
    Ok(Write {
        key,
        action,
        condition: None,
    })
}

/// The units of a write. A repeated transaction costs reads instead, reported as such.
pub(super) fn written(capacity: &[ConsumedCapacity]) -> Consumed {
    let mut consumed = Consumed::default();
    for one in capacity {
        let units = one.capacity_units().unwrap_or_default();
        if one.read_capacity_units().is_some() && one.write_capacity_units().is_none() {
            consumed.read_units += units;
        } else {
            consumed.write_units += units;
        }
    }
    consumed
}
