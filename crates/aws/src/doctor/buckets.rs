//! A bucket: there, with the lifecycle of its kind, for nobody else, over TLS.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{ExpirationStatus, LifecycleRule};

use super::{Finding, Verdict};

/// What a bucket is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bucket {
    /// Bodies of resources: nothing in it ever expires.
    Blobs,
    /// Exported files: everything in it expires.
    Files,
}

/// Looks at one.
pub async fn examine(client: &Client, name: &str, kind: Bucket) -> Vec<Finding> {
    let of = format!("bucket {name}");
    if let Err(failure) = client.head_bucket().bucket(name).send().await {
        let is_missing = failure
            .raw_response()
            .is_some_and(|answer| answer.status().as_u16() == 404);
        if is_missing {
            let verdict = Verdict::Fails("there is no such bucket".to_owned());
            return vec![Finding::new(&of, "it exists", verdict)];
        }
        return vec![Finding::unknown(&of, "it can be reached", &failure)];
    }
    let mut findings = lifecycle(client, &of, name, kind).await;
    findings.push(public_access(client, &of, name).await);
    findings.push(tls(client, &of, name).await);
    findings
}

async fn lifecycle(client: &Client, of: &str, name: &str, kind: Bucket) -> Vec<Finding> {
    let answer = client
        .get_bucket_lifecycle_configuration()
        .bucket(name)
        .send()
        .await;
    let rules: Vec<LifecycleRule> = match &answer {
        Ok(answer) => answer.rules().to_vec(),
        Err(failure)
            if failure
                .raw_response()
                .is_some_and(|answer| answer.status().as_u16() == 404) =>
        {
            Vec::new()
        }
        Err(failure) => return vec![Finding::unknown(of, "it has its lifecycle", failure)],
    };
    let enabled = |rule: &&LifecycleRule| *rule.status() == ExpirationStatus::Enabled;
    let enabled: Vec<&LifecycleRule> = rules.iter().filter(enabled).collect();
    let days = |rule: &&LifecycleRule| rule.expiration()?.days();
    let soonest = enabled.iter().filter_map(days).min();
    let aborts = enabled
        .iter()
        .any(|rule| rule.abort_incomplete_multipart_upload().is_some());
    let expiry = match kind {
        Bucket::Blobs => Finding::holds_if(
            of,
            "nothing in it expires",
            soonest.is_none(),
            "a rule deletes bodies that heads name",
        ),
        Bucket::Files => Finding::holds_if(
            of,
            "everything in it expires after a day",
            soonest == Some(1),
            soonest.map_or("nothing does".to_owned(), |days| {
                format!("after {days} days")
            }),
        ),
    };
    let unfinished = Finding::holds_if(
        of,
        "unfinished uploads are removed",
        aborts,
        "they are paid for, for ever",
    );
    vec![expiry, unfinished]
}

async fn public_access(client: &Client, of: &str, name: &str) -> Finding {
    let claim = "no public access";
    match client.get_public_access_block().bucket(name).send().await {
        Ok(answer) => {
            let blocked = answer
                .public_access_block_configuration()
                .is_some_and(|block| {
                    [
                        block.block_public_acls(),
                        block.block_public_policy(),
                        block.ignore_public_acls(),
                        block.restrict_public_buckets(),
                    ]
                    .into_iter()
                    .all(|is_set| is_set == Some(true))
                });
            Finding::holds_if(of, claim, blocked, "it is not blocked in every way")
        }
        Err(failure) => Finding::unknown(of, claim, &failure),
    }
}

async fn tls(client: &Client, of: &str, name: &str) -> Finding {
    let claim = "only over TLS";
    match client.get_bucket_policy().bucket(name).send().await {
        Ok(answer) => {
            let policy = answer.policy().unwrap_or_default();
            let denies = policy.contains("aws:SecureTransport") && policy.contains("Deny");
            Finding::holds_if(of, claim, denies, "its policy does not deny the rest")
        }
        Err(failure) => Finding::unknown(of, claim, &failure),
    }
}
