//! Wrong variants of the protocol, each of which the simulation must catch.
//!
//! A saboteur sits between the code and the tables and rewrites calls and answers, so that the
//! tables see what they would see if the code had forgotten a rule. The code itself has no switches.

use std::sync::{Mutex, PoisonError};

use super::sabotage;
use super::wire::Wire;
use crate::simulated::{Call, Reply};
use crate::table::{Answer, Write};

/// A rule that is broken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mutant {
    /// Heads are replaced whatever their revision is.
    NoVersionCas,
    /// Guards and claims do not require that the key item is as it was read.
    GuardNone,
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
}

impl Mutant {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::NoVersionCas,
        Self::GuardNone,
        Self::BlindRemoval,
        Self::PlainSkipsKey,
        Self::DeleteSkipsKey,
        Self::IndexAfter,
        Self::VersionAfter,
        Self::IgnoreUnprocessed,
        Self::CleanAmbiguous,
        Self::HiddenRetry,
        Self::NoVerify,
    ];
}

/// A mutant at work for one client.
pub(crate) struct Saboteur {
    mutant: Mutant,
    /// Staged writes that wait for the commit.
    held: Vec<Write>,
}

impl Saboteur {
    pub(crate) fn new(mutant: Mutant) -> Self {
        Self {
            mutant,
            held: Vec::new(),
        }
    }

    /// The call as the mutant makes it; or the answer, when it makes none.
    fn before(&mut self, mut call: Call) -> Result<Call, Reply> {
        match self.mutant {
            Mutant::NoVersionCas => sabotage::forget_revisions(&mut call),
            Mutant::GuardNone => sabotage::forget_key_versions(&mut call, false),
            Mutant::BlindRemoval => sabotage::forget_key_versions(&mut call, true),
            Mutant::PlainSkipsKey => sabotage::forget_to_count(&mut call),
            Mutant::DeleteSkipsKey => sabotage::forget_keys_of_deletions(&mut call),
            Mutant::IndexAfter => return self.hold(call, "Index"),
            Mutant::VersionAfter => return self.hold(call, "Versions"),
            Mutant::IgnoreUnprocessed
            | Mutant::CleanAmbiguous
            | Mutant::HiddenRetry
            | Mutant::NoVerify => {}
        }
        Ok(call)
    }

    /// The answer as the mutant takes it, and calls that it makes now.
    fn after(&mut self, call: &Call, answer: Answer<Reply>) -> (Answer<Reply>, Vec<Call>) {
        let is_commit = matches!(call, Call::Write(_) | Call::Transact(..));
        let now = if is_commit {
            std::mem::take(&mut self.held)
        } else {
            Vec::new()
        };
        let now = now
            .chunks(25)
            .map(|chunk| Call::BatchWrite(chunk.to_vec()))
            .collect();
        let answer = match self.mutant {
            Mutant::IgnoreUnprocessed => sabotage::take_for_processed(call, answer),
            Mutant::CleanAmbiguous => sabotage::take_for_refused(call, answer),
            Mutant::NoVerify => sabotage::take_for_holders(answer),
            _ => answer,
        };
        (answer, now)
    }

    fn hold(&mut self, call: Call, table: &str) -> Result<Call, Reply> {
        let Call::BatchWrite(writes) = call else {
            return Ok(call);
        };
        let is_held = |write: &Write| format!("{:?}", write.key.table) == table;
        let (held, rest): (Vec<_>, Vec<_>) = writes.into_iter().partition(is_held);
        self.held.extend(held);
        if rest.is_empty() {
            Err(Reply::Unprocessed(Vec::new()))
        } else {
            Ok(Call::BatchWrite(rest))
        }
    }
}

/// Makes a call as the mutant would.
pub(crate) async fn sabotage(wire: Wire, saboteur: &Mutex<Saboteur>, call: Call) -> Answer<Reply> {
    let lock = || saboteur.lock().unwrap_or_else(PoisonError::into_inner);
    let before = lock().before(call);
    let call = match before {
        Ok(call) => call,
        Err(reply) => return Ok((reply, crate::table::Consumed::default())),
    };
    let answer = wire.send(call.clone()).await;
    let (answer, more) = lock().after(&call, answer);
    for call in more {
        // on its way, and nobody waits for it
        drop(wire.send(call));
    }
    answer
}
