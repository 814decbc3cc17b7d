//! Which key items a transaction takes, and what for.

use super::Plan;
use crate::document::DocumentKey;
use crate::identifier::{Hash, Held};
use crate::key_item::key_item_key;
use crate::key_plan::{Claim, KeyPlan};
use crate::transaction::Write;

impl Plan {
    /// Takes the key items of all tokens that come or go, and claims those that are unique.
    pub(super) fn add_keys(&mut self, position: usize, write: &Write, before: &[Held]) {
        let after: Vec<Held> = write.identifiers.iter().map(Held::of).collect();
        for (n, (held, identifier)) in after.iter().zip(&write.identifiers).enumerate() {
            if before.contains(held) {
                continue;
            }
            let key = self.key_plan(&write.key, held.key);
            key.gain.insert(write.key.id.clone());
            if !before.iter().any(|other| other.key == held.key) {
                key.add.insert(write.key.id.clone());
            }
            if identifier.unique {
                key.is_exclusive = true;
                key.claims.push(Claim {
                    write: position,
                    identifier: n,
                    token: held.token,
                });
            }
        }
        for held in before.iter().filter(|held| !after.contains(held)) {
            let key = self.key_plan(&write.key, held.key);
            key.is_exclusive = true;
            key.is_losing = true;
            if !after.iter().any(|other| other.key == held.key) {
                key.remove.insert(write.key.id.clone());
            }
        }
    }

    /// The plan of the key item under which the identifiers of a document change.
    fn key_plan(&mut self, document: &DocumentKey, key: Hash) -> &mut KeyPlan {
        let at = key_item_key(&document.kind, key);
        let plan = self
            .keys
            .entry(at)
            .or_insert_with(|| KeyPlan::for_kind(&document.kind));
        plan.change(document);
        plan
    }

    /// Tells each key item in the plan which writes hold its tokens in the end, also where nothing
    /// changes for them: it matters when another write claims the token.
    pub(super) fn note_holders(&mut self) {
        for (position, write) in self.writes.iter().enumerate() {
            for held in &write.state.identifiers {
                if let Some(key) = self
                    .keys
                    .get_mut(&key_item_key(&write.document.kind, held.key))
                {
                    key.holders.push((position, held.token));
                }
            }
        }
    }
}
