//! Decision records: whether a transaction that left intents is committed.
//!
//! | key   | `Control`, partition `X#<tx>`, sort key `-` |
//! |-------|---------------------------------------------|
//! | `st`  | S, `C` committed or `A` aborted |
//! | `ts`  | N, when it was decided |
//!
//! An absent record means undecided. It is created only to decide, and never changes: whoever
//! creates it first has decided for everybody. Only the coordinator of a transaction decides that it
//! is committed; anybody may decide that it is aborted. A status is looked up *after* the intent was
//! met, and "undecided" is never remembered.

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute;
use crate::calls::{Calls, store_error};
use crate::clock::Millis;
use crate::error::StoreError;
use crate::table::{
    Action, Condition, FailedCondition, Item, Key, Sort, Table, TableError, Value, Write,
};

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Committed,
    Aborted,
}

/// What came of deciding together with another write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Decided(Decision),
    /// The other write was not allowed; nothing is decided.
    Refused,
}

impl Decision {
    fn as_str(self) -> &'static str {
        match self {
            Self::Committed => "C",
            Self::Aborted => "A",
        }
    }

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
        if let Some(receipt) = &self.store.receipt {
            receipt.add_intents_met(transactions.len() as u64);
        }
        let items = self
            .get_all(transactions.iter().map(|tx| decision_key(tx)).collect())
            .await?;
        let decided = |transaction: String| {
            let item = items.get(&decision_key(&transaction))?;
            Some(Decision::decode(item).map(|decision| (transaction, decision)))
        };
        transactions.into_iter().filter_map(decided).collect()
    }

    /// Decides, or learns that it has been decided otherwise.
    pub(crate) async fn decide(
        &self,
        transaction: &str,
        decision: Decision,
    ) -> Result<Decision, StoreError> {
        match self.decide_along(transaction, decision, None, None).await? {
            Verdict::Decided(decision) => Ok(decision),
            Verdict::Refused => Err(gone(transaction)),
        }
    }

    /// Decides, and makes another write take effect at the same instant. Repeating this is harmless,
    /// so no answer is no reason to give up; after the last attempt the decision is unknown. Not tried
    /// again after `until`: who follows the changes relies on it that no commit is sent later.
    pub(crate) async fn decide_along(
        &self,
        transaction: &str,
        decision: Decision,
        along: Option<Write>,
        until: Option<Millis>,
    ) -> Result<Verdict, StoreError> {
        let item = Item::from([
            ("st".to_owned(), Value::S(decision.as_str().to_owned())),
            ("ts".to_owned(), Value::N(self.store.clock.now().0)),
        ]);
        let record = Write {
            key: decision_key(transaction),
            action: Action::Put(item),
            condition: Some(Condition::NotExists("pk".into())),
        };
        let mut failures = 0;
        loop {
            let attempt = match &along {
                None => self.write_once(record.clone()).await,
                Some(along) => {
                    let both = vec![record.clone(), along.clone()];
                    self.transact_once(transaction, both).await
                }
            };
            match attempt {
                Ok(()) => return Ok(Verdict::Decided(decision)),
                Err(TableError::ConditionFailed(failed)) => {
                    return self.decided(transaction, failed).await;
                }
                Err(error) => {
                    failures += 1;
                    if failures >= self.store.settings.attempts {
                        return Err(store_error(error));
                    }
                    self.pause(failures).await;
                    if until.is_some_and(|until| self.store.clock.now() > until) {
                        return Err(store_error(error));
                    }
                }
            }
        }
    }

    /// What the record says that was there before ours; refused when there was none.
    async fn decided(
        &self,
        transaction: &str,
        failed: Vec<FailedCondition>,
    ) -> Result<Verdict, StoreError> {
        let Some(record) = failed.into_iter().find(|failed| failed.index == 0) else {
            return Ok(Verdict::Refused);
        };
        let item = match record.item {
            Some(item) => Some(item),
            None => self.get(decision_key(transaction)).await?,
        };
        let item = item.ok_or_else(|| gone(transaction))?;
        Decision::decode(&item).map(Verdict::Decided)
    }
}

fn gone(transaction: &str) -> StoreError {
    StoreError::Corrupt(format!("the decision on {transaction} is gone"))
}
