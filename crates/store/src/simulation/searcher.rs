//! Simulated clients that search as a server does: candidates by index entry, verified on the heads;
//! and all documents in the order of time.

use std::collections::BTreeSet;

use super::client::Client;
use super::content::Content;
use super::mutant::Mutant;
use super::oracle::Point;
use super::reader::check_read;
use crate::{CurrentQuery, DocumentKey, EntryQuery, Head};

impl Client {
    /// Searches a few times. A search that took too long need not have found everybody.
    pub(crate) async fn search_some(self, search_ms: i64) {
        for _ in 0..6 {
            self.rest().await;
            let (start, begun) = (self.step(), self.store.clock.now());
            let low = self.below(3);
            let tags = (low.to_string(), (low + self.below(2)).to_string());
            let is_by_time = self.below(3) == 0;
            let found = if is_by_time {
                self.enumerate().await
            } else {
                self.search(&tags).await
            };
            let is_quick = self.store.clock.now().since(begun) <= search_ms;
            if let Some(found) = found {
                let is_wanted = |point: &Point| {
                    let content = point.content.as_ref();
                    content.is_some_and(|content| is_by_time || is_in(content, &tags))
                };
                self.judge_search(start, &found, is_quick || is_by_time, is_wanted);
            }
        }
    }

    async fn search(&self, tags: &(String, String)) -> Option<Vec<Head>> {
        let mut query = EntryQuery {
            kind: "R".into(),
            parameter: "tag".into(),
            partition: "p".into(),
            from: Some(tags.0.clone()),
            to: Some(tags.1.clone()),
            after: None,
            limit: 1 + usize::try_from(self.below(4)).unwrap_or(0),
        };
        let mut found = Vec::new();
        loop {
            let page = self.patiently(|| self.store.entries(&query)).await?;
            let keys: Vec<DocumentKey> = page
                .hits
                .iter()
                .map(|hit| DocumentKey::new("R", hit.id.as_str()))
                .collect();
            let heads = self.patiently(|| self.store.read_many(&keys)).await?;
            let is_match = |head: &Head| {
                let content = Content::from_body(&head.body).filter(|_| !head.deleted);
                let is_verified = self.mutant != Some(Mutant::SearchNoVerify);
                !is_verified || content.is_some_and(|content| is_in(&content, tags))
            };
            found.extend(heads.into_iter().flatten().filter(is_match));
            query.after = page.next;
            if query.after.is_none() {
                return Some(found);
            }
        }
    }

    /// Oldest first: whoever changes moves ahead of the reader. Or newest first, on one page.
    async fn enumerate(&self) -> Option<Vec<Head>> {
        let descending = self.below(2) == 0;
        let limit = if descending { 100 } else { 1 + self.below(4) };
        let mut query = CurrentQuery {
            kind: "R".into(),
            since: None,
            until: None,
            descending,
            after: None,
            limit: usize::try_from(limit).unwrap_or(0),
        };
        let mut found = Vec::new();
        loop {
            let page = self.patiently(|| self.store.current(&query)).await?;
            found.extend(page.hits.into_iter().map(|hit| hit.head));
            query.after = page.next;
            if query.after.is_none() {
                return Some(found);
            }
        }
    }

    /// Whoever was found was so at some time; whoever was so all the time was found.
    fn judge_search(
        &self,
        start: u64,
        found: &[Head],
        is_complete: bool,
        is_wanted: impl Fn(&Point) -> bool,
    ) {
        let ids: BTreeSet<&str> = found.iter().map(|head| head.key.id.as_str()).collect();
        self.note(|| format!("search found {ids:?}"));
        let mut world = self.world.lock();
        world.counts.checks += 1;
        let end = world.counts.steps;
        for head in found {
            check_read(&mut world.oracle, &head.key, Some(head), (start, end));
            let states = world.oracle.during(&head.key, start, end);
            if !states.iter().flatten().any(|point| is_wanted(point)) {
                let what = format!("{} was found, but it was {states:?}", head.key);
                world.oracle.fail(what);
            }
        }
        let documents: Vec<DocumentKey> = world.oracle.documents.keys().cloned().collect();
        for document in documents.iter().filter(|_| is_complete) {
            let states = world.oracle.during(document, start, end);
            let always = states.iter().all(|state| state.is_some_and(&is_wanted));
            if always && !ids.contains(document.id.as_str()) {
                let what = format!("{document} was not found in steps {start} to {end}");
                world.oracle.fail(what);
            }
        }
    }
}

fn is_in(content: &Content, (from, to): &(String, String)) -> bool {
    let tag = content.tag();
    *from <= tag && tag <= *to
}
