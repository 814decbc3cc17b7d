//! Finding documents by identifier: the key item first, then the heads of everybody announced there.
//!
//! Announcements precede commits and outlive them, so nobody is missed; each head is verified, so
//! nobody is found who does not hold the identifier.

use std::collections::BTreeMap;

use crate::document::DocumentKey;
use crate::error::StoreError;
use crate::head::Head;
use crate::identifier::{Criterion, Wanted};
use crate::key_item::{KeyItem, key_item_key};
use crate::store::Store;
use crate::table::{Item, Key};

/// The documents that meet a criterion, and what it takes to hold that still until a commit.
#[derive(Debug, Clone)]
pub struct Found {
    /// The live documents, each verified on its head; ordered by id.
    pub owners: Vec<Head>,
    /// Deleted documents that kept the identifier ([`crate::Identifier::buried`]); ordered by id. Only a
    /// criterion with a token finds them, and nothing guards that they stay.
    pub buried: Vec<Head>,
    pub(crate) guard: Guard,
}

/// A key item as it was read, before the owners were.
#[derive(Debug, Clone)]
pub(crate) struct Guard {
    pub(crate) kind: String,
    pub(crate) wanted: Wanted,
    pub(crate) key: Key,
    pub(crate) read: KeyItem,
    /// Whether nobody else may commit on this guard as well.
    pub(crate) is_alone: bool,
}

impl Found {
    /// The same, held by one transaction alone: of several that commit on what they found here, one
    /// does and the others meet a conflict. For criteria whose matches are not under the key item.
    #[must_use]
    pub fn held_alone(mut self) -> Self {
        self.guard.is_alone = true;
        self
    }
}

/// A criterion on its way to being answered.
struct Search {
    wanted: Wanted,
    guard: Guard,
}

impl Store {
    /// The live documents of a kind that meet a criterion.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn find(&self, kind: &str, criterion: &Criterion) -> Result<Found, StoreError> {
        let criteria = [(kind.to_owned(), criterion.clone())];
        let found = self.find_many(&criteria).await?.pop();
        found.ok_or_else(|| StoreError::Corrupt("a criterion was lost".into()))
    }

    /// Several criteria at once, answered in the same order: one round trip for the key items, one
    /// for the heads.
    ///
    /// # Errors
    /// When the tables cannot be read.
    pub async fn find_many(
        &self,
        criteria: &[(String, Criterion)],
    ) -> Result<Vec<Found>, StoreError> {
        let calls = self.calls();
        let key_of = |kind: &str, wanted: Wanted| key_item_key(kind, wanted.key);
        let keys = criteria
            .iter()
            .map(|(kind, wanted)| key_of(kind, Wanted::of(wanted)))
            .collect();
        let items = calls.get_all(keys).await?;
        let searches: Vec<Search> = criteria
            .iter()
            .map(|(kind, criterion)| Search::new(kind, criterion, &items))
            .collect::<Result<_, _>>()?;
        let candidates = searches.iter().flat_map(Search::candidates).collect();
        let heads = calls.heads(candidates).await?;
        Ok(searches
            .into_iter()
            .map(|search| search.answer(&heads))
            .collect())
    }
}

impl Search {
    fn new(
        kind: &str,
        criterion: &Criterion,
        items: &BTreeMap<Key, Item>,
    ) -> Result<Self, StoreError> {
        let wanted = Wanted::of(criterion);
        let key = key_item_key(kind, wanted.key);
        let read = items
            .get(&key)
            .map(KeyItem::decode)
            .transpose()?
            .unwrap_or_default();
        Ok(Self {
            wanted,
            guard: Guard {
                kind: kind.to_owned(),
                wanted,
                key,
                read,
                is_alone: false,
            },
        })
    }

    fn candidates(&self) -> Vec<DocumentKey> {
        let ids = self.guard.read.candidates();
        ids.into_iter()
            .map(|id| DocumentKey::new(&self.guard.kind, id))
            .collect()
    }

    fn answer(self, heads: &BTreeMap<DocumentKey, Head>) -> Found {
        let is_owner = |head: &&Head| !head.deleted && self.wanted.is_met_by(head.identifiers());
        let is_buried = |head: &&Head| head.deleted && self.wanted.is_buried_in(head.identifiers());
        let candidates = self.candidates();
        let candidates = candidates.iter().filter_map(|key| heads.get(key));
        Found {
            owners: candidates.clone().filter(is_owner).cloned().collect(),
            buried: candidates.filter(is_buried).cloned().collect(),
            guard: self.guard,
        }
    }
}
