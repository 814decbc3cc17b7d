//! What Fyr relies on S3 for, as cases that run on each place where there is one.
//!
//! | subject | is |
//! |---|---|
//! | `simulated` | the blobs of the store's own simulation: the cases of the port alone |
//! | `in_process` | the embedded engine behind the AWS SDK's HTTP client |
//! | `wire` | the same engine, over a socket |
//! | `outside` | whatever S3 `BLOB_CONTRACT_ENDPOINT` names; skipped without |
//!
//! Outside, ministack 1.5.33 passes every case.

mod blobs;
mod bucket;
mod files;
mod folder;
mod links;
mod objects;
mod uploads;
