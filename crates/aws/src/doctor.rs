//! Looks at an environment and says what is wrong with it: that the tables, buckets and queues of the settings
//! are there, and are as template.yaml makes them; that the issuers of tokens have keys, and that the clock is right.
//!
//! Nothing is changed. What an endpoint does not tell, as emulators do, is not known and is not wrong.

mod buckets;
mod clock;
mod issuers;
mod queues;
mod tables;

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;

use crate::dynamodb::{self, Endpoint};
use crate::system::SystemClock;
use crate::token::PublishedKeys;
use crate::{Config, connection, s3, sqs};

pub use buckets::{Bucket, examine as examine_bucket};
pub use clock::examine as examine_clock;
pub use issuers::examine as examine_issuer;
pub use queues::examine as examine_queue;
pub use tables::examine as examine_tables;

/// What was looked at, and what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// As in `table fyr-heads`.
    pub of: String,
    /// What is expected of it, as a claim: `its key is pk, sk`.
    pub claim: String,
    /// Whether that is so.
    pub verdict: Verdict,
}

/// Whether a claim holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Holds,
    /// It does not, and what is there instead.
    Fails(String),
    /// The endpoint does not tell, and why.
    Unknown(String),
}

impl Finding {
    fn new(of: &str, claim: impl Into<String>, verdict: Verdict) -> Self {
        Self {
            of: of.to_owned(),
            claim: claim.into(),
            verdict,
        }
    }

    /// A claim that holds, or fails for this reason.
    fn holds_if(of: &str, claim: impl Into<String>, holds: bool, found: impl fmt::Display) -> Self {
        let verdict = if holds {
            Verdict::Holds
        } else {
            Verdict::Fails(found.to_string())
        };
        Self::new(of, claim, verdict)
    }

    /// A claim that nothing can be said of.
    fn unknown<E>(of: &str, claim: impl Into<String>, failure: &SdkError<E, HttpResponse>) -> Self
    where
        E: std::error::Error + 'static,
    {
        Self::new(of, claim, Verdict::Unknown(connection::reason(failure)))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, claim) = (&self.of, &self.claim);
        match &self.verdict {
            Verdict::Holds => write!(f, "ok       {of}: {claim}"),
            Verdict::Fails(found) => write!(f, "WRONG    {of}: {claim} - {found}"),
            Verdict::Unknown(why) => write!(f, "unknown  {of}: {claim} - {why}"),
        }
    }
}

/// Looks at everything that the settings name.
pub async fn examine(config: &Config) -> Vec<Finding> {
    let client = dynamodb::connect(config.endpoint()).await;
    let mut findings = vec![clock::examine(&client, Arc::new(SystemClock)).await];
    findings.extend(tables::examine(&client, &config.table_names()).await);
    let client = s3::connect(endpoint(config.s3_endpoint.as_ref())).await;
    for (name, variable, kind) in [
        (&config.blobs_bucket, "FYR_BLOBS_BUCKET", Bucket::Blobs),
        (&config.files_bucket, "FYR_FILES_BUCKET", Bucket::Files),
    ] {
        match name {
            Some(name) => findings.extend(buckets::examine(&client, name, kind).await),
            None => findings.push(unset(variable)),
        }
    }
    let client = sqs::connect(endpoint(config.sqs_endpoint.as_ref())).await;
    for (url, variable) in [
        (&config.recovery_queue_url, "FYR_RECOVERY_QUEUE_URL"),
        (&config.jobs_queue_url, "FYR_JOBS_QUEUE_URL"),
    ] {
        match url {
            Some(url) => findings.extend(queues::examine(&client, url).await),
            None => findings.push(unset(variable)),
        }
    }
    let keys = PublishedKeys::default();
    for issuer in &config.auth().issuers {
        findings.extend(issuers::examine(&keys, issuer).await);
    }
    if config.auth().issuers.is_empty() {
        findings.push(unset("FYR_ISSUERS"));
    }
    findings
}

fn unset(variable: &str) -> Finding {
    let nothing = Verdict::Fails("docs/operations.md says what is missing without it".to_owned());
    Finding::new(variable, "it is set", nothing)
}

fn endpoint(url: Option<&String>) -> Endpoint {
    url.cloned().map_or(Endpoint::Aws, Endpoint::Url)
}
