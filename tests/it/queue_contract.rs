//! What Fyr relies on SQS for, as cases that run on each place where there is one.
//!
//! | subject | is |
//! |---|---|
//! | `in_process` | the embedded engine behind the AWS SDK's HTTP client |
//! | `wire` | the same engine, over a socket |
//! | `outside` | whatever SQS `QUEUE_CONTRACT_ENDPOINT` names; skipped without |
//!
//! Outside, ministack 1.5.33 passes every case.
//!
//! The cases wait for real time, as SQS counts in seconds; its rules of time at length are tested
//! inside the engine.

mod batches;
mod deliveries;
mod refusals;
mod subject;
