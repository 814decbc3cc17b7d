//! Simulated clients that reindex, as the rules have it this time, and collect entries of no use.

use super::client::Client;
use super::content::Content;
use crate::{CollectQuery, Entry, Head, Reindexed, ScanQuery};

impl Client {
    /// Reindexes everything, a few times, each time with other rules.
    pub(crate) async fn reindex_some(self) {
        for _ in 0..4 {
            self.rest().await;
            let rules = self.below(4);
            let mut query = ScanQuery {
                segment: 0,
                segments: 1,
                after: None,
                limit: 3,
                as_of: None,
            };
            loop {
                let Some(page) = self.patiently(|| self.store.scan(&query)).await else {
                    break;
                };
                for head in page.heads {
                    self.reindex(head, rules).await;
                }
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
        }
    }

    async fn reindex(&self, mut head: Head, rules: u64) {
        for _ in 0..3 {
            let Some(content) = Content::from_body(&head.body) else {
                return;
            };
            let key = head.key.clone();
            let entries = content.entries_by(rules);
            let reindex = self.store.reindex(head, content.identifiers(), entries);
            let outcome = self.unless_killed(reindex).await;
            self.note(|| format!("reindexed {key}: {outcome:?}"));
            if !matches!(outcome, Some(Ok(Reindexed::Conflict) | Err(_))) {
                return;
            }
            match self.store.read(&key).await {
                Ok(Some(again)) => head = again,
                _ => return,
            }
        }
    }

    /// Collects everything, a few times.
    pub(crate) async fn collect_some(self, grace_ms: i64) {
        for _ in 0..8 {
            self.rest().await;
            let mut query = CollectQuery {
                segment: 0,
                segments: 1,
                after: None,
                limit: 5,
                grace_ms,
            };
            while let Ok(collected) = self.store.collect(&query).await {
                self.note(|| format!("{collected:?}"));
                query.after = collected.next;
                if query.after.is_none() {
                    break;
                }
            }
        }
    }
}

impl Content {
    /// Those that must be, and of the optional ones those that the rules make.
    pub(crate) fn entries_by(&self, rules: u64) -> Vec<Entry> {
        let optional = self.optional_entries().into_iter().enumerate();
        let made = optional.filter(|(n, _)| rules >> n & 1 == 1);
        let made = made.map(|(_, entry)| entry);
        self.entries().into_iter().chain(made).collect()
    }
}
