//! A call on its way. Batches, queries and scans are not atomic: they advance item by item, and
//! anything may happen in between.

use futures::channel::oneshot;

use super::rng::Rng;
use crate::clock::Millis;
use crate::simulated::{Call, Engine, Reply};
use crate::table::{Answer, BatchGot, Consumed, Page, TableError, Write};

/// See the module head.
#[derive(Debug)]
pub(crate) struct InFlight {
    pub(crate) client: usize,
    pub(crate) call: Call,
    pub(crate) reply: oneshot::Sender<Answer<Reply>>,
    /// What to answer instead, once the call has been applied.
    pub(crate) lost: bool,
    pub(crate) is_started: bool,
    got: BatchGot,
    left: Vec<Write>,
    page: Page,
}

impl InFlight {
    pub(crate) fn new(client: usize, call: Call, reply: oneshot::Sender<Answer<Reply>>) -> Self {
        Self {
            client,
            call,
            reply,
            lost: false,
            is_started: false,
            got: BatchGot::default(),
            left: Vec::new(),
            page: Page::default(),
        }
    }

    /// Leaves a part of a batch to be asked for again.
    pub(crate) fn process_half(&mut self, rng: &mut Rng) {
        match &mut self.call {
            Call::BatchGet(keys) if keys.len() > 1 => {
                self.got.unprocessed = keys.split_off(1 + rng.index(keys.len() - 1));
            }
            Call::BatchWrite(writes) if writes.len() > 1 => {
                self.left = writes.split_off(1 + rng.index(writes.len() - 1));
            }
            _ => {}
        }
    }

    /// Takes a step. The answer when it was the last, and what the step wrote.
    pub(crate) fn advance(
        &mut self,
        engine: &mut Engine,
        now: Millis,
        rng: &mut Rng,
    ) -> (Option<Answer<Reply>>, Vec<Write>) {
        self.is_started = true;
        match &mut self.call {
            Call::BatchGet(keys) => {
                for key in keys.drain(..=rng.index(keys.len())) {
                    match engine.answer(&Call::Get(key.clone()), now) {
                        Ok((Reply::Item(item), _)) => {
                            self.got.items.extend(item.map(|item| (key, item)));
                        }
                        other => return (Some(other), Vec::new()),
                    }
                }
                let is_done = keys.is_empty();
                let got = is_done.then(|| Reply::Got(std::mem::take(&mut self.got)));
                (got.map(free), Vec::new())
            }
            Call::BatchWrite(writes) => {
                let applied: Vec<Write> = writes.drain(..=rng.index(writes.len())).collect();
                for write in &applied {
                    if let Err(error) = engine.answer(&Call::Write(write.clone()), now) {
                        return (Some(Err(error)), applied);
                    }
                }
                let is_done = writes.is_empty();
                let left = is_done.then(|| Reply::Unprocessed(std::mem::take(&mut self.left)));
                (left.map(free), applied)
            }
            Call::Query(_) | Call::Scan(_) => (self.read_on(engine, now, rng), Vec::new()),
            call @ (Call::Get(_) | Call::Write(_) | Call::Transact(..)) => {
                let answer = engine.answer(call, now);
                let applied = if answer.is_ok() {
                    call.writes().to_vec()
                } else {
                    Vec::new()
                };
                (Some(answer), applied)
            }
        }
    }

    /// Reads the next item of a page. Pages are short, so that there are many.
    fn read_on(
        &mut self,
        engine: &mut Engine,
        now: Millis,
        rng: &mut Rng,
    ) -> Option<Answer<Reply>> {
        let mut one = self.call.clone();
        let (limit, after) = match &mut one {
            Call::Query(query) => (&mut query.limit, &mut query.after),
            Call::Scan(scan) => (&mut scan.limit, &mut scan.after),
            _ => return Some(Err(TableError::Refused("no page".into()))),
        };
        let wanted = limit.unwrap_or(usize::MAX);
        *limit = Some(1);
        if let Some((last, _)) = self.page.items.last() {
            *after = Some(last.clone());
        }
        let found = match engine.answer(&one, now) {
            Ok((Reply::Page(page), _)) => page.items,
            other => return Some(other),
        };
        let is_end = found.is_empty();
        self.page.items.extend(found);
        if is_end {
            return Some(free(Reply::Page(std::mem::take(&mut self.page))));
        }
        if self.page.items.len() >= wanted || rng.chance(150) {
            self.page.next = self.page.items.last().map(|(key, _)| key.clone());
            return Some(free(Reply::Page(std::mem::take(&mut self.page))));
        }
        None
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is an answer")]
fn free(reply: Reply) -> Answer<Reply> {
    Ok((reply, Consumed::default()))
}
