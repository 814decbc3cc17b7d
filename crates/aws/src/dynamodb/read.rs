//! Reading: one item, up to a hundred, a partition's page, a segment's page. All strongly
//! consistent.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{ConsumedCapacity, KeysAndAttributes};
use store::table::{Answer, BatchGot, Consumed, Item, Key, Page, Query, Scan, Sort, Table, Value};

use super::DynamoTables;
use super::expression::Placeholders;
use super::failure::{failed, foreign, misuse};
use super::value::{self, Attributes, Foreign, PK, SK};

impl DynamoTables {
    pub(super) async fn get_item(&self, key: Key) -> Answer<Option<Item>> {
        let output = self
            .client
            .get_item()
            .table_name(self.names.of(key.table))
            .set_key(Some(value::key_attributes(key)))
            .consistent_read(true)
            .set_return_consumed_capacity(self.capacity())
            .send()
            .await
            .map_err(failed)?;
        let item = output.item.map(value::item).transpose().map_err(foreign)?;
        Ok((item, read_units(output.consumed_capacity.as_slice())))
    }

    pub(super) async fn batch_get_items(&self, keys: Vec<Key>) -> Answer<BatchGot> {
        let mut request = self
            .client
            .batch_get_item()
            .set_return_consumed_capacity(self.capacity());
        for (table, keys) in by_table(keys) {
            let keys = KeysAndAttributes::builder()
                .set_keys(Some(keys))
                .consistent_read(true)
                .build()
                .map_err(misuse)?;
            request = request.request_items(self.names.of(table), keys);
        }
        let output = request.send().await.map_err(failed)?;
        let mut got = BatchGot::default();
        for (name, items) in output.responses.unwrap_or_default() {
            let table = self.names.table(&name)?;
            for attributes in items {
                got.items
                    .push(value::keyed_item(table, attributes).map_err(foreign)?);
            }
        }
        for (name, rest) in output.unprocessed_keys.unwrap_or_default() {
            let table = self.names.table(&name)?;
            for mut attributes in rest.keys {
                got.unprocessed
                    .push(value::take_key(table, &mut attributes).map_err(foreign)?);
            }
        }
        Ok((
            got,
            read_units(output.consumed_capacity.as_deref().unwrap_or_default()),
        ))
    }

    pub(super) async fn query_page(&self, query: Query) -> Answer<Page> {
        let mut placeholders = Placeholders::default();
        let condition = key_condition(&mut placeholders, query.pk, query.from, query.to);
        let output = self
            .client
            .query()
            .table_name(self.names.of(query.table))
            .key_condition_expression(condition)
            .set_expression_attribute_names(placeholders.take_names())
            .set_expression_attribute_values(placeholders.take_values())
            .scan_index_forward(!query.descending)
            .set_limit(limit(query.limit))
            .set_exclusive_start_key(query.after.map(value::key_attributes))
            .consistent_read(true)
            .set_return_consumed_capacity(self.capacity())
            .send()
            .await
            .map_err(failed)?;
        let page = page(query.table, output.items, output.last_evaluated_key).map_err(foreign)?;
        Ok((page, read_units(output.consumed_capacity.as_slice())))
    }

    pub(super) async fn scan_page(&self, scan: Scan) -> Answer<Page> {
        // of one segment there is nothing to say; and engines may find the rest of a table sooner
        // than that of a segment
        let segmented = (scan.segments > 1).then_some((scan.segment, scan.segments));
        let output = self
            .client
            .scan()
            .table_name(self.names.of(scan.table))
            .set_segment(segmented.map(|(segment, _)| segment.cast_signed()))
            .set_total_segments(segmented.map(|(_, segments)| segments.cast_signed()))
            .set_limit(limit(scan.limit))
            .set_exclusive_start_key(scan.after.map(value::key_attributes))
            .consistent_read(true)
            .set_return_consumed_capacity(self.capacity())
            .send()
            .await
            .map_err(failed)?;
        let page = page(scan.table, output.items, output.last_evaluated_key).map_err(foreign)?;
        Ok((page, read_units(output.consumed_capacity.as_slice())))
    }
}

fn by_table(keys: Vec<Key>) -> HashMap<Table, Vec<Attributes>> {
    let mut grouped: HashMap<Table, Vec<Attributes>> = HashMap::new();
    for key in keys {
        grouped
            .entry(key.table)
            .or_default()
            .push(value::key_attributes(key));
    }
    grouped
}

fn key_condition(
    placeholders: &mut Placeholders,
    pk: String,
    from: Option<Sort>,
    to: Option<Sort>,
) -> String {
    let name = placeholders.name(PK);
    let partition = format!(
        "{name} = {}",
        placeholders.value(value::attribute(Value::S(pk)))
    );
    let mut bound = |sort: Option<Sort>| {
        let sort = sort.and_then(value::sort_attribute)?;
        Some((placeholders.name(SK), placeholders.value(sort)))
    };
    match (bound(from), bound(to)) {
        (None, None) => partition,
        (Some((sk, from)), None) => format!("{partition} AND {sk} >= {from}"),
        (None, Some((sk, to))) => format!("{partition} AND {sk} <= {to}"),
        (Some((sk, from)), Some((_, to))) => {
            format!("{partition} AND {sk} BETWEEN {from} AND {to}")
        }
    }
}

fn limit(limit: Option<usize>) -> Option<i32> {
    limit.map(|limit| i32::try_from(limit).unwrap_or(i32::MAX))
}

fn page(
    table: Table,
    items: Option<Vec<Attributes>>,
    last: Option<Attributes>,
) -> Result<Page, Foreign> {
    let items = items.unwrap_or_default().into_iter();
    Ok(Page {
        items: items
            .map(|attributes| value::keyed_item(table, attributes))
            .collect::<Result<_, _>>()?,
        next: last
            .map(|mut key| value::take_key(table, &mut key))
            .transpose()?,
    })
}

fn read_units(capacity: &[ConsumedCapacity]) -> Consumed {
    let units = capacity.iter().filter_map(ConsumedCapacity::capacity_units);
    Consumed {
        // From 0: the sum of no floats is -0.
        read_units: units.fold(0.0, |sum, units| sum + units),
        write_units: 0.0,
    }
}
