//! Index and time entries: what makes a document a candidate for searches and feeds.
//!
//! | entry | key in `Index` | attributes |
//! |-------|----------------|------------|
//! | index | `I#Organization#name#<partition>`, sort key `<sort>#<id>#<tx>` | none |
//! | time  | `T#Organization#<yyyymm>#<shard>`, sort key `<lu>#<id>#<version>#<tx>` | `m` method |
//!
//! Entries are staged before the transaction commits and taken away long after they are superseded:
//! too early or too long, never too late. Each belongs to one transaction, so that a late duplicate
//! or a clean-up never touches another's. Whoever reads an entry verifies it on the document.

use sha2::{Digest, Sha256};

use crate::clock::Millis;
use crate::document::DocumentKey;
use crate::state::State;
use crate::table::{Action, Item, Key, Sort, Table, Value, Write};
use crate::transaction::Entry;

/// Partitions of one month's time entries of a kind: 1,000 writes per second each.
pub(crate) const TIME_SHARDS: u64 = 8;

const MS_PER_DAY: i64 = 24 * 60 * 60 * 1000;

/// What a head remembers of an index entry: enough to tell whether it is still wanted.
pub(crate) fn entry_hash(entry: &Entry) -> u64 {
    let mut hash = Sha256::new();
    for part in [&entry.parameter, &entry.partition, &entry.sort] {
        hash.update(part.len().to_be_bytes());
        hash.update(part.as_bytes());
    }
    leading_number(&hash.finalize())
}

/// Writes an index entry that belongs to `transaction`.
pub(crate) fn put_index_entry(document: &DocumentKey, entry: &Entry, transaction: &str) -> Write {
    let pk = format!(
        "I#{}#{}#{}",
        document.kind, entry.parameter, entry.partition
    );
    let sk = format!("{}#{}#{transaction}", entry.sort, document.id);
    put(pk, sk, Item::new())
}

/// Writes the time entry of a version.
pub(crate) fn put_time_entry(document: &DocumentKey, state: &State) -> Write {
    let shard = time_shard(&document.id);
    let pk = time_partition(&document.kind, state.last_updated, shard);
    let sk = format!(
        "{:013}#{}#{}#{}",
        state.last_updated.0, document.id, state.version, state.transaction
    );
    let method = Value::S(state.method.as_str().to_owned());
    put(pk, sk, Item::from([("m".to_owned(), method)]))
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

fn put(pk: String, sk: String, item: Item) -> Write {
    let key = Key {
        table: Table::Index,
        pk,
        sk: Sort::Text(sk),
    };
    Write {
        key,
        action: Action::Put(item),
        condition: None,
    }
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

    #[test]
    fn an_index_entry_is_ordered_by_its_sort_and_owned_by_its_transaction() {
        let entry = Entry {
            parameter: "name".into(),
            partition: "re".into(),
            sort: "region x".into(),
        };
        let write = put_index_entry(&DocumentKey::new("Organization", "1"), &entry, "t");
        assert_eq!(write.key.pk, "I#Organization#name#re");
        assert_eq!(write.key.sk, Sort::Text("region x#1#t".into()));
    }
}
