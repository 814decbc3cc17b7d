//! Wrong variants of the protocol, each of which the simulation must catch.
//!
//! A saboteur sits between the code and the tables and rewrites calls and answers, so that the
//! tables see what they would see if the code had forgotten a rule. The code itself has no switches.

/// A rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Heads are replaced whatever their revision is.
    NoVersionCas,
    /// Guards and claims do not require that the key item is as it was read.
    GuardNone,
    /// A criterion that was met is not guarded.
    MatchUnprotected,
    /// An identifier is taken away without requiring that the key item is as it was read.
    BlindRemoval,
    /// Adding a shared identifier does not count up the version of the key item.
    PlainSkipsKey,
    /// Deleting a document does not touch its key items.
    DeleteSkipsKey,
    /// Index and time entries are written after the commit.
    IndexAfter,
    /// Version items are written after the commit.
    VersionAfter,
    /// Unprocessed and failed staging writes are taken for done.
    IgnoreUnprocessed,
    /// A commit without answer is taken for failed, and its entries are removed.
    CleanAmbiguous,
    /// The client below retries by itself: a refused commit may have a copy on its way.
    HiddenRetry,
    /// A search takes announcements for holders without verifying the heads.
    NoVerify,
    /// A large transaction is cut into small ones, without a decision record.
    Chunked,
    /// An intent is taken for the state before its transaction is decided.
    DirtyRead,
    /// Intents are overlooked, also those of committed transactions.
    IgnoreIntent,
    /// "Not decided yet" is remembered.
    CacheUndecided,
    /// Decision records are read with eventual consistency.
    StaleStatus,
    /// A transaction is undone without a record that it is aborted.
    AbortNoFence,
    /// A decision replaces an earlier one.
    DecideOverwrite,
    /// The intent to create a document is left whatever is there.
    CreateUnconditionally,
    /// Small transactions do not look for intents.
    DirectIgnoresIntent,
    /// Intents are carried out whether they are still there or not.
    CarryOutUnconditionally,
    /// The record of an aborted transaction is deleted at once.
    DropAbortEarly,
    /// The record of a committed transaction is deleted before it was carried out.
    DropCommitEarly,
    /// Records are forgotten as soon as their transaction was carried out.
    ForgetEarly,
    /// The client is told "committed" before the decision is written.
    EarlyAck,
    /// Undoing an intent on a key item takes announcements of others away.
    UndoDropsOthers,
    /// Early announcements of undecided transactions do not stop guards and claims.
    SharedNoCheck,
    /// Reindexing replaces the entries of a head whatever its revision is.
    ReindexNoRevision,
    /// A reindexing without answer is taken for refused, and its entries are removed.
    ReindexCleansUp,
    /// Index entries do not say whose they are, so that one transaction removes those of another.
    EntriesOfNobody,
    /// Entries are collected though their transaction may still be under way.
    CollectYoung,
    /// A search trusts its candidates.
    SearchNoVerify,
    /// An export takes the documents as they are.
    ExportCurrent,
    /// A scan overlooks intents.
    ScanNoResolve,
    /// The present is taken for closed.
    NoClosing,
    /// The outcome of a request is written down whoever is at it, and whatever it was before.
    MarkUnowned,
    /// A blob whose put was not answered is taken for put.
    TrustPuts,
    /// The blobs of aborted transactions are kept.
    KeepBlobs,
    /// A process waits for what an earlier one left, though it is the only one.
    WaitForTheDead,
    /// Each of several processes takes itself for the only one.
    TwoAlone,
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 41] = [
        Self::NoVersionCas,
        Self::GuardNone,
        Self::MatchUnprotected,
        Self::BlindRemoval,
        Self::PlainSkipsKey,
        Self::DeleteSkipsKey,
        Self::IndexAfter,
        Self::VersionAfter,
        Self::IgnoreUnprocessed,
        Self::CleanAmbiguous,
        Self::HiddenRetry,
        Self::NoVerify,
        Self::Chunked,
        Self::DirtyRead,
        Self::IgnoreIntent,
        Self::CacheUndecided,
        Self::StaleStatus,
        Self::AbortNoFence,
        Self::DecideOverwrite,
        Self::CreateUnconditionally,
        Self::DirectIgnoresIntent,
        Self::CarryOutUnconditionally,
        Self::DropAbortEarly,
        Self::DropCommitEarly,
        Self::ForgetEarly,
        Self::EarlyAck,
        Self::UndoDropsOthers,
        Self::SharedNoCheck,
        Self::ReindexNoRevision,
        Self::ReindexCleansUp,
        Self::EntriesOfNobody,
        Self::CollectYoung,
        Self::SearchNoVerify,
        Self::ExportCurrent,
        Self::ScanNoResolve,
        Self::NoClosing,
        Self::MarkUnowned,
        Self::TrustPuts,
        Self::KeepBlobs,
        Self::WaitForTheDead,
        Self::TwoAlone,
    ];
}
