//! What a step reads next.
//!
//! | course | reads | costs |
//! | --- | --- | --- |
//! | a segment | the heads, and what they were at the instant | a unit for 4 KB of everything |
//! | the changes | time entries, and what they stand for | about a unit for each change |
//!
//! Both give of every document the version that was current at the instant of the export, and both
//! are exact, for no commit can still come before that instant. The changes leave out what was
//! written at `_since` or before, and a segment leaves that to the selection.

use store::{FeedPage, FeedPosition, Millis, ScanQuery, Version};

use super::super::Stop;
use super::place::{Course, Place};
use super::wanted::Wanted;
use super::{Export, unreadable};

/// Documents in a page of a segment.
const PAGE: usize = 1_000;
/// Documents in a page of the changes. Each page asks every partition of a month once.
const CHANGES: usize = 200;

/// A part of what a step reads.
pub(super) struct Read {
    /// The versions that were current at the instant.
    pub(super) versions: Vec<Version>,
    /// How many were looked at for that.
    pub(super) looked_at: usize,
    /// Where the next part begins, if there is one.
    pub(super) next: Option<String>,
}

impl Course {
    /// The segment after this one.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Segment(n, of) => (n + 1 < of).then_some(Self::Segment(n + 1, of)),
            Self::Changes => None,
        }
    }
}

impl Export {
    /// The next part.
    pub(super) async fn read_on(&self, place: &Place, wanted: &Wanted) -> Result<Read, Stop> {
        let after = place.after.clone();
        match place.course {
            Course::Segment(segment, segments) => {
                self.scan((segment, segments), after, wanted).await
            }
            Course::Changes => self.changes(after.as_deref(), wanted).await,
        }
    }

    async fn scan(
        &self,
        (segment, segments): (u32, u32),
        after: Option<String>,
        wanted: &Wanted,
    ) -> Result<Read, Stop> {
        let query = ScanQuery {
            segment,
            segments,
            after,
            limit: self.settings.survey.clamp(1, PAGE),
            as_of: Some(Millis(wanted.at)),
        };
        let page = self.store.scan(&query).await?;
        Ok(Read {
            looked_at: page.heads.len(),
            versions: page.heads.into_iter().map(Version::from).collect(),
            next: page.next,
        })
    }

    async fn changes(&self, after: Option<&str>, wanted: &Wanted) -> Result<Read, Stop> {
        let before: Option<FeedPosition> = after.map(str::parse).transpose().map_err(unreadable)?;
        let at = Millis(wanted.at);
        let page = FeedPage {
            kinds: wanted.kinds.clone(),
            since: wanted.since.map(|since| Millis(since).plus(1)),
            until: at,
            current_between: Some((at, at)),
            before,
            limit: self.settings.changes.clamp(1, CHANGES),
        };
        let page = self.store.feed(&page).await?;
        Ok(Read {
            versions: page.versions,
            looked_at: page.looked_at,
            next: page.next.map(|next| next.to_string()),
        })
    }
}
