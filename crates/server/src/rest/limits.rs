//! How large the head of a request may be. What is within these limits fits into what any host of
//! ours reads; what a gateway in front takes may be less.

use bytes::Bytes;
use fhir::outcome::IssueType;
use http::Request;

use crate::failure::{Failure, Kind};

/// Bytes of path and query. A longer search is posted to `_search`.
const MAX_URL_BYTES: usize = 32 * 1024;
/// Bytes of all headers, names and values.
const MAX_HEADER_BYTES: usize = 32 * 1024;
/// Headers.
const MAX_HEADERS: usize = 100;

/// Refuses a head that is too large.
///
/// # Errors
///
/// 414, or 431.
pub(super) fn check_head(request: &Request<Bytes>) -> Result<(), Failure> {
    let target = request.uri().path_and_query();
    let url = target.map_or(0, |target| target.as_str().len());
    if url > MAX_URL_BYTES {
        let text = format!("the URL has {url} bytes; the limit is {MAX_URL_BYTES}");
        return Err(Failure::new(Kind::UrlTooLong, IssueType::TooLong, text));
    }
    let headers = request.headers();
    if headers.len() > MAX_HEADERS {
        let count = headers.len();
        let text = format!("there are {count} headers; the limit is {MAX_HEADERS}");
        return Err(Failure::new(
            Kind::HeadersTooLarge,
            IssueType::TooLong,
            text,
        ));
    }
    let sizes = headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len());
    let bytes: usize = sizes.sum();
    if bytes > MAX_HEADER_BYTES {
        let text = format!("the headers have {bytes} bytes; the limit is {MAX_HEADER_BYTES}");
        return Err(Failure::new(
            Kind::HeadersTooLarge,
            IssueType::TooLong,
            text,
        ));
    }
    Ok(())
}
