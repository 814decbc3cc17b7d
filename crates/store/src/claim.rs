//! Claims of unique tokens: refused when another write of the transaction, or a live document that
//! the transaction leaves alone, holds the token.
//!
//! A claim is verified on the key item as it was read, and the commit requires that it has not
//! changed since. A document that the transaction writes counts by what it will hold, so that an
//! identifier may move from one document to another.

use std::collections::{BTreeMap, BTreeSet};

use crate::calls::Calls;
use crate::document::DocumentKey;
use crate::error::{CommitError, Duplicate, Holder};
use crate::head::Head;
use crate::identifier::Hash;
use crate::key_plan::{Claim, KeyPlan};
use crate::plan::Plan;

impl Plan {
    /// Reads the key items that are taken exclusively and verifies every claim.
    ///
    /// # Errors
    /// [`CommitError::Duplicates`] with all claims that are refused.
    pub(crate) async fn verify_claims(&mut self, calls: &Calls<'_>) -> Result<(), CommitError> {
        self.read_keys(calls).await?;
        let own: BTreeSet<&DocumentKey> = self.writes.iter().map(|write| &write.document).collect();
        let rivals = self
            .keys
            .values()
            .flat_map(KeyPlan::rivals)
            .filter(|key| !own.contains(key))
            .collect();
        let heads = calls.heads(rivals).await?;
        let mut duplicates: Vec<Duplicate> = self
            .keys
            .values()
            .flat_map(|key| key.duplicates(&heads))
            .collect();
        duplicates.sort();
        duplicates.dedup();
        if duplicates.is_empty() {
            Ok(())
        } else {
            Err(CommitError::Duplicates(duplicates))
        }
    }
}

impl KeyPlan {
    /// The claims under this key that are refused, given the heads of all rivals.
    fn duplicates(&self, heads: &BTreeMap<DocumentKey, Head>) -> Vec<Duplicate> {
        let refused = |claim: &Claim| {
            let holder = self
                .other_write(claim)
                .or_else(|| self.stored_holder(claim, heads))?;
            Some(Duplicate {
                write: claim.write,
                identifier: claim.identifier,
                holder,
            })
        };
        self.claims.iter().filter_map(refused).collect()
    }

    /// A write that holds the token in the end. Of two that claim it, the later one is refused.
    fn other_write(&self, claim: &Claim) -> Option<Holder> {
        let is_claimed = |write: usize, token: Hash| {
            self.claims
                .iter()
                .any(|other| other.write == write && other.token == token)
        };
        let holds = |(write, token): &&(usize, Hash)| {
            *token == claim.token
                && *write != claim.write
                && (*write < claim.write || !is_claimed(*write, *token))
        };
        self.holders
            .iter()
            .find(holds)
            .map(|(write, _)| Holder::Write(*write))
    }

    fn stored_holder(&self, claim: &Claim, heads: &BTreeMap<DocumentKey, Head>) -> Option<Holder> {
        let holds = |key: &DocumentKey| {
            heads.get(key).is_some_and(|head| {
                !head.deleted
                    && head
                        .identifiers()
                        .iter()
                        .any(|held| held.token == claim.token)
            })
        };
        self.rivals().find(holds).map(Holder::Document)
    }
}
