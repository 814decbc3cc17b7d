//! Query and scan: pages of at most 1 MB, in key order, continued after a key.

use std::collections::BTreeMap;
use std::ops::Bound;

use super::capacity::read_units;
use crate::item_size::item_bytes;
use crate::table::{Consumed, Item, Key, Page, Query, Scan, Sort, Table};

const MAX_PAGE_BYTES: usize = 1024 * 1024;

/// Everything stored.
pub(crate) type Items = BTreeMap<Key, Item>;

/// A page of one partition.
pub(crate) fn query(items: &Items, query: &Query) -> (Page, Consumed) {
    let of = |sk: Sort| Key {
        table: query.table,
        pk: query.pk.clone(),
        sk,
    };
    let lowest = query.from.clone().unwrap_or(Sort::None);
    let in_partition = items
        .range((Bound::Included(of(lowest)), Bound::Unbounded))
        .take_while(|(key, _)| {
            key.table == query.table
                && key.pk == query.pk
                && query.to.as_ref().is_none_or(|to| &key.sk <= to)
        });
    let mut wanted: Vec<_> = in_partition.collect();
    if query.descending {
        wanted.reverse();
    }
    let is_new = |key: &Key| match &query.after {
        None => true,
        Some(after) if query.descending => key < after,
        Some(after) => key > after,
    };
    wanted.retain(|(key, _)| is_new(key));
    page(wanted.into_iter(), query.limit)
}

/// A page of one segment of a table. Real tables scan in the order of a hash: no caller may rely on
/// the order.
pub(crate) fn scan(items: &Items, scan: &Scan) -> (Page, Consumed) {
    let start = match &scan.after {
        Some(after) => Bound::Excluded(after.clone()),
        None => Bound::Included(first_key(scan.table)),
    };
    let of_segment = items
        .range((start, Bound::Unbounded))
        .take_while(|(key, _)| key.table == scan.table)
        .filter(|(key, _)| segment_of(&key.pk, scan.segments) == scan.segment);
    page(of_segment, scan.limit)
}

fn first_key(table: Table) -> Key {
    Key {
        table,
        pk: String::new(),
        sk: Sort::None,
    }
}

/// FNV-1a: any hash that spreads partitions over segments will do.
fn segment_of(pk: &str, segments: u32) -> u32 {
    let hash = pk.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash.checked_rem(segments).unwrap_or(0)
}

fn page<'a>(
    wanted: impl Iterator<Item = (&'a Key, &'a Item)>,
    limit: Option<usize>,
) -> (Page, Consumed) {
    let mut page = Page::default();
    let mut bytes = 0;
    for (key, item) in wanted {
        let size = item_bytes(key, item);
        let is_full = bytes + size > MAX_PAGE_BYTES && !page.items.is_empty();
        if is_full || limit.is_some_and(|limit| page.items.len() >= limit) {
            page.next = page.items.last().map(|(key, _)| key.clone());
            break;
        }
        bytes += size;
        page.items.push((key.clone(), item.clone()));
    }
    // DynamoDB does not look whether there is more once the limit is reached
    if page.next.is_none() && limit.is_some_and(|limit| page.items.len() >= limit) {
        page.next = page.items.last().map(|(key, _)| key.clone());
    }
    (
        page,
        Consumed {
            read_units: read_units(bytes),
            write_units: 0.0,
        },
    )
}
