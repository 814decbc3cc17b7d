//! A mutant at work between one client and the tables.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

use super::mutant::Mutant;
use super::sabotage::{answers, calls};
use super::wire::Wire;
use crate::simulated::{Call, Reply};
use crate::table::{Answer, Consumed, Key, Table, Write};

/// See the module head.
pub(crate) struct Saboteur {
    mutant: Mutant,
    /// Staged writes that wait for the commit.
    held: Vec<Write>,
    /// Decision records that were absent when they were looked for.
    undecided: BTreeSet<Key>,
    /// How often a decision record was looked for.
    looked: BTreeMap<Key, u32>,
}

/// What becomes of a call.
enum Before {
    Send(Call),
    /// One after the other, until one fails.
    SendAll(Vec<Call>),
    /// Nobody waits for the answer.
    SendAway(Call),
    Pretend(Reply),
}

impl Saboteur {
    pub(crate) fn new(mutant: Mutant) -> Self {
        Self {
            mutant,
            held: Vec::new(),
            undecided: BTreeSet::new(),
            looked: BTreeMap::new(),
        }
    }

    fn before(&mut self, mut call: Call) -> Before {
        match self.mutant {
            Mutant::NoVersionCas => calls::forget_revisions(&mut call),
            Mutant::GuardNone => calls::forget_key_versions(&mut call, false),
            Mutant::BlindRemoval => calls::forget_key_versions(&mut call, true),
            Mutant::PlainSkipsKey => calls::forget_to_count(&mut call),
            Mutant::DeleteSkipsKey => calls::forget_keys_of_deletions(&mut call),
            Mutant::MatchUnprotected if calls::forget_checks(&mut call) => {
                return Before::Pretend(Reply::Done);
            }
            Mutant::IndexAfter => return self.hold(call, Table::Index),
            Mutant::VersionAfter => return self.hold(call, Table::Versions),
            Mutant::Chunked => return Before::SendAll(calls::cut(call)),
            Mutant::AbortNoFence if calls::decides(&call) == Some("A") => {
                return Before::Pretend(Reply::Done);
            }
            Mutant::EarlyAck if calls::decides(&call) == Some("C") => {
                return Before::SendAway(call);
            }
            Mutant::DecideOverwrite => calls::forget_decisions(&mut call),
            Mutant::CreateUnconditionally => calls::forget_existence(&mut call),
            Mutant::DirectIgnoresIntent => calls::forget_intents(&mut call),
            Mutant::CarryOutUnconditionally => calls::forget_whose_intent(&mut call),
            Mutant::UndoDropsOthers => calls::drop_others(&mut call),
            Mutant::ReindexNoRevision => calls::forget_revisions_of_reindexing(&mut call),
            Mutant::EntriesOfNobody => calls::forget_owners(&mut call),
            Mutant::MarkUnowned => calls::forget_who_marks(&mut call),
            _ => {}
        }
        Before::Send(call)
    }

    /// The answer as the mutant takes it, and calls that it makes now.
    fn after(&mut self, call: &Call, answer: Answer<Reply>) -> (Answer<Reply>, Vec<Call>) {
        let mut now = Vec::new();
        if calls::is_commit(call) {
            let held = std::mem::take(&mut self.held);
            now.extend(
                held.chunks(25)
                    .map(|chunk| Call::BatchWrite(chunk.to_vec())),
            );
        }
        let decided = calls::decides(call).filter(|_| answer.is_ok());
        let drops = match self.mutant {
            Mutant::DropAbortEarly => decided == Some("A"),
            Mutant::DropCommitEarly => decided == Some("C"),
            _ => false,
        };
        if drops {
            now.extend(call.writes().iter().map(calls::delete));
        }
        let answer = match self.mutant {
            Mutant::IgnoreUnprocessed => answers::take_for_processed(call, answer),
            Mutant::CleanAmbiguous => answers::take_for_refused(call, answer),
            Mutant::ReindexCleansUp => answers::take_reindexing_for_refused(call, answer),
            Mutant::ScanNoResolve if matches!(call, Call::Scan(_)) => {
                answers::overlook_intents(answer)
            }
            Mutant::NoVerify => answers::take_for_holders(answer),
            Mutant::IgnoreIntent => answers::overlook_intents(answer),
            Mutant::SharedNoCheck => answers::overlook_times(answer),
            Mutant::DirtyRead => answers::take_for_committed(call, answer),
            Mutant::CacheUndecided => {
                answers::remember_undecided(call, answer, &mut self.undecided)
            }
            Mutant::StaleStatus => answers::look_late(answer, &mut self.looked),
            _ => answer,
        };
        (answer, now)
    }

    fn hold(&mut self, call: Call, table: Table) -> Before {
        let Call::BatchWrite(writes) = call else {
            return Before::Send(call);
        };
        let (held, rest): (Vec<_>, Vec<_>) = writes
            .into_iter()
            .partition(|write| write.key.table == table);
        self.held.extend(held);
        if rest.is_empty() {
            return Before::Pretend(Reply::Unprocessed(Vec::new()));
        }
        Before::Send(Call::BatchWrite(rest))
    }
}

/// Makes a call as the mutant would.
pub(crate) async fn sabotage(wire: Wire, saboteur: &Mutex<Saboteur>, call: Call) -> Answer<Reply> {
    let lock = || saboteur.lock().unwrap_or_else(PoisonError::into_inner);
    let before = lock().before(call);
    let calls = match before {
        Before::Send(call) => vec![call],
        Before::SendAll(calls) => calls,
        Before::SendAway(call) => {
            drop(wire.send(call));
            return Ok((Reply::Done, Consumed::default()));
        }
        Before::Pretend(reply) => return Ok((reply, Consumed::default())),
    };
    let mut last = Ok((Reply::Done, Consumed::default()));
    for call in calls {
        let answer = wire.send(call.clone()).await;
        let (answer, more) = lock().after(&call, answer);
        for call in more {
            // on its way, and nobody waits for it
            drop(wire.send(call));
        }
        last = answer;
        if last.is_err() {
            break;
        }
    }
    last
}
