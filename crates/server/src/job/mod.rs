//! Jobs: work that is asked for in one request and done in many steps, by whoever is free.
//!
//! ```text
//! state     the states of a job, and what may follow what
//! lease     a step: who works on it, how often it was tried, how far it is
//! record    jobs and steps as records of the store
//! message   "look at this job", "go on with this step"
//! work      what a kind of job has to say for itself: plan, step, finish
//! engine    messages move jobs on; lost, late and repeated ones do no harm
//! turn      a worker's turn at a step: from a lease to a checkpoint
//! change    records change, each on the condition that it is as it was read
//! kick_off  a job begins, within the number that an owner may have at a time
//! files     what jobs leave behind goes when they say so
//! tick      what no message asks for: lost messages, dead workers, deadlines
//! export/   the export of everything as it was at one instant
//! reindex/  index entries as today's rules have them, for everything
//! ```
//!
//! A message only says "look at this now". What there is to do stands in the records, and every
//! change of a record is conditional on what it replaces: two workers on one step cost time, and
//! the checkpoint of only one of them counts. So nothing is done twice, however often it is begun.

mod change;
mod engine;
pub(crate) mod export;
mod files;
mod kick_off;
mod lease;
mod message;
mod record;
pub(crate) mod reindex;
mod state;
#[cfg(test)]
mod tests;
mod tick;
mod turn;
mod work;

pub use engine::Again;
use engine::millis;
pub(crate) use engine::{Engine, Found};
pub(crate) use files::{Kept, sweep as sweep_files};
pub(crate) use kick_off::{NewJob, Refused};
pub(crate) use record::Job;
pub(crate) use state::State;
pub use tick::Ticked;
pub(crate) use work::{Progress, Stop, Turn, Work};
