//! Intents: what an undecided transaction left on a head or a key item, as `p`.
//!
//! | item | attributes of `p` |
//! |------|-------------------|
//! | head | `ts` and `t0` (see `age`), and the whole new state (see `state`) |
//! | key  | `tx`, `ts`, `t0`, `add` (ids to announce), `rem` (announcements to take away) |
//!
//! While an intent is on an item nobody else changes the item. Whoever finds one whose transaction
//! is decided may carry it out or undo it: both are conditional on the intent, so doing it twice, or
//! late, changes nothing.

use std::collections::BTreeSet;

use crate::age::Age;
use crate::attribute;
use crate::decision::Decision;
use crate::error::StoreError;
use crate::head::{StoredHead, encode_head};
use crate::key_item::{Announcement, KeyIntent, KeyItem};
use crate::state::State;
use crate::table::{Action, Change, Condition, Item, Key, Path, Table, Value, Write};

/// Whose intent it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) transaction: String,
    pub(crate) age: Age,
}

/// Whose intent is on an item, if there is one.
pub(crate) fn owner(item: &Item) -> Result<Option<Owner>, StoreError> {
    let owner = |intent: &Item| {
        let transaction = attribute::text(intent, "tx")?.to_owned();
        Ok(Owner {
            transaction,
            age: Age::decode(intent)?,
        })
    };
    attribute::map(item, "p")?.map(owner).transpose()
}

/// The intent of a transaction is on the item.
pub(crate) fn is_of(transaction: &str) -> Condition {
    let path = Path(vec!["p".to_owned(), "tx".to_owned()]);
    Condition::Equals(path, Value::S(transaction.to_owned()))
}

/// The intent on a head.
pub(crate) fn on_head(state: &State, age: Age) -> Item {
    let mut intent = state.encode();
    age.put_into(&mut intent);
    intent
}

/// The intent on a key item.
pub(crate) fn on_key_item(intent: &KeyIntent) -> Item {
    let transaction = Value::S(intent.transaction.clone());
    let mut item = Item::from([("tx".to_owned(), transaction)]);
    intent.age.put_into(&mut item);
    for (name, set) in [("add", &intent.add), ("rem", &intent.remove)] {
        if !set.is_empty() {
            item.insert(name.to_owned(), Value::Set(set.clone()));
        }
    }
    item
}

/// The write that makes of an item what its transaction decided. None when there is no intent.
pub(crate) fn settle(
    key: &Key,
    item: &Item,
    decision: Decision,
) -> Result<Option<Write>, StoreError> {
    if key.table == Table::Heads {
        let head = StoredHead::decode(key, item)?;
        return Ok(match (&head.intent, decision) {
            (None, _) => None,
            (Some(intent), Decision::Committed) => {
                Some(carry_out_head(key, &intent.state, head.revision))
            }
            (Some(intent), Decision::Aborted) => Some(undo_head(
                key,
                &intent.state.transaction,
                head.current.is_some(),
            )),
        });
    }
    let read = KeyItem::decode(item)?;
    Ok(match (&read.intent, decision) {
        (None, _) => None,
        (Some(intent), Decision::Committed) => Some(carry_out_key(key, &read, intent)),
        (Some(intent), Decision::Aborted) => Some(undo_key(key, &intent.transaction)),
    })
}

/// The intent becomes the state. The revision stands still while an intent is on the head.
pub(crate) fn carry_out_head(key: &Key, state: &State, revision: u64) -> Write {
    Write {
        key: key.clone(),
        action: Action::Put(encode_head(state, revision + 1)),
        condition: Some(is_of(&state.transaction)),
    }
}

/// The intent goes away; with it the head, when it was only about to be created.
pub(crate) fn undo_head(key: &Key, transaction: &str, is_created: bool) -> Write {
    let (action, condition) = if is_created {
        (
            Action::Update(vec![Change::Remove("p".into())]),
            is_of(transaction),
        )
    } else {
        let never_created = Condition::NotExists("v".into());
        (
            Action::Delete,
            Condition::All(vec![is_of(transaction), never_created]),
        )
    };
    Write {
        key: key.clone(),
        action,
        condition: Some(condition),
    }
}

/// The announcements change as intended.
pub(crate) fn carry_out_key(key: &Key, read: &KeyItem, intent: &KeyIntent) -> Write {
    let staying = read.announced.iter().map(Announcement::encode);
    let added = intent.add.iter().map(|id| Announcement {
        id: id.clone(),
        transaction: intent.transaction.clone(),
        age: None,
    });
    let own: BTreeSet<String> = staying
        .filter(|announced| !intent.remove.contains(announced))
        .chain(added.map(|announced| announced.encode()))
        .collect();
    let own = if own.is_empty() {
        Change::Remove("own".into())
    } else {
        Change::Set("own".into(), Value::Set(own))
    };
    let counted = Change::Add("ver".into(), Value::N(1));
    Write {
        key: key.clone(),
        action: Action::Update(vec![own, counted, Change::Remove("p".into())]),
        condition: Some(is_of(&intent.transaction)),
    }
}

/// The intent goes away. Announcements made by others meanwhile stay.
pub(crate) fn undo_key(key: &Key, transaction: &str) -> Write {
    Write {
        key: key.clone(),
        action: Action::Update(vec![Change::Remove("p".into())]),
        condition: Some(is_of(transaction)),
    }
}
