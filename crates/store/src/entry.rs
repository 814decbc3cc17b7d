//! Index and time entries: what makes a document a candidate for searches and feeds.
//!
//! | entry | key in `Index` | attributes |
//! |-------|----------------|------------|
//! | index | `I#Organization#name#<partition>`, sort key `<sort>␁<id>␁<tx>` | `ts` when the transaction began |
//! | time  | `T#Organization#<yyyymm>#<shard>`, sort key `<lu>#<id>#<version>#<tx>` | `m` method |
//!
//! Entries are staged before the transaction commits and taken away long after they are superseded:
//! too early or too long, never too late. Each belongs to one transaction, so that a late duplicate
//! or a clean-up never touches another's. Whoever reads an entry verifies it on the document.
//!
//! `␁` is the character U+0001: below all others, so that index entries are in the order of their
//! sort text and then of their ids. Keys are of limited length; texts that are too long are cut, and
//! what they have in common makes them candidates of the same searches.

use sha2::{Digest, Sha256};

use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::state::State;
use crate::table::{Action, Item, Key, Sort, Table, Value, Write};
use crate::transaction::Entry;

/// Partitions of one month's time entries of a kind: 1,000 writes per second each.
pub(crate) const TIME_SHARDS: u64 = 8;

const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// Between the parts of an index entry's sort key.
pub(crate) const SEPARATOR: char = '\u{1}';
/// After every sort key that goes on with [`SEPARATOR`].
pub(crate) const AFTER_SEPARATOR: char = '\u{2}';
/// Bytes of the sort text that are kept: a sort key has 1,024, and id and transaction at most 102.
const MAX_SORT_BYTES: usize = 900;
/// Bytes of the partition that are kept: a partition key has 2,048.
const MAX_PARTITION_BYTES: usize = 1_500;

/// An index entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct IndexEntry {
    pub(crate) document: DocumentKey,
    pub(crate) sort: String,
    pub(crate) transaction: String,
    /// What the head lists it as.
    pub(crate) hash: u64,
}

impl IndexEntry {
    /// The reverse of [`index_entry_key`]; none for another kind of item.
    pub(crate) fn decode(key: &Key) -> Result<Option<Self>, StoreError> {
        let Some(partition) = key.pk.strip_prefix("I#") else {
            return Ok(None);
        };
        let corrupt = || StoreError::Corrupt(format!("index entry {:?}", key.sk));
        let Sort::Text(sk) = &key.sk else {
            return Err(corrupt());
        };
        let mut pk = partition.splitn(3, '#');
        let mut sk = sk.rsplitn(3, SEPARATOR);
        let (Some(kind), Some(parameter), Some(partition)) = (pk.next(), pk.next(), pk.next())
        else {
            return Err(corrupt());
        };
        let (Some(transaction), Some(id), Some(sort)) = (sk.next(), sk.next(), sk.next()) else {
            return Err(corrupt());
        };
        Ok(Some(Self {
            document: DocumentKey::new(kind, id),
            sort: sort.to_owned(),
            transaction: transaction.to_owned(),
            hash: hash_of([parameter, partition, sort]),
        }))
    }
}

/// What a head remembers of an index entry: enough to tell whether it is still wanted.
pub(crate) fn entry_hash(entry: &Entry) -> u64 {
    hash_of([
        &entry.parameter,
        cut_partition(&entry.partition),
        cut_sort(&entry.sort),
    ])
}

/// The sort text, as far as a key holds it.
pub(crate) fn cut_sort(sort: &str) -> &str {
    cut(sort, MAX_SORT_BYTES)
}

fn cut_partition(partition: &str) -> &str {
    cut(partition, MAX_PARTITION_BYTES)
}

fn cut(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}

fn hash_of(parts: [&str; 3]) -> u64 {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    leading_number(&hash.finalize())
}

/// The partition key of index entries.
pub(crate) fn index_partition(kind: &str, parameter: &str, partition: &str) -> String {
    format!("I#{kind}#{parameter}#{}", cut_partition(partition))
}

/// The primary key of an index entry that belongs to `transaction`.
pub(crate) fn index_entry_key(document: &DocumentKey, entry: &Entry, transaction: &str) -> Key {
    let sort = cut_sort(&entry.sort);
    let sk = format!("{sort}{SEPARATOR}{}{SEPARATOR}{transaction}", document.id);
    Key {
        table: Table::Index,
        pk: index_partition(&document.kind, &entry.parameter, &entry.partition),
        sk: Sort::Text(sk),
    }
}

/// Writes an index entry that belongs to a transaction that began at this time.
pub(crate) fn put_index_entry(
    document: &DocumentKey,
    entry: &Entry,
    transaction: &str,
    began: Millis,
) -> Write {
    Write {
        key: index_entry_key(document, entry, transaction),
        action: Action::Put(Item::from([("ts".to_owned(), Value::N(began.0))])),
        condition: None,
    }
}

/// Writes the time entry of a version.
pub(crate) fn put_time_entry(document: &DocumentKey, state: &State) -> Write {
    let (at, version) = (state.last_updated, state.version);
    let method = Value::S(state.method.as_str().to_owned());
    Write {
        key: time_entry_key(document, at, version, &state.transaction),
        action: Action::Put(Item::from([("m".to_owned(), method)])),
        condition: None,
    }
}

/// The primary key of the time entry of a version.
pub(crate) fn time_entry_key(
    document: &DocumentKey,
    at: Millis,
    version: u64,
    transaction: &str,
) -> Key {
    let sk = format!("{:013}#{}#{version}#{transaction}", at.0, document.id);
    Key {
        table: Table::Index,
        pk: time_partition(&document.kind, at, time_shard(&document.id)),
        sk: Sort::Text(sk),
    }
}

/// The partition of a kind's time entries of the month of `at`.
pub(crate) fn time_partition(kind: &str, at: Millis, shard: u64) -> String {
    month_partition(kind, &month_text(at), shard)
}

/// The partition of a kind's time entries of a month, `yyyymm`.
pub(crate) fn month_partition(kind: &str, month: &str, shard: u64) -> String {
    format!("T#{kind}#{month}#{shard}")
}

/// `yyyymm`
pub(crate) fn month_text(at: Millis) -> String {
    let (year, month) = month(at);
    format!("{year:04}{month:02}")
}

fn time_shard(id: &str) -> u64 {
    leading_number(&Sha256::digest(id.as_bytes())) % TIME_SHARDS
}

fn leading_number(digest: &[u8]) -> u64 {
    digest.first_chunk().copied().map_or(0, u64::from_be_bytes)
}

/// Year and month (UTC) of an instant, by Howard Hinnant's `civil_from_days`.
fn month(at: Millis) -> (i64, i64) {
    let days = at.0.div_euclid(MS_PER_DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_based = (5 * day_of_year + 2) / 153;
    let month = if march_based < 10 {
        march_based + 3
    } else {
        march_based - 9
    };
    (era * 400 + year_of_era + i64::from(month <= 2), month)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_month_of_an_instant_is_found() {
        let cases = [
            (0, (1970, 1)),
            (951_782_400_000, (2000, 2)),    // 2000-02-29T00:00:00Z
            (951_868_800_000, (2000, 3)),    // 2000-03-01
            (1_767_225_599_999, (2025, 12)), // 2025-12-31T23:59:59.999Z
            (1_767_225_600_000, (2026, 1)),
        ];
        for (at, expected) in cases {
            assert_eq!(month(Millis(at)), expected, "{at}");
        }
    }

    #[test]
    fn parts_of_an_entry_do_not_run_together() {
        let entry = |parameter: &str, partition: &str| Entry {
            parameter: parameter.into(),
            partition: partition.into(),
            sort: String::new(),
        };
        assert_ne!(entry_hash(&entry("ab", "c")), entry_hash(&entry("a", "bc")));
    }

    fn named(sort: &str) -> Entry {
        Entry {
            parameter: "name".into(),
            partition: "re".into(),
            sort: sort.into(),
        }
    }

    fn organization() -> DocumentKey {
        DocumentKey::new("Organization", "1")
    }

    #[test]
    fn an_index_entry_is_ordered_by_its_sort_and_owned_by_its_transaction() {
        let key = index_entry_key(&organization(), &named("region x"), "t");
        assert_eq!(key.pk, "I#Organization#name#re");
        assert_eq!(key.sk, Sort::Text("region x\u{1}1\u{1}t".into()));
        assert!(key > index_entry_key(&organization(), &named("region"), "z"));
    }

    #[test]
    fn an_index_entry_is_read_as_it_was_written() {
        let entry = named("a#b|c");
        let key = index_entry_key(&organization(), &entry, "t");
        let read = IndexEntry::decode(&key).unwrap().unwrap();
        assert_eq!(
            (read.document, read.sort.as_str()),
            (organization(), "a#b|c")
        );
        assert_eq!(
            (read.transaction.as_str(), read.hash),
            ("t", entry_hash(&entry))
        );
        let time = Key {
            pk: "T#Organization#202601#0".into(),
            ..key
        };
        assert_eq!(IndexEntry::decode(&time).unwrap(), None);
    }

    #[test]
    fn texts_too_long_for_a_key_are_cut() {
        let long = Entry {
            partition: "p".repeat(5_000),
            ..named(&"ö".repeat(5_000))
        };
        let key = index_entry_key(&organization(), &long, &"t".repeat(36));
        let Sort::Text(sk) = &key.sk else {
            panic!("no text")
        };
        assert!(sk.len() <= 1024 && key.pk.len() <= 2048);
        let read = IndexEntry::decode(&key).unwrap().unwrap();
        assert_eq!(read.hash, entry_hash(&long));
    }
}
