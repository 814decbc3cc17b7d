//! Downloads a file, and goes on after a break: what is there stays, and the rest is asked for.
//!
//! A file is `NAME.part` until it is whole. It is asked for as it is, uncompressed, so that a byte here
//! is a byte there.

use std::fs::{self, File as OpenFile, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_RANGE, RANGE};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Uri};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;

use super::manifest::File;
use crate::client::{Answer, Client, Patience};
use crate::failure::Failure;

/// Without a byte for so long, a connection is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// Of an answer that says why there is no file.
const MAX_COMPLAINT_BYTES: usize = 1024 * 1024;

/// How a try ended.
enum Try {
    /// The file is whole.
    Whole,
    /// Some of it may have come, and another try may bring the rest.
    Broken(String, Option<Duration>),
    /// There is no use in trying again.
    Refused(Failure),
}

/// Downloads a file to this path.
pub(super) async fn download(
    client: &Client,
    file: &File,
    path: &Path,
    received: &AtomicU64,
) -> Result<(), Failure> {
    let url = client
        .resolve(&file.url)
        .ok_or_else(|| Failure::refused(format!("{} is not a URL", file.url)))?;
    let part = part(path);
    let mut patience = Patience::default();
    loop {
        let before = size(&part);
        match attempt(client, &url, &part, received).await {
            Try::Whole => break,
            Try::Refused(failure) => return Err(failure),
            Try::Broken(reason, asked) => {
                if size(&part) > before {
                    patience = Patience::default();
                }
                let Some(pause) = patience.once_more(asked) else {
                    return Err(Failure::unexpected(anyhow::anyhow!("{url}: {reason}")));
                };
                tokio::time::sleep(pause).await;
            }
        }
    }
    fs::rename(&part, path).map_err(Failure::unexpected)
}

async fn attempt(client: &Client, url: &Uri, part: &Path, received: &AtomicU64) -> Try {
    let have = size(part);
    let headers = headers(have);
    let response = client.open(&Method::GET, url, &headers, Bytes::new());
    let response = match response.await {
        Ok(response) => response,
        Err(unreachable) => return Try::Broken(unreachable.to_string(), None),
    };
    let goes_on = match response.status() {
        StatusCode::OK => false,
        StatusCode::PARTIAL_CONTENT => starts_at(response.headers(), have),
        // What is there is all, or belongs to something else.
        StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => {
            return match whole_length(response.headers()) {
                Some(length) if length == have => Try::Whole,
                _ => start_over(part),
            };
        }
        _ => return refusal(response, url).await,
    };
    let encoding = response.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| encoding != "identity") {
        return Try::Refused(Failure::refused(format!("{url} only comes compressed")));
    }
    let mut options = OpenOptions::new();
    let options = options.create(true).write(true).truncate(!goes_on);
    let open = if goes_on {
        OpenOptions::new().append(true).open(part)
    } else {
        options.open(part)
    };
    match open {
        Ok(file) => receive(response, file, received).await,
        Err(failure) => Try::Refused(Failure::unexpected(failure)),
    }
}

fn headers(have: u64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let ndjson = HeaderValue::from_static("application/fhir+ndjson");
    headers.insert(ACCEPT, ndjson);
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    if let Ok(range) = HeaderValue::try_from(format!("bytes={have}-"))
        && have > 0
    {
        headers.insert(RANGE, range);
    }
    headers
}

async fn receive(response: Response<Incoming>, mut file: OpenFile, received: &AtomicU64) -> Try {
    let mut body = response.into_body();
    loop {
        let frame = match tokio::time::timeout(SILENCE, body.frame()).await {
            Ok(Some(Ok(frame))) => frame,
            Ok(Some(Err(broken))) => return Try::Broken(broken.to_string(), None),
            Ok(None) => return settle(&file),
            Err(_) => return Try::Broken("nothing comes any more".to_owned(), None),
        };
        let Ok(bytes) = frame.into_data() else {
            continue;
        };
        if let Err(failure) = file.write_all(&bytes) {
            return Try::Refused(Failure::unexpected(failure));
        }
        let count = u64::try_from(bytes.len()).unwrap_or_default();
        received.fetch_add(count, Ordering::Relaxed);
    }
}

fn settle(file: &OpenFile) -> Try {
    match file.sync_all() {
        Ok(()) => Try::Whole,
        Err(failure) => Try::Refused(Failure::unexpected(failure)),
    }
}

async fn refusal(response: Response<Incoming>, url: &Uri) -> Try {
    let (head, body) = response.into_parts();
    let body = Limited::new(body, MAX_COMPLAINT_BYTES).collect().await;
    let body = body.map(http_body_util::Collected::to_bytes);
    let answer = Answer {
        status: head.status,
        headers: head.headers,
        body: body.unwrap_or_default(),
    };
    if answer.is_later() {
        return Try::Broken(answer.complaint(), answer.retry_after());
    }
    let complaint = answer.complaint();
    Try::Refused(Failure::refused(format!("{url}: {complaint}")))
}

fn start_over(part: &Path) -> Try {
    match fs::remove_file(part) {
        Ok(()) => Try::Broken("what was there is not part of it".to_owned(), None),
        Err(failure) => Try::Refused(Failure::unexpected(failure)),
    }
}

/// `bytes 100-199/200`
fn starts_at(headers: &HeaderMap, have: u64) -> bool {
    let range = content_range(headers).and_then(|range| range.split_once('-'));
    range.and_then(|(start, _)| start.trim().parse().ok()) == Some(have)
}

/// `bytes */200`
fn whole_length(headers: &HeaderMap) -> Option<u64> {
    let (_, length) = content_range(headers)?.split_once('/')?;
    length.trim().parse().ok()
}

fn content_range(headers: &HeaderMap) -> Option<&str> {
    let range = headers.get(CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")
}

fn part(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    PathBuf::from(name)
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |facts| facts.len())
}

#[cfg(test)]
mod tests;
