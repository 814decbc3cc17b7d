//! How mutants rewrite calls and answers.

use std::collections::BTreeSet;

use crate::simulated::{Call, Reply};
use crate::table::{Action, Answer, Change, Condition, Consumed, Table, TableError, Value, Write};

fn writes(call: &mut Call) -> &mut [Write] {
    match call {
        Call::Write(write) => std::slice::from_mut(write),
        Call::Transact(_, writes) => writes,
        _ => &mut [],
    }
}

/// Drops the comparisons with this attribute.
fn forget(condition: &mut Option<Condition>, name: &str) {
    let is_about = |condition: &Condition| match condition {
        Condition::Equals(path, _) | Condition::NotExists(path) => path.0 == [name],
        _ => false,
    };
    if let Some(Condition::All(all)) = condition {
        all.retain(|one| !is_about(one));
    }
}

pub(crate) fn forget_revisions(call: &mut Call) {
    for write in writes(call)
        .iter_mut()
        .filter(|write| write.key.table == Table::Heads)
    {
        forget(&mut write.condition, "rev");
    }
}

/// Key items of the kind: those that only lose announcements, or the others.
pub(crate) fn forget_key_versions(call: &mut Call, of_removals: bool) {
    let token = if let Call::Transact(token, _) = call {
        token.clone()
    } else {
        String::new()
    };
    for write in writes(call).iter_mut().filter(|write| is_key_item(write)) {
        if is_removal(write, &token) == of_removals {
            forget(&mut write.condition, "ver");
        }
    }
}

fn is_key_item(write: &Write) -> bool {
    write.key.table == Table::Index && write.key.pk.starts_with("K#")
}

fn is_removal(write: &Write, token: &str) -> bool {
    let Action::Update(changes) = &write.action else {
        return false;
    };
    changes.iter().any(|change| match change {
        Change::Remove(path) => path.0 == ["own"],
        Change::Set(path, Value::Set(own)) => {
            path.0 == ["own"] && !own.iter().any(|announced| announced.contains(token))
        }
        _ => false,
    })
}

pub(crate) fn forget_to_count(call: &mut Call) {
    for write in writes(call) {
        if let Action::Update(changes) = &mut write.action {
            let is_shared = |change: &Change| matches!(change, Change::Add(_, Value::Set(_)));
            if changes.iter().any(is_shared) {
                changes.retain(is_shared);
            }
        }
    }
}

pub(crate) fn forget_keys_of_deletions(call: &mut Call) {
    let Call::Transact(token, writes) = call else {
        return;
    };
    let is_deletion =
        |write: &Write| matches!(&write.action, Action::Put(item) if item.contains_key("del"));
    if writes.iter().any(is_deletion) {
        writes.retain(|write| !is_key_item(write) || !is_removal(write, token));
    }
}

pub(crate) fn take_for_processed(call: &Call, answer: Answer<Reply>) -> Answer<Reply> {
    match call {
        Call::BatchWrite(_) => Ok((Reply::Unprocessed(Vec::new()), Consumed::default())),
        _ => answer,
    }
}

pub(crate) fn take_for_refused(call: &Call, answer: Answer<Reply>) -> Answer<Reply> {
    let is_commit = matches!(call, Call::Write(_) | Call::Transact(..));
    match answer {
        Err(TableError::Unknown(_)) if is_commit => Err(TableError::Throttled),
        answer => answer,
    }
}

/// Every head that was read in a batch seems to hold every identifier of the simulation.
pub(crate) fn take_for_holders(answer: Answer<Reply>) -> Answer<Reply> {
    let (mut reply, consumed) = answer?;
    if let Reply::Got(got) = &mut reply {
        let heads = got
            .items
            .iter_mut()
            .filter(|(key, _)| key.table == Table::Heads);
        for (_, item) in heads {
            let tokens: BTreeSet<String> = super::TOKENS.map(str::to_owned).into();
            let all = super::content::Content {
                tokens,
                ..Default::default()
            }
            .identifiers();
            let held: Vec<_> = all.iter().map(crate::identifier::Held::of).collect();
            let encoded = crate::identifier::Held::encode(&held);
            item.insert("ids".to_owned(), Value::B(encoded.into()));
        }
    }
    Ok((reply, consumed))
}
