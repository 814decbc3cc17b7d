//! Answers, as they would be understood with a rule forgotten.

use std::collections::{BTreeMap, BTreeSet};

use super::super::TOKENS;
use super::super::content::Content;
use super::calls::{is_commit, is_reindexing};
use crate::identifier::Held;
use crate::simulated::{Call, Reply};
use crate::table::{Answer, Consumed, Item, Key, Sort, Table, TableError, Value};

/// All items of an answer.
fn edit(answer: Answer<Reply>, mut change: impl FnMut(&Key, &mut Item)) -> Answer<Reply> {
    let (mut reply, consumed) = answer?;
    match &mut reply {
        Reply::Got(got) => got
            .items
            .iter_mut()
            .for_each(|(key, item)| change(key, item)),
        Reply::Page(page) => page
            .items
            .iter_mut()
            .for_each(|(key, item)| change(key, item)),
        _ => {}
    }
    Ok((reply, consumed))
}

fn is_decision(key: &Key) -> bool {
    key.table == Table::Control && key.sk == Sort::Text("-".to_owned())
}

/// The decision records that a call asks for.
fn asked(call: &Call) -> Vec<Key> {
    match call {
        Call::BatchGet(keys) => keys
            .iter()
            .filter(|key| is_decision(key))
            .cloned()
            .collect(),
        _ => Vec::new(),
    }
}

pub(crate) fn take_for_processed(call: &Call, answer: Answer<Reply>) -> Answer<Reply> {
    match call {
        Call::BatchWrite(_) => Ok((Reply::Unprocessed(Vec::new()), Consumed::default())),
        _ => answer,
    }
}

pub(crate) fn take_for_refused(call: &Call, answer: Answer<Reply>) -> Answer<Reply> {
    match answer {
        Err(TableError::Unknown(_)) if is_commit(call) => Err(TableError::Throttled),
        answer => answer,
    }
}

pub(crate) fn take_reindexing_for_refused(call: &Call, answer: Answer<Reply>) -> Answer<Reply> {
    match answer {
        Err(TableError::Unknown(_)) if is_reindexing(call) => {
            Err(TableError::ConditionFailed(Vec::new()))
        }
        answer => answer,
    }
}

/// Every head that was read in a batch seems to hold every identifier of the simulation.
pub(crate) fn take_for_holders(answer: Answer<Reply>) -> Answer<Reply> {
    let tokens: BTreeSet<String> = TOKENS.map(str::to_owned).into();
    let all = Content {
        tokens,
        ..Content::default()
    }
    .identifiers();
    let held: Vec<Held> = all.iter().map(Held::of).collect();
    let encoded = Value::B(Held::encode(&held).into());
    edit(answer, |key, item| {
        if key.table == Table::Heads && item.contains_key("v") {
            item.insert("ids".to_owned(), encoded.clone());
        }
    })
}

pub(crate) fn overlook_intents(answer: Answer<Reply>) -> Answer<Reply> {
    let mut answer = edit(answer, |key, item| {
        if key.table == Table::Heads {
            item.remove("p");
        }
    });
    if let Ok((Reply::Item(Some(item)), _)) = &mut answer
        && item.contains_key("rev")
    {
        item.remove("p");
    }
    answer
}

/// Early announcements look like those that were made with the commit.
pub(crate) fn overlook_times(answer: Answer<Reply>) -> Answer<Reply> {
    edit(answer, |_, item| {
        if let Some(Value::Set(own)) = item.get_mut("own") {
            let without = |announced: &String| {
                announced
                    .splitn(3, '#')
                    .take(2)
                    .collect::<Vec<_>>()
                    .join("#")
            };
            *own = own.iter().map(without).collect();
        }
    })
}

/// Who is not known to be aborted is taken for committed.
pub(crate) fn take_for_committed(call: &Call, answer: Answer<Reply>) -> Answer<Reply> {
    let (mut reply, consumed) = answer?;
    if let Reply::Got(got) = &mut reply {
        for key in asked(call) {
            if !got.items.iter().any(|(found, _)| *found == key) {
                let item = Item::from([("st".to_owned(), Value::S("C".to_owned()))]);
                got.items.push((key, item));
            }
        }
    }
    Ok((reply, consumed))
}

pub(crate) fn remember_undecided(
    call: &Call,
    answer: Answer<Reply>,
    undecided: &mut BTreeSet<Key>,
) -> Answer<Reply> {
    let (mut reply, consumed) = answer?;
    if let Reply::Got(got) = &mut reply {
        got.items.retain(|(key, _)| !undecided.contains(key));
        let is_found = |key: &Key| got.items.iter().any(|(found, _)| found == key);
        undecided.extend(asked(call).into_iter().filter(|key| !is_found(key)));
    }
    Ok((reply, consumed))
}

/// A record is seen the second time it is looked for.
pub(crate) fn look_late(answer: Answer<Reply>, looked: &mut BTreeMap<Key, u32>) -> Answer<Reply> {
    let (mut reply, consumed) = answer?;
    if let Reply::Got(got) = &mut reply {
        got.items.retain(|(key, _)| {
            let times = looked.entry(key.clone()).or_default();
            *times += 1;
            !is_decision(key) || *times > 1
        });
    }
    Ok((reply, consumed))
}
