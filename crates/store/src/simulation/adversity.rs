//! What goes wrong with a call, and how often.

use futures::channel::oneshot::Sender;

use super::world::World;
use crate::simulated::{Call, Fault, Lost, Reply};
use crate::table::{Answer, TableError};

/// How much goes wrong, in thousandths.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Adversity {
    pub(crate) fault: u64,
    pub(crate) crash: u64,
    pub(crate) late: u64,
    /// Whether clients have priorities.
    pub(crate) is_unfair: bool,
    /// Whether calls that were answered "refused" may still arrive: hidden retries.
    pub(crate) hides_retries: bool,
}

/// One step of one call.
pub(crate) fn proceed(world: &mut World, which: usize, adversity: &Adversity) {
    if which >= world.in_flight.len() {
        return;
    }
    let mut call = world.in_flight.swap_remove(which);
    let client = call.client;
    if !call.is_started && world.rng.chance(adversity.fault) {
        world.counts.faults += 1;
        let fault = choose_fault(&call.call, world);
        world.note(|| format!("{client:2} {fault:?}: {}", call.call));
        match fault {
            Fault::Dropped => return answer(call.reply, lost(fault)),
            Fault::Late => {
                world.delay(call.call);
                return answer(call.reply, lost(fault));
            }
            Fault::Throttled | Fault::Conflict => {
                if adversity.hides_retries && call.call.is_write() {
                    world.delay(call.call);
                }
                let refusal = if fault == Fault::Conflict {
                    TableError::Conflict
                } else {
                    TableError::Throttled
                };
                return answer(call.reply, Err(refusal));
            }
            Fault::LostAnswer => call.lost = true,
            Fault::Unprocessed => call.process_half(&mut world.rng),
            Fault::Duplicated => duplicate(world, &call.call, adversity),
        }
    }
    let now = world.now;
    let text = if world.trace.is_some() {
        call.call.to_string()
    } else {
        String::new()
    };
    let (done, applied) = call.advance(&mut world.engine, now, &mut world.rng);
    let outcome = match &done {
        None => "...",
        Some(Ok(_)) => "",
        Some(Err(_)) => "(refused)",
    };
    world.note(|| format!("{client:2} {text} {outcome}"));
    world.observe(&applied);
    if let Some(Err(TableError::Refused(reason))) = &done {
        let what = format!("the tables refuse {}: {reason}", call.call);
        world.oracle.fail(what);
    }
    match done {
        None => world.in_flight.push(call),
        Some(Ok(_)) if call.lost => answer(call.reply, lost(Fault::LostAnswer)),
        Some(done) => answer(call.reply, done),
    }
}

/// A copy arrives later. A refusal is never a copy's fault: commits are sent without retries, so
/// that a refused one has no copy on its way.
fn duplicate(world: &mut World, call: &Call, adversity: &Adversity) {
    let now = world.now;
    let is_refused = world.engine.clone().answer(call, now).is_err();
    if !is_refused || adversity.hides_retries {
        world.delay(call.clone());
    }
}

fn choose_fault(call: &Call, world: &mut World) -> Fault {
    let faults: &[Fault] = match call {
        Call::Get(_) | Call::Query(_) | Call::Scan(_) => &[Fault::Dropped, Fault::Throttled],
        Call::BatchGet(_) => &[Fault::Dropped, Fault::Throttled, Fault::Unprocessed],
        Call::BatchWrite(_) => &[
            Fault::LostAnswer,
            Fault::Dropped,
            Fault::Late,
            Fault::Duplicated,
            Fault::Throttled,
            Fault::Unprocessed,
        ],
        Call::Write(_) | Call::Transact(..) => &[
            Fault::LostAnswer,
            Fault::Dropped,
            Fault::Late,
            Fault::Duplicated,
            Fault::Throttled,
            Fault::Conflict,
        ],
    };
    let which = world.rng.index(faults.len());
    match faults.get(which).copied() {
        Some(Fault::Late | Fault::Duplicated) if world.is_embedded => Fault::LostAnswer,
        fault => fault.unwrap_or(Fault::Dropped),
    }
}

fn lost(fault: Fault) -> Answer<Reply> {
    Err(TableError::Unknown(Box::new(Lost(fault))))
}

fn answer(reply: Sender<Answer<Reply>>, answer: Answer<Reply>) {
    // whoever has given up does not mind
    let _ = reply.send(answer);
}
