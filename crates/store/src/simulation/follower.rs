//! Simulated clients that keep a copy: exports at an instant, and windows of the feed. What they
//! were given is compared when everything has arrived, and it is known what was when.

use std::collections::{BTreeMap, BTreeSet};

use super::client::Client;
use super::content::Content;
use super::mutant::Mutant;
use super::oracle::Point;
use super::world::World;
use crate::{DocumentKey, FeedPage, Millis, ScanQuery, Version};

/// How often a page is asked for.
const ATTEMPTS: u32 = 8;

/// Version, transaction and value of a document.
type Seen = (u64, String, Option<u64>);

/// What all followers were given.
#[derive(Debug, Default)]
pub(crate) struct Followed {
    exports: Vec<Export>,
    chains: Vec<Chain>,
}

/// All documents at an instant.
#[derive(Debug)]
struct Export {
    at: Millis,
    documents: BTreeMap<DocumentKey, Seen>,
}

/// All versions up to an instant, in windows.
#[derive(Debug)]
struct Chain {
    until: Millis,
    versions: Vec<(DocumentKey, Seen)>,
}

impl Client {
    /// Exports everything, a few times.
    pub(crate) async fn export_some(self) {
        for _ in 0..3 {
            self.linger().await;
            let at = self.store.closed_until();
            if let Some(documents) = self.export(at).await {
                self.note(|| format!("export at {at}: {documents:?}"));
                let mut world = self.world.lock();
                world.counts.checks += 1;
                world.followed.exports.push(Export { at, documents });
            }
        }
    }

    async fn export(&self, at: Millis) -> Option<BTreeMap<DocumentKey, Seen>> {
        let segments = 1 + u32::try_from(self.below(2)).unwrap_or(0);
        let mut documents = BTreeMap::new();
        for segment in 0..segments {
            let mut query = ScanQuery {
                segment,
                segments,
                after: None,
                limit: 1 + usize::try_from(self.below(4)).unwrap_or(0),
                as_of: (self.mutant != Some(Mutant::ExportCurrent)).then_some(at),
            };
            loop {
                let page = self.patiently(|| self.store.scan(&query)).await?;
                for head in page.heads {
                    let key = head.key.clone();
                    if documents.insert(key.clone(), seen(&head.into())).is_some() {
                        self.fail(format!("{key} was exported twice"));
                    }
                }
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
        }
        Some(documents)
    }

    /// Follows the feed, window after window.
    pub(crate) async fn poll_some(self) {
        let mut chain: Option<Chain> = None;
        for _ in 0..4 {
            self.linger().await;
            let since = chain.as_ref().map(|chain| chain.until.plus(1));
            let until = self.store.closed_until();
            let Some(versions) = self.window(since, until).await else {
                continue;
            };
            self.note(|| format!("window to {until}: {versions:?}"));
            let before = chain.take().map_or_else(Vec::new, |chain| chain.versions);
            let versions = before.into_iter().chain(versions).collect();
            chain = Some(Chain { until, versions });
        }
        let mut world = self.world.lock();
        world.counts.checks += 1;
        world.followed.chains.extend(chain);
    }

    async fn window(
        &self,
        since: Option<Millis>,
        until: Millis,
    ) -> Option<Vec<(DocumentKey, Seen)>> {
        let mut page = FeedPage {
            kinds: None,
            since,
            until,
            current_between: None,
            before: None,
            limit: 1 + usize::try_from(self.below(4)).unwrap_or(0),
        };
        let mut versions = Vec::new();
        loop {
            let result = self.patiently(|| self.store.feed(&page)).await?;
            let named = |version: Version| (version.key.clone(), seen(&version));
            versions.extend(result.versions.into_iter().map(named));
            page.before = result.next;
            if page.before.is_none() {
                return Some(versions);
            }
        }
    }

    /// Asks until there is an answer, a few times.
    pub(crate) async fn patiently<T, E, F>(&self, ask: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, E>>,
    {
        for _ in 0..ATTEMPTS {
            if let Ok(answer) = ask().await {
                return Some(answer);
            }
        }
        None
    }

    /// Lets others do something first.
    async fn linger(&self) {
        let pause = 50 + self.below(250);
        self.store.clock.sleep(pause).await;
    }

    pub(crate) fn fail(&self, what: String) {
        self.world.lock().oracle.fail(what);
    }
}

fn seen(version: &Version) -> Seen {
    let value = Content::from_body(&version.body).map(|content| content.value);
    (version.version, version.transaction.clone(), value)
}

fn expected(point: &Point) -> Seen {
    (point.version, point.transaction.clone(), point.value())
}

/// Every export shows what was at its instant, every chain of windows each version once.
pub(crate) fn check_followed(world: &mut World) {
    let Followed { exports, chains } = std::mem::take(&mut world.followed);
    for Export { at, documents } in exports {
        let as_of = |key: &DocumentKey| {
            let point = world.oracle.as_of(key, at)?;
            Some((key.clone(), expected(point)))
        };
        let was: BTreeMap<_, _> = world.oracle.documents.keys().filter_map(as_of).collect();
        if was != documents {
            let what = format!("the export at {at} has {documents:?}, but it was {was:?}");
            world.oracle.fail(what);
        }
    }
    for Chain { until, versions } in chains {
        let all: BTreeSet<_> = versions.iter().cloned().collect();
        if all.len() != versions.len() {
            world
                .oracle
                .fail(format!("a version twice in {versions:?}"));
        }
        let points = world
            .oracle
            .documents
            .iter()
            .flat_map(|(key, points)| points.iter().map(move |point| (key, point)));
        let was: BTreeSet<_> = points
            .filter(|(_, point)| point.last_updated <= until)
            .map(|(key, point)| (key.clone(), expected(point)))
            .collect();
        if was != all {
            let what = format!("windows to {until} had {all:?}, but it was {was:?}");
            world.oracle.fail(what);
        }
    }
}
