//! Simulated clients that read, and check what they read against the oracle.

use super::client::Client;
use super::content::Content;
use super::oracle::{Oracle, Point};
use super::{TOKENS, criterion};
use crate::{DocumentKey, Head, HistoryPage};

impl Client {
    /// Reads a few times.
    pub(crate) async fn read_some(self) {
        for _ in 0..2 + self.below(4) {
            let key = DocumentKey::new("R", self.some_id());
            let start = self.step();
            match self.below(10) {
                0..4 => self.read(start, &key).await,
                4..6 => self.find(start).await,
                6..8 => self.history(start, &key).await,
                _ => self.version(start, &key).await,
            };
            let mut world = self.world.lock();
            world.counts.checks += 1;
        }
    }

    /// What was read must have been in effect at some time since `start`.
    async fn read(&self, start: u64, key: &DocumentKey) -> Option<()> {
        let head = self.store.read(key).await.ok()?;
        self.note(|| format!("read {key}: {:?}", head.as_ref().map(|head| head.version)));
        let mut world = self.world.lock();
        let end = world.counts.steps;
        check_read(&mut world.oracle, key, head.as_ref(), (start, end));
        Some(())
    }

    /// Whoever is found held the token at some time; whoever held it all the time is found.
    async fn find(&self, start: u64) -> Option<()> {
        let token = self.world.lock().rng.pick(&TOKENS.map(str::to_owned));
        let found = self.store.find("R", &criterion(&token)).await.ok()?;
        self.note(|| format!("found {token}: {:?}", found.owners));
        let mut world = self.world.lock();
        let end = world.counts.steps;
        for head in &found.owners {
            check_read(&mut world.oracle, &head.key, Some(head), (start, end));
            if !Content::from_body(&head.body).is_some_and(|it| it.tokens.contains(&token)) {
                world
                    .oracle
                    .fail(format!("{} was found by {token}", head.key));
            }
        }
        let documents: Vec<DocumentKey> = world.oracle.documents.keys().cloned().collect();
        for document in documents {
            let states = world.oracle.during(&document, start, end);
            let always = states
                .iter()
                .all(|state| state.is_some_and(|point| point.holds(&token)));
            if always && !found.owners.iter().any(|head| head.key == document) {
                world
                    .oracle
                    .fail(format!("{document} was not found by {token}"));
            }
        }
        Some(())
    }

    /// A history is complete as of some time since `start`.
    async fn history(&self, start: u64, key: &DocumentKey) -> Option<()> {
        let mut page = HistoryPage {
            limit: 2,
            ..HistoryPage::default()
        };
        let mut read = Vec::new();
        loop {
            let Some(result) = self.store.history(key, &page).await.ok()? else {
                break;
            };
            read.extend(result.versions);
            page.before = result.next;
            if page.before.is_none() {
                break;
            }
        }
        let read: Vec<(u64, Option<u64>)> = read
            .iter()
            .rev()
            .map(|v| {
                (
                    v.version,
                    Content::from_body(&v.body).map(|content| content.value),
                )
            })
            .collect();
        let mut world = self.world.lock();
        let end = world.counts.steps;
        let known: Vec<_> = world
            .oracle
            .during(key, 0, end)
            .into_iter()
            .flatten()
            .map(|point| (point.version, point.value()))
            .collect();
        let lengths = world.oracle.during(key, start, end);
        let lengths: Vec<u64> = lengths
            .iter()
            .map(|point| point.map_or(0, |point| point.version))
            .collect();
        let is_prefix = known.starts_with(&read);
        if !is_prefix || !lengths.contains(&(read.len() as u64)) {
            world
                .oracle
                .fail(format!("history of {key}: {read:?}, but it is {known:?}"));
        }
        Some(())
    }

    /// A version that existed at `start` is read as it was.
    async fn version(&self, start: u64, key: &DocumentKey) -> Option<()> {
        let wanted = 1 + self.below(3);
        let read = self.store.read_version(key, wanted).await.ok()?;
        let mut world = self.world.lock();
        let end = world.counts.steps;
        let points = world.oracle.during(key, 0, end);
        let point = points
            .iter()
            .flatten()
            .find(|point| point.version == wanted);
        let is_right = match (&read, point) {
            (Some(read), Some(point)) => {
                Content::from_body(&read.body).map(|it| it.value) == point.value()
            }
            (Some(_), None) => false,
            (None, point) => point.is_none_or(|point| point.step > start),
        };
        if !is_right {
            let what = format!("version {wanted} of {key}: {read:?}, but it is {point:?}");
            world.oracle.fail(what);
        }
        Some(())
    }
}

pub(crate) fn check_read(
    oracle: &mut Oracle,
    key: &DocumentKey,
    head: Option<&Head>,
    (from, to): (u64, u64),
) {
    let is_like = |state: Option<&Point>| match (head, state) {
        (None, None) => true,
        (Some(head), Some(point)) => {
            let value = Content::from_body(&head.body).map(|content| content.value);
            head.version == point.version
                && head.transaction() == point.transaction
                && value == point.value()
        }
        _ => false,
    };
    let states = oracle.during(key, from, to);
    if !states.iter().copied().any(is_like) {
        let what = format!("read {head:?} of {key} in steps {from} to {to}, but it was {states:?}");
        oracle.fail(what);
    }
}
