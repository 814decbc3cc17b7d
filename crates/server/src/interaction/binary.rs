//! `GET [base]/Binary/[id]` of a file that an export left: B1 to B6.
//!
//! <http://hl7.org/fhir/uv/bulkdata/STU2/export.html#bulk-data-output-file-request>
//!
//! | the client accepts | and gets |
//! | --- | --- |
//! | `application/fhir+ndjson`, anything, does not say | the lines themselves; gzip if it takes that |
//! | `application/fhir+json` | a Binary resource with the lines in base64 |
//!
//! Only the owner of the job gets anything; everybody else gets 403 and learns nothing. After the
//! retention a file is 410, whether it is there or not, and a day later 404. `HEAD` reads nothing,
//! `Range` counts in the bytes that are sent: of the gzip if that is what is sent.

mod range;
mod resource;

use std::io::Read;
use std::time::Duration;

use bytes::Bytes;
use fhir::{
    instant::Instant,
    outcome::{self, Issue, IssueType},
};
use flate2::read::MultiGzDecoder;
use http::{StatusCode, header};
use store::DocumentKey;

use self::range::Part;
use crate::{
    failure::{Failure, Kind},
    interaction::{Answer, Context, Manner, Special},
    job::{
        Found,
        export::{OutputFile, file_key, has_files},
    },
    port::{FileError, MAX_LINK},
};

/// The media type of the files.
const NDJSON: &str = "application/fhir+ndjson";
/// Digits of the id of a file.
const ID_DIGITS: usize = 32;

/// A file that the caller may have.
struct Exported {
    found: Found,
    file: OutputFile,
}

/// Reads a file of an export; none when the id is not one of those.
///
/// # Errors
///
/// 403 for a file of somebody else, 410 for one whose time is over.
pub(super) async fn exported(
    context: &Context,
    key: &DocumentKey,
    manner: Option<&Manner>,
) -> Result<Option<Answer>, Failure> {
    let Some(manner) = manner.filter(|_| is_file_id(key)) else {
        return Ok(None);
    };
    let noted = context.jobs.file(&key.id).await.map_err(unavailable)?;
    let Some((found, file)) = noted else {
        return Ok(None);
    };
    let user = context.caller.user_id.as_deref().unwrap_or_default();
    if user != found.job.owner {
        let text = format!("Resource not allowed for user: {user}");
        return Err(Failure::new(Kind::Forbidden, IssueType::Forbidden, text));
    }
    if !has_files(&found.job) {
        return Ok(None);
    }
    if context.jobs.files_expire(&found) <= context.clock.now() {
        return Err(expired(key));
    }
    let exported = Exported { found, file };
    exported.answer(context, key, manner).await.map(Some)
}

fn is_file_id(key: &DocumentKey) -> bool {
    let is_digit = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    key.kind == "Binary" && key.id.len() == ID_DIGITS && key.id.chars().all(is_digit)
}

fn expired(key: &DocumentKey) -> Failure {
    let text = format!("{key} has expired: the files of an export are kept for a limited time");
    Failure::new(Kind::Gone, IssueType::Deleted, text)
}

impl Exported {
    async fn answer(
        &self,
        context: &Context,
        key: &DocumentKey,
        manner: &Manner,
    ) -> Result<Answer, Failure> {
        if wants_resource(manner) {
            if is_too_large(context, resource::size(&self.file, manner)) && !manner.is_head {
                return self.link(context).await;
            }
            let text = self.text(context, key).await?;
            return resource::answer(&self.found.job, &self.file, &text);
        }
        let total = if manner.takes_gzip {
            self.file.bytes
        } else {
            self.file.text_bytes
        };
        let part = Part::of(manner.range.as_deref(), total);
        let Ok(part) = part else {
            return self.no_such_part(total);
        };
        if is_too_large(context, part.len()) && !manner.is_head {
            return self.link(context).await;
        }
        let mut special = self.headers().header(header::CONTENT_TYPE, NDJSON);
        if manner.takes_gzip {
            special = special.header(header::CONTENT_ENCODING, "gzip");
        }
        special = special.header(header::CONTENT_LENGTH, &part.len().to_string());
        let mut status = StatusCode::OK;
        if let Some(range) = part.content_range() {
            special = special.header(header::CONTENT_RANGE, &range);
            status = StatusCode::PARTIAL_CONTENT;
        }
        if !manner.is_head {
            special.body = self.part(context, key, (&part, manner.takes_gzip)).await?;
        }
        Ok(special.answer(status))
    }

    fn no_such_part(&self, total: u64) -> Result<Answer, Failure> {
        let text = format!("the file has {total} bytes as it would be sent");
        let issue = Issue::error(IssueType::Value, text);
        let body = serde_json::to_vec(&outcome::outcome(&[issue])).map_err(Failure::internal)?;
        let mut special = self.headers();
        special.body = body.into();
        Ok(special
            .header(header::CONTENT_RANGE, &format!("bytes */{total}"))
            .answer(StatusCode::RANGE_NOT_SATISFIABLE))
    }

    /// What is said of the file with every answer.
    fn headers(&self) -> Special {
        let written = Instant::from_millis(self.found.job.changed);
        Special::default()
            .header(header::ACCEPT_RANGES, "bytes")
            .header(header::ETAG, "W/\"1\"")
            .header(header::LAST_MODIFIED, &written.http_date())
    }

    async fn part(
        &self,
        context: &Context,
        key: &DocumentKey,
        (part, is_gzip): (&Part, bool),
    ) -> Result<Bytes, Failure> {
        if is_gzip {
            let name = file_key(&self.found.job.id, &self.file.id);
            let range = part.content_range().map(|_| part.start..part.end);
            let got = context.files.get(name, range).await;
            return got.map_err(|error| missing(key, error));
        }
        let text = self.text(context, key).await?;
        let place = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).min(text.len());
        Ok(text.slice(place(part.start)..place(part.end)))
    }

    /// The lines.
    async fn text(&self, context: &Context, key: &DocumentKey) -> Result<Bytes, Failure> {
        let name = file_key(&self.found.job.id, &self.file.id);
        let packed = context.files.get(name, None).await;
        let packed = packed.map_err(|error| missing(key, error))?;
        let size = usize::try_from(self.file.text_bytes).unwrap_or_default();
        let mut text = Vec::with_capacity(size);
        MultiGzDecoder::new(packed.as_ref())
            .take(self.file.text_bytes)
            .read_to_end(&mut text)
            .map_err(Failure::internal)?;
        Ok(text.into())
    }

    /// 307 to where the file is kept: for a minute at most, and not beyond its time.
    async fn link(&self, context: &Context) -> Result<Answer, Failure> {
        let left = context
            .jobs
            .files_expire(&self.found)
            .since(context.clock.now());
        let left = Duration::from_millis(u64::try_from(left).unwrap_or_default());
        let name = file_key(&self.found.job.id, &self.file.id);
        let url = context.files.link(name, left.min(MAX_LINK)).await;
        let url = url.map_err(|error| unreachable(error.into()))?;
        Ok(Special::default()
            .header(header::LOCATION, &url)
            .header(header::CONTENT_LENGTH, "0")
            .answer(StatusCode::TEMPORARY_REDIRECT))
    }
}

fn is_too_large(context: &Context, bytes: u64) -> bool {
    let limit = context.settings.export.inline_bytes;
    limit.is_some_and(|limit| bytes > limit)
}

/// Whether the client asks for a resource, and not for the lines themselves.
fn wants_resource(manner: &Manner) -> bool {
    let accept = manner.accept.as_deref().unwrap_or_default();
    !accept.contains("ndjson") && accept.contains("json")
}

/// A file that is not there any more has expired, though the clocks differ.
fn missing(key: &DocumentKey, error: FileError) -> Failure {
    match error {
        FileError::NotFound => expired(key),
        error @ FileError::Unavailable(_) => unreachable(error.into()),
    }
}

fn unavailable(again: crate::job::Again) -> Failure {
    unreachable(again.into())
}

fn unreachable(source: Box<dyn std::error::Error + Send + Sync>) -> Failure {
    let text = "the files cannot be reached; try again";
    Failure {
        source: Some(source),
        ..Failure::new(Kind::Unavailable, IssueType::Transient, text)
    }
}
