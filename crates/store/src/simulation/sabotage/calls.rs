//! Calls, as they would be with a rule forgotten.

use crate::entry::SEPARATOR;
use crate::simulated::Call;
use crate::table::{Action, Change, Condition, Path, Sort, Table, Value, Write};

fn writes(call: &mut Call) -> &mut [Write] {
    match call {
        Call::Write(write) => std::slice::from_mut(write),
        Call::Transact(_, writes) => writes,
        _ => &mut [],
    }
}

fn is_key_item(write: &Write) -> bool {
    write.key.table == Table::Index && write.key.pk.starts_with("K#")
}

/// Drops the comparisons of this attribute, at any depth.
fn forget(condition: &mut Condition, name: &str) {
    let is_about = |condition: &Condition| match condition {
        Condition::Equals(Path(path), _) | Condition::NotExists(Path(path)) => {
            path.first().is_some_and(|first| first == name)
        }
        _ => false,
    };
    match condition {
        Condition::All(all) => {
            all.retain(|one| !is_about(one));
            for one in all {
                forget(one, name);
            }
        }
        Condition::Any(any) => {
            for one in any {
                forget(one, name);
            }
        }
        one if is_about(one) => *one = Condition::All(Vec::new()),
        _ => {}
    }
}

fn forget_in(call: &mut Call, is_meant: impl Fn(&Write) -> bool, name: &str) {
    for write in writes(call).iter_mut().filter(|write| is_meant(write)) {
        if let Some(condition) = &mut write.condition {
            forget(condition, name);
        }
    }
}

/// What a call decides: `C`, `A` or nothing.
pub(crate) fn decides(call: &Call) -> Option<&'static str> {
    let Call::Write(Write {
        key,
        action: Action::Put(item),
        ..
    }) = call
    else {
        return None;
    };
    match item.get("st") {
        Some(Value::S(decision)) if key.table == Table::Control => {
            Some(if decision == "C" { "C" } else { "A" })
        }
        _ => None,
    }
}

/// Whether a call makes a transaction take effect.
pub(crate) fn is_commit(call: &Call) -> bool {
    match call {
        Call::Transact(..) => true,
        Call::Write(write) => {
            let is_head = write.key.table == Table::Heads && matches!(write.action, Action::Put(_));
            is_head || decides(call) == Some("C")
        }
        _ => false,
    }
}

pub(crate) fn delete(write: &Write) -> Call {
    Call::Write(Write {
        key: write.key.clone(),
        action: Action::Delete,
        condition: None,
    })
}

/// Whether a call gives a head other entries, and no other version.
pub(crate) fn is_reindexing(call: &Call) -> bool {
    let sets_time = |change: &Change| matches!(change, Change::Set(path, _) if path.0 == ["ri"]);
    call.writes().iter().any(
        |write| matches!(&write.action, Action::Update(changes) if changes.iter().any(sets_time)),
    )
}

pub(crate) fn forget_revisions_of_reindexing(call: &mut Call) {
    if is_reindexing(call) {
        forget_revisions(call);
    }
}

/// Marks that do not ask whose the request is.
pub(crate) fn forget_who_marks(call: &mut Call) {
    let marks = |change: &Change| matches!(change, Change::Set(path, _) if path.0 == ["out"]);
    let is_mark = |write: &Write| match &write.action {
        Action::Update(changes) => changes.iter().any(marks),
        _ => false,
    };
    forget_in(call, is_mark, "own");
    forget_in(call, is_mark, "out");
}

/// Whose entries are that do not say whose they are.
pub(crate) const NOBODY: &str = "-";

pub(crate) fn forget_owners(call: &mut Call) {
    let Call::BatchWrite(writes) = call else {
        return;
    };
    for write in writes
        .iter_mut()
        .filter(|write| write.key.pk.starts_with("I#"))
    {
        if let Sort::Text(sort) = &mut write.key.sk
            && let Some((rest, _)) = sort.rsplit_once(SEPARATOR)
        {
            *sort = format!("{rest}{SEPARATOR}{NOBODY}");
        }
    }
}

pub(crate) fn forget_revisions(call: &mut Call) {
    forget_in(call, |write| write.key.table == Table::Heads, "rev");
}

/// Of key items that only lose announcements, or of the others.
pub(crate) fn forget_key_versions(call: &mut Call, of_removals: bool) {
    let token = if let Call::Transact(token, _) = call {
        token.clone()
    } else {
        String::new()
    };
    let is_meant = |write: &Write| is_key_item(write) && is_removal(write, &token) == of_removals;
    forget_in(call, is_meant, "ver");
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
        Change::Set(_, Value::M(intent)) => {
            intent.contains_key("rem") && !intent.contains_key("add")
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

/// True when nothing is left of the call.
pub(crate) fn forget_checks(call: &mut Call) -> bool {
    let Call::Transact(_, writes) = call else {
        return false;
    };
    writes.retain(|write| write.action != Action::Check);
    writes.is_empty()
}

/// A transaction in pieces of two.
pub(crate) fn cut(call: Call) -> Vec<Call> {
    let Call::Transact(token, writes) = &call else {
        return vec![call];
    };
    let piece =
        |(n, piece): (usize, &[Write])| Call::Transact(format!("{token}/{n}"), piece.to_vec());
    writes.chunks(2).enumerate().map(piece).collect()
}

pub(crate) fn forget_decisions(call: &mut Call) {
    if decides(call).is_some() {
        forget_in(call, |_| true, "pk");
    }
}

/// Any head may be created, whatever is there.
pub(crate) fn forget_existence(call: &mut Call) {
    let creates = |write: &Write| matches!(&write.condition, Some(Condition::Any(any)) if any.contains(&Condition::NotExists("pk".into())));
    for write in writes(call).iter_mut().filter(|write| creates(write)) {
        let Action::Update(changes) = &write.action else {
            continue;
        };
        let intent = changes.iter().find_map(|change| match change {
            Change::Set(_, intent) => Some(intent.clone()),
            _ => None,
        });
        write.action = Action::Put(intent.map(|it| ("p".to_owned(), it)).into_iter().collect());
        write.condition = None;
    }
}

pub(crate) fn forget_intents(call: &mut Call) {
    let is_direct = matches!(call, Call::Transact(..)) || is_commit(call);
    if is_direct {
        let is_ours = |write: &Write| matches!(write.condition, Some(Condition::All(_)));
        forget_in(call, is_ours, "p");
        let is_shared = |write: &Write| write.condition == Some(Condition::NotExists("p".into()));
        forget_in(call, is_shared, "p");
    }
}

pub(crate) fn forget_whose_intent(call: &mut Call) {
    let is_meant = |write: &Write| {
        write.key.table == Table::Heads
            && matches!(write.action, Action::Put(_))
            && matches!(write.condition, Some(Condition::Equals(..)))
    };
    forget_in(call, is_meant, "p");
}

pub(crate) fn drop_others(call: &mut Call) {
    for write in writes(call).iter_mut().filter(|write| is_key_item(write)) {
        if let Action::Update(changes) = &mut write.action
            && *changes == [Change::Remove("p".into())]
        {
            changes.push(Change::Remove("own".into()));
        }
    }
}
