//! A step of a job: who works on it, how often it was tried, and how far it is.
//!
//! A worker takes a lease, works, and puts down a checkpoint, which ends the lease. A worker that
//! dies leaves its lease behind; when that has run out, the next one goes on from the last
//! checkpoint. A worker that was only slow finds its lease taken when it puts down its checkpoint.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use store::Millis;

/// A step as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    /// Whether there is nothing left to do.
    pub(crate) is_done: bool,
    /// How often it was begun since the last checkpoint.
    pub(crate) attempts: u32,
    /// How far it is: the kind's own words.
    pub(crate) checkpoint: Value,
    /// Who works on it.
    pub(crate) lease: Option<Lease>,
}

/// Who works on a step, and until when it is believed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Lease {
    /// The process.
    pub(crate) worker: String,
    /// Milliseconds since 1970.
    pub(crate) until: i64,
}

/// Who asks for a step.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Applicant<'a> {
    /// The process.
    pub(crate) worker: &'a str,
    /// Whether no other process works on jobs: then the leases of others are those of the dead.
    pub(crate) is_alone: bool,
    /// The present.
    pub(crate) now: Millis,
    /// How long it wants the step for, in ms.
    pub(crate) lease_ms: i64,
    /// How often a step may be begun without getting anywhere.
    pub(crate) max_attempts: u32,
}

/// What an applicant is told.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Claim {
    /// The step is to be recorded so, and worked on.
    Granted(Step),
    /// Somebody works on it.
    Taken,
    /// It is done.
    Done,
    /// It was begun too often.
    Hopeless,
}

impl Step {
    /// A step that nobody has begun.
    pub(crate) fn new(checkpoint: Value) -> Self {
        Self {
            is_done: false,
            attempts: 0,
            checkpoint,
            lease: None,
        }
    }

    /// Applies for the step.
    pub(crate) fn claim(&self, applicant: Applicant<'_>) -> Claim {
        if self.is_done {
            return Claim::Done;
        }
        if self.is_held(applicant) {
            return Claim::Taken;
        }
        if self.attempts >= applicant.max_attempts {
            return Claim::Hopeless;
        }
        Claim::Granted(Self {
            attempts: self.attempts + 1,
            lease: Some(Lease {
                worker: applicant.worker.to_owned(),
                until: applicant.now.plus(applicant.lease_ms).0,
            }),
            ..self.clone()
        })
    }

    /// Whether somebody is believed to work on it.
    pub(crate) fn is_held(&self, applicant: Applicant<'_>) -> bool {
        self.lease.as_ref().is_some_and(|lease| {
            let may_live = !applicant.is_alone || lease.worker == applicant.worker;
            may_live && lease.until > applicant.now.0
        })
    }

    /// A step at a new checkpoint, free for anybody.
    pub(crate) fn put_down(checkpoint: Value, is_done: bool) -> Self {
        Self {
            is_done,
            attempts: 0,
            checkpoint,
            lease: None,
        }
    }

    /// The step given back without having got anywhere.
    pub(crate) fn given_back(self) -> Self {
        Self {
            lease: None,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn step() -> Step {
        Step::new(json!({"after": null}))
    }

    fn at(now: i64) -> Applicant<'static> {
        Applicant {
            worker: "a",
            is_alone: false,
            now: Millis(now),
            lease_ms: 100,
            max_attempts: 3,
        }
    }

    fn granted(claim: Claim) -> Step {
        match claim {
            Claim::Granted(step) => step,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_step_has_one_worker_until_the_lease_has_run_out() {
        let held = granted(step().claim(at(1_000)));
        assert_eq!(held.lease.as_ref().unwrap().until, 1_100);
        assert_eq!(held.claim(at(1_099)), Claim::Taken);
        let again = granted(held.claim(Applicant {
            worker: "b",
            ..at(1_100)
        }));
        assert_eq!(
            (again.attempts, again.lease.unwrap().worker),
            (2, "b".to_owned())
        );
    }

    #[test]
    fn where_one_process_works_alone_the_leases_of_others_are_void() {
        let held = granted(step().claim(at(1_000)));
        let alone = |worker| Applicant {
            worker,
            is_alone: true,
            ..at(1_001)
        };
        assert_eq!(held.claim(alone("a")), Claim::Taken);
        assert!(matches!(held.claim(alone("b")), Claim::Granted(_)));
    }

    #[test]
    fn a_step_that_gets_nowhere_is_given_up() {
        let mut tried = step();
        for attempt in 1..=3 {
            tried = granted(tried.claim(at(attempt * 1_000)));
        }
        assert_eq!(tried.claim(at(9_000)), Claim::Hopeless);
        let further = Step::put_down(json!({"after": "x"}), false);
        assert_eq!(granted(further.claim(at(9_000))).attempts, 1);
    }

    #[test]
    fn a_step_that_is_done_is_not_begun_again() {
        let done = Step::put_down(json!({}), true);
        assert_eq!(done.claim(at(1)), Claim::Done);
    }
}
