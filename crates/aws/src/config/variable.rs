//! The table of settings: name, meaning, default, and how a value is read.

mod edge;
mod rules;
mod search;

use std::time::Duration;

use super::value::{count, name, number, switch, url};
use super::{Config, access, scheduled, unique};

/// One `FYR_*` variable.
#[derive(Clone, Copy)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it means, in a sentence.
    pub meaning: &'static str,
    /// What stands when it is not set.
    pub default: &'static str,
    /// Reads a value into the settings, or says what was expected.
    pub(super) set: fn(&mut Config, &str) -> Result<(), String>,
}

pub(super) fn known(name: &str) -> Option<&'static Variable> {
    variables().find(|variable| variable.name == name)
}

/// All of them.
pub fn variables() -> impl Iterator<Item = &'static Variable> {
    let groups = [
        VARIABLES,
        access::VARIABLES,
        search::VARIABLES,
        rules::VARIABLES,
        edge::VARIABLES,
        scheduled::VARIABLES,
    ];
    groups.into_iter().flatten()
}

const VARIABLES: &[Variable] = &[
    Variable {
        name: "FYR_BASE_URL",
        meaning: "Public URL of the API. Every absolute URL that Fyr writes starts with it.",
        default: "`fyr serve`: the address it listens on. Lambda: none, it must be set",
        set: |config, value| url(value).map(|url| config.base_url = Some(url)),
    },
    Variable {
        name: "FYR_TABLE_PREFIX",
        meaning: "Start of the tables' names, as in fyr-heads.",
        default: "fyr",
        set: |config, value| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "_.-".contains(c);
            if !(1..=200).contains(&value.len()) || !value.chars().all(plain) {
                return Err("1 to 200 letters, digits, '_', '.' or '-'".to_owned());
            }
            value.clone_into(&mut config.table_prefix);
            Ok(())
        },
    },
    Variable {
        name: "FYR_DYNAMODB_ENDPOINT",
        meaning: "URL of a DynamoDB other than the region's. Keys are made up for http://.",
        default: "`fyr serve`: the embedded engine. Lambda: the region's",
        set: |config, value| url(value).map(|url| config.dynamodb_endpoint = Some(url)),
    },
    Variable {
        name: "FYR_BLOBS_BUCKET",
        meaning: "Bucket for bodies of more than 100 KB, compressed. Without it they have to fit into the tables.",
        default: "`fyr serve` with its own tables: its own. Elsewhere: none",
        set: |config, value| name(value).map(|bucket| config.blobs_bucket = Some(bucket)),
    },
    Variable {
        name: "FYR_RECOVERY_QUEUE_URL",
        meaning: "Queue with the reminders to finish large transactions. Without it they wait for the sweep.",
        default: "`fyr serve` with its own tables: its own. Elsewhere: none",
        set: |config, value| url(value).map(|url| config.recovery_queue_url = Some(url)),
    },
    Variable {
        name: "FYR_FILES_BUCKET",
        meaning: "Bucket for the files of exports, which expire: not the one for bodies. Without it there are no exports.",
        default: "`fyr serve` with its own tables: its own. Elsewhere: none",
        set: |config, value| name(value).map(|bucket| config.files_bucket = Some(bucket)),
    },
    Variable {
        name: "FYR_JOBS_QUEUE_URL",
        meaning: "Queue with the messages that move jobs on. Without it there are no jobs.",
        default: "`fyr serve` with its own tables: its own. Elsewhere: none",
        set: |config, value| url(value).map(|url| config.jobs_queue_url = Some(url)),
    },
    Variable {
        name: "FYR_S3_ENDPOINT",
        meaning: "URL of an S3 other than the region's. Keys are made up for http://.",
        default: "`fyr serve` with its own tables: the embedded engine. Elsewhere: the region's",
        set: |config, value| url(value).map(|url| config.s3_endpoint = Some(url)),
    },
    Variable {
        name: "FYR_SQS_ENDPOINT",
        meaning: "URL of an SQS other than the region's. Keys are made up for http://.",
        default: "`fyr serve` with its own tables: the embedded engine. Elsewhere: the region's",
        set: |config, value| url(value).map(|url| config.sqs_endpoint = Some(url)),
    },
    Variable {
        name: "FYR_EXPORTS_AT_A_TIME",
        meaning: "Exports that a user may have under way.",
        default: "3",
        set: |config, value| count(value, &mut config.limits.export.at_a_time),
    },
    Variable {
        name: "FYR_EXPORT_FILE_LINES",
        meaning: "Resources after which a file of an export is cut.",
        default: "100000",
        set: |config, value| number(value, &mut config.limits.export.file_lines),
    },
    Variable {
        name: "FYR_EXPORT_FILE_BYTES",
        meaning: "Bytes of text after which a file of an export is cut. A worker holds as much at most.",
        default: "67108864 (64 MiB)",
        set: |config, value| number(value, &mut config.limits.export.file_bytes),
    },
    Variable {
        name: "FYR_EXPORT_INLINE_BYTES",
        meaning: "Bytes of a file, compressed if the client takes that, up to which it is sent in a response. A larger one is fetched by a link to S3.",
        default: "`fyr serve`: all are sent. Lambda: 4000000",
        set: |config, value| {
            number(
                value,
                config.limits.export.inline_bytes.get_or_insert_default(),
            )
        },
    },
    Variable {
        name: "FYR_RETENTION_MINUTES",
        meaning: "How long the files of an export can be fetched.",
        default: "120",
        set: |config, value| {
            let mut minutes = 0;
            number(value, &mut minutes)?;
            config.limits.jobs.retention = Duration::from_secs(minutes.saturating_mul(60));
            Ok(())
        },
    },
    Variable {
        name: "FYR_BULK_DELETE_COMPLETED",
        meaning: "What the DELETE of a completed export does: keep (404, nothing), or cleanup (202, its files go).",
        default: "keep",
        set: |config, value| {
            config.limits.export.delete_completed = match value {
                "keep" => false,
                "cleanup" => true,
                _ => return Err("keep or cleanup".to_owned()),
            };
            Ok(())
        },
    },
    Variable {
        name: "FYR_UPDATE_CREATE",
        meaning: "Whether a PUT to an unknown id creates the resource.",
        default: "on",
        set: |config, value| switch(value, &mut config.limits.update_create),
    },
    Variable {
        name: "FYR_ALLOW_BATCH",
        meaning: "Whether batch bundles are accepted.",
        default: "on",
        set: |config, value| switch(value, &mut config.limits.allow_batch),
    },
    Variable {
        name: "FYR_MAX_TRANSACTION_ENTRIES",
        meaning: "Entries in one bundle.",
        default: "5000",
        set: |config, value| count(value, &mut config.limits.max_transaction_entries),
    },
    Variable {
        name: "FYR_MAX_BODY_BYTES",
        meaning: "Bytes of a request body, decompressed. Lambda takes no more than its default.",
        default: "6291456 (6 MiB)",
        set: |config, value| count(value, &mut config.limits.max_body_bytes),
    },
    Variable {
        name: "FYR_REQUEST_TIMEOUT_SECONDS",
        meaning: "How long a request may take. A write that would take longer is not done: 503. On Lambda it ends 3 seconds before the function would be stopped, too.",
        default: "30",
        set: |config, value| {
            let mut seconds = 0;
            number(value, &mut seconds)?;
            config.limits.request_timeout = Duration::from_secs(seconds);
            Ok(())
        },
    },
    Variable {
        name: "FYR_IMPORT_BODY_BYTES",
        meaning: "Bytes of an import that is a job (Prefer: respond-async), decompressed. A worker holds as much at the end.",
        default: "67108864 (64 MiB)",
        set: |config, value| count(value, &mut config.limits.import.max_body_bytes),
    },
    Variable {
        name: "FYR_UNIQUE_IDENTIFIERS",
        meaning: "Identifier systems that are unique: pairs Type=system separated by spaces, or none.",
        default: "the registry keys of the Danish and Swedish organization registries",
        set: |config, value| {
            config.limits.unique_systems = unique::parse(value)
                .ok_or("pairs such as Organization=urn:oid:2.5.4.97, or none")?;
            Ok(())
        },
    },
    Variable {
        name: "FYR_CLOSING_SECONDS",
        meaning: "How far histories of types and of the server stay behind, where several processes write: FYR_REQUEST_TIMEOUT_SECONDS and 5 seconds at least.",
        default: "`fyr serve` with its own tables: 0, it knows what it writes. Elsewhere: 35, or what is the least",
        set: |config, value| {
            let seconds: u32 = value.parse().map_err(|_| "a number of seconds")?;
            config.closing_seconds = Some(seconds);
            Ok(())
        },
    },
    Variable {
        name: "FYR_COST_HEADERS",
        meaning: "Whether responses tell what they cost: Server-Timing and X-Fyr-Cost.",
        default: "off",
        set: |config, value| switch(value, &mut config.limits.cost_headers),
    },
    Variable {
        name: "FYR_LOG",
        meaning: "What `fyr` logs, as in info,store=debug. Lambda has its own setting for this.",
        default: "info",
        set: |config, value| {
            value.clone_into(&mut config.log);
            Ok(())
        },
    },
];
