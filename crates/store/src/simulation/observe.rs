//! What the tables say is in effect, and whether everything is there that must be.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::content::Content;
use super::oracle::Point;
use super::sabotage::calls::NOBODY;
use super::world::World;
use crate::decision::{Decision, decision_key};
use crate::document::DocumentKey;
use crate::entry::{IndexEntry, entry_hash, index_entry_key, put_time_entry};
use crate::error::StoreError;
use crate::head::{Head, StoredHead, head_key};
use crate::key_item::{KeyItem, key_item_key};
use crate::load::LOADED;
use crate::spill::Pointer;
use crate::table::{Action, Item, Key, Table, Value, Write};
use crate::transaction::Entry;
use crate::version::{decode_version, version_key};

/// The documents whose effective state these writes changed.
pub(crate) fn changed(world: &mut World, writes: &[Write]) -> Vec<(DocumentKey, Point)> {
    let has_decision = writes.iter().any(|write| write.key.table == Table::Control);
    let mut heads: BTreeSet<Key> = writes
        .iter()
        .filter(|write| write.key.table == Table::Heads)
        .map(|write| write.key.clone())
        .collect();
    if has_decision {
        let items = world.engine.items().iter();
        let pending =
            items.filter(|(key, item)| key.table == Table::Heads && item.contains_key("p"));
        heads.extend(pending.map(|(key, _)| key.clone()));
    }
    heads.iter().filter_map(|key| change(world, key)).collect()
}

fn change(world: &mut World, key: &Key) -> Option<(DocumentKey, Point)> {
    let document: DocumentKey = key.pk.parse().ok()?;
    let before = world
        .oracle
        .documents
        .get(&document)
        .and_then(|points| points.last())
        .cloned();
    let head = match effective(world, key) {
        Ok(Some(head)) => head,
        Ok(None) => {
            if let Some(before) = before {
                world
                    .oracle
                    .fail(format!("{document} vanished, it was {before:?}"));
            }
            return None;
        }
        Err(error) => {
            world
                .oracle
                .fail(format!("{document} cannot be read: {error}"));
            return None;
        }
    };
    let point = Point {
        step: world.counts.steps,
        version: head.version,
        transaction: head.transaction().to_owned(),
        last_updated: head.last_updated,
        content: if head.deleted {
            None
        } else {
            Content::from_body(&head.body)
        },
    };
    let is_same = |before: &Point| {
        Point {
            step: point.step,
            ..before.clone()
        } == point
    };
    (!before.as_ref().is_some_and(is_same)).then_some((document, point))
}

/// The state of a document that is in effect.
pub(crate) fn effective(world: &World, key: &Key) -> Result<Option<Head>, StoreError> {
    let Some(item) = world.engine.items().get(key) else {
        return Ok(None);
    };
    let stored = StoredHead::decode(key, &loaded(world, item))?;
    let decision = stored.pending().map(decision_key);
    let decision = decision.and_then(|key| world.engine.items().get(&key));
    let decision = decision.map(Decision::decode).transpose()?;
    stored.effective(decision == Some(Decision::Committed))
}

/// An item with the bodies that are kept as blobs. One whose blob is gone cannot be decoded.
fn loaded<'a>(world: &World, item: &'a Item) -> Cow<'a, Item> {
    if world.blobs.is_empty() {
        return Cow::Borrowed(item);
    }
    let mut item = item.clone();
    if let Some(Value::M(intent)) = item.get_mut("p") {
        load(world, intent);
    }
    load(world, &mut item);
    Cow::Owned(item)
}

fn load(world: &World, item: &mut Item) {
    let pointer = match item.get("body") {
        Some(Value::B(stored)) => Pointer::decode(stored).ok().flatten(),
        _ => None,
    };
    let blob = pointer.and_then(|pointer| {
        let blob = world.blobs.get(&pointer.key)?;
        pointer.is_of(blob).then(|| blob.clone())
    });
    if let Some(blob) = blob {
        item.insert(LOADED.to_owned(), Value::B(blob));
    }
}

/// Every blob is that of a transaction that took effect.
pub(crate) fn check_no_waste(world: &mut World) {
    let committed = &world.oracle.committed;
    let is_of = |key: &str| Some(key.strip_prefix("blob/")?.split_once('/')?.0.to_owned());
    let is_waste =
        |key: &&String| !is_of(key).is_some_and(|transaction| committed.contains_key(&transaction));
    if let Some(key) = world.blobs.keys().find(is_waste) {
        let what = format!("{key} is kept though its transaction is aborted");
        world.oracle.fail(what);
    }
}

/// Everything that must exist at the latest when a document takes effect, and as long as it does.
pub(crate) fn check_entries(world: &mut World, document: &DocumentKey) {
    if let Some(missing) = missing(world, document) {
        world
            .oracle
            .fail(format!("{document} is in effect, but {missing} is missing"));
    }
}

fn missing(world: &World, document: &DocumentKey) -> Option<String> {
    let head = effective(world, &head_key(document)).ok().flatten()?;
    let items = world.engine.items();
    let is_absent = |key: &Key| (!items.contains_key(key)).then(|| key.to_string());
    for held in head.identifiers() {
        let key = key_item_key(&document.kind, held.key);
        let item = items
            .get(&key)
            .and_then(|item: &Item| KeyItem::decode(item).ok());
        if !item
            .unwrap_or_default()
            .candidates()
            .contains(document.id.as_str())
        {
            return Some(format!("its announcement in {key}"));
        }
    }
    let content = Content::from_body(&head.body);
    for entry in content.iter().flat_map(Content::entries) {
        let Some(owner) = owner_of(&head, &entry) else {
            return Some(format!("{entry:?} in its head"));
        };
        if let Some(key) = is_absent(&world.entry_key(document, &entry, owner)) {
            return Some(key);
        }
    }
    for entry in content.iter().flat_map(Content::optional_entries) {
        let owner = owner_of(&head, &entry);
        let key = owner.map(|owner| world.entry_key(document, &entry, owner));
        if let Some(key) = key.and_then(|key| is_absent(&key)) {
            return Some(key);
        }
    }
    if let Some(key) = is_absent(&put_time_entry(document, &head.state).key) {
        return Some(key);
    }
    missing_version(world, document, head.version)
}

/// The transaction under which a head lists an entry.
fn owner_of<'a>(head: &'a Head, entry: &Entry) -> Option<&'a str> {
    let hash = entry_hash(entry);
    let mut entries = head.state.entries.iter();
    let listed = entries.find(|(_, hashes)| hashes.contains(&hash));
    listed.map(|(owner, _)| owner.as_str())
}

impl World {
    fn entry_key(&self, document: &DocumentKey, entry: &Entry, owner: &str) -> Key {
        let owner = if self.shares_entries { NOBODY } else { owner };
        index_entry_key(document, entry, owner)
    }
}

/// The documents whose heads these writes touch, or whose index entries they remove.
pub(crate) fn touched(writes: &[Write]) -> BTreeSet<DocumentKey> {
    let document = |write: &Write| match write.key.table {
        Table::Heads => write.key.pk.parse().ok(),
        Table::Index if write.action == Action::Delete => IndexEntry::decode(&write.key)
            .ok()?
            .map(|entry| entry.document),
        _ => None,
    };
    writes.iter().filter_map(document).collect()
}

/// A version before the current one that cannot be read as it was.
fn missing_version(world: &World, document: &DocumentKey, current: u64) -> Option<String> {
    let points = world.oracle.documents.get(document)?;
    for point in points.iter().filter(|point| point.version < current) {
        let key = version_key(document, point.version);
        let item = world.engine.items().get(&key);
        let version = item.and_then(|item| decode_version(&key, &loaded(world, item)).ok());
        let is_same = version.is_some_and(|version| {
            version.transaction == point.transaction
                && version.last_updated == point.last_updated
                && version.deleted == point.content.is_none()
        });
        if !is_same {
            return Some(format!("{key} as it was"));
        }
    }
    None
}

/// Every intent was carried out or undone.
pub(crate) fn check_no_intents(world: &mut World) {
    let open = world
        .engine
        .items()
        .iter()
        .find(|(_, item)| item.contains_key("p"));
    if let Some((key, item)) = open {
        let what = format!("an intent is left on {key}: {item:?}");
        world.oracle.fail(what);
    }
}

/// Every record of a transaction is gone once nobody can need it.
pub(crate) fn check_forgotten(world: &mut World) {
    let is_record = |key: &&Key| key.table == Table::Control && key.pk.starts_with("X#");
    let kept = world.engine.items().keys().find(is_record);
    if let Some(key) = kept {
        let what = format!("{key} is kept for ever");
        world.oracle.fail(what);
    }
}
