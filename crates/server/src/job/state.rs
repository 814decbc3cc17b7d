//! The states of a job, and what may follow what.
//!
//! ```text
//! Accepted ── Begun ──> InProgress ── StepsDone ──> Finalizing ── Reconciled ──> Completed
//!     └──────────────────────┴───────── Failed, Cancelled ─┴────────> Failed, Cancelled
//! ```

use serde::{Deserialize, Serialize};

/// Where a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) enum State {
    /// Recorded; nothing has been done.
    Accepted,
    /// Divided into steps, which are worked on.
    InProgress,
    /// All steps are done; what they did is checked and put together.
    Finalizing,
    /// The result is there.
    Completed,
    /// There will be no result, for a reason that is told.
    Failed,
    /// The owner does not want it any more.
    Cancelled,
}

/// What happens to a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// It was divided into steps.
    Begun,
    /// The last of its steps is done.
    StepsDone,
    /// The result is complete and checked.
    Reconciled,
    /// It cannot be done, or not in time.
    Failed,
    /// The owner called it off.
    Cancelled,
}

impl State {
    /// The state that follows; none when the event comes too late, or too early.
    pub(crate) fn after(self, event: Event) -> Option<Self> {
        match (self, event) {
            (Self::Accepted, Event::Begun) => Some(Self::InProgress),
            (Self::InProgress, Event::StepsDone) => Some(Self::Finalizing),
            (Self::Finalizing, Event::Reconciled) => Some(Self::Completed),
            (Self::Accepted | Self::InProgress | Self::Finalizing, Event::Failed) => {
                Some(Self::Failed)
            }
            (Self::Accepted | Self::InProgress | Self::Finalizing, Event::Cancelled) => {
                Some(Self::Cancelled)
            }
            _ => None,
        }
    }

    /// Whether nothing more happens to it.
    pub(crate) fn is_over(self) -> bool {
        matches!(self, Self::Completed | Self::Failed | Self::Cancelled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: [State; 6] = [
        State::Accepted,
        State::InProgress,
        State::Finalizing,
        State::Completed,
        State::Failed,
        State::Cancelled,
    ];

    const EVENTS: [Event; 5] = [
        Event::Begun,
        Event::StepsDone,
        Event::Reconciled,
        Event::Failed,
        Event::Cancelled,
    ];

    /// All transitions there are.
    const TABLE: [(State, Event, State); 9] = [
        (State::Accepted, Event::Begun, State::InProgress),
        (State::InProgress, Event::StepsDone, State::Finalizing),
        (State::Finalizing, Event::Reconciled, State::Completed),
        (State::Accepted, Event::Failed, State::Failed),
        (State::InProgress, Event::Failed, State::Failed),
        (State::Finalizing, Event::Failed, State::Failed),
        (State::Accepted, Event::Cancelled, State::Cancelled),
        (State::InProgress, Event::Cancelled, State::Cancelled),
        (State::Finalizing, Event::Cancelled, State::Cancelled),
    ];

    #[test]
    fn a_job_goes_from_state_to_state_as_the_table_says_and_in_no_other_way() {
        for state in STATES {
            for event in EVENTS {
                let row = TABLE
                    .iter()
                    .find(|(from, by, _)| (*from, *by) == (state, event));
                let expected = row.map(|(_, _, to)| *to);
                assert_eq!(state.after(event), expected, "{state:?}, {event:?}");
            }
        }
    }

    #[test]
    fn nothing_happens_to_a_job_that_is_over() {
        for state in STATES.into_iter().filter(|state| state.is_over()) {
            assert!(EVENTS.iter().all(|event| state.after(*event).is_none()));
        }
    }
}
