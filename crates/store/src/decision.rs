//! Decision records: whether a transaction that left intents is committed.
//!
//! | key   | `Control`, partition `X#<tx>`, sort key `-` |
//! |-------|---------------------------------------------|
//! | `st`  | S, `C` committed or `A` aborted |
//! | `ts`  | N, when it was decided |
//! | `ttl` | N, seconds since 1970: when the record may go, once everything has been carried out |
//!
//! An absent record means undecided. It is created only to decide, and never changes: whoever
//! creates it first has decided for everybody. A status is looked up *after* the intent was met, and
//! "undecided" is never remembered.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute;
use crate::calls::Calls;
use crate::error::StoreError;
use crate::table::{Item, Key, Sort, Table};

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Committed,
    Aborted,
}

impl Decision {
    pub(crate) fn decode(item: &Item) -> Result<Self, StoreError> {
        match attribute::text(item, "st")? {
            "C" => Ok(Self::Committed),
            "A" => Ok(Self::Aborted),
            other => Err(StoreError::Corrupt(format!("decision {other}"))),
        }
    }
}

/// The primary key of the decision record.
pub(crate) fn decision_key(transaction: &str) -> Key {
    Key {
        table: Table::Control,
        pk: format!("X#{transaction}"),
        sk: Sort::Text("-".to_owned()),
    }
}

impl Calls<'_> {
    /// How these transactions ended; those undecided are left out.
    pub(crate) async fn decisions(
        &self,
        transactions: BTreeSet<String>,
    ) -> Result<BTreeMap<String, Decision>, StoreError> {
        let items = self
            .get_all(transactions.iter().map(|tx| decision_key(tx)).collect())
            .await?;
        let decided = |transaction: String| {
            let item = items.get(&decision_key(&transaction))?;
            Some(Decision::decode(item).map(|decision| (transaction, decision)))
        };
        transactions.into_iter().filter_map(decided).collect()
    }
}
