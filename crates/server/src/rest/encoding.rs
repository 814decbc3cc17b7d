//! gzip, both ways, within limits.

use std::io::{Read, Write};

use bytes::Bytes;
use fhir::outcome::IssueType;
use flate2::{Compression, read::MultiGzDecoder, write::GzEncoder};

use crate::failure::{Failure, Kind};

/// Below this size gzip saves less than it costs.
const WORTH_COMPRESSING: usize = 1_024;

/// The body as it was before its `Content-Encoding`.
///
/// Never holds more than `limit` bytes and one, whatever the body would grow to.
///
/// # Errors
///
/// 413 when it is larger than the limit, 415 for an encoding other than gzip, 400 for broken gzip.
pub(super) fn decode(body: Bytes, encoding: Option<&str>, limit: usize) -> Result<Bytes, Failure> {
    let body = match encoding.map(str::trim) {
        None | Some("" | "identity") => body,
        Some(name) if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") => {
            let mut text = Vec::new();
            let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
            MultiGzDecoder::new(body.as_ref())
                .take(most)
                .read_to_end(&mut text)
                .map_err(|_| {
                    let text = "the body is said to be gzip, and is not";
                    Failure::new(Kind::Malformed, IssueType::Structure, text)
                })?;
            text.into()
        }
        Some(other) => {
            let text = format!("the content encoding \"{other}\" is not supported; gzip is");
            return Err(Failure::new(
                Kind::UnsupportedMedia,
                IssueType::NotSupported,
                text,
            ));
        }
    };
    if body.len() <= limit {
        return Ok(body);
    }
    let size = if encoding.is_some() {
        "more".to_owned()
    } else {
        body.len().to_string()
    };
    let text = format!("the limit of a request body is {limit} bytes, decompressed; it has {size}");
    Err(Failure::new(Kind::TooLarge, IssueType::TooLong, text))
}

/// Compresses a body when the client takes gzip and it is worth it. None: send it as it is.
pub(super) fn encode(body: &[u8], accepted: Option<&str>) -> Option<Vec<u8>> {
    if !accepted.is_some_and(takes_gzip) || body.len() < WORTH_COMPRESSING {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

/// Whether `Accept-Encoding` takes gzip: by its name, or else by `*`.
pub(super) fn takes_gzip(accepted: &str) -> bool {
    let quality = |wanted: &str| {
        accepted.split(',').find_map(|one| {
            let (name, parameter) = one.split_once(';').unwrap_or((one, ""));
            let quality = parameter.trim().strip_prefix("q=").unwrap_or("1");
            let is_it = name.trim().eq_ignore_ascii_case(wanted);
            is_it.then(|| quality.trim().parse::<f32>().unwrap_or(0.0))
        })
    };
    quality("gzip")
        .or_else(|| quality("*"))
        .is_some_and(|quality| quality > 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_again() {
        let text = "x".repeat(5_000);
        let packed = encode(text.as_bytes(), Some("deflate, gzip;q=0.5")).unwrap();
        assert!(packed.len() < 100);
        assert_eq!(
            decode(packed.into(), Some("gzip"), 5_000).unwrap(),
            text.as_bytes()
        );
    }

    #[test]
    fn a_bomb_is_refused_before_it_has_grown() {
        let packed = encode("x".repeat(1_000_000).as_bytes(), Some("gzip")).unwrap();
        assert_eq!(
            decode(packed.into(), Some("gzip"), 10_000)
                .unwrap_err()
                .kind,
            Kind::TooLarge
        );
    }

    #[test]
    fn a_client_that_refuses_gzip_gets_none() {
        assert!(encode(&[b'x'; 5_000], Some("gzip;q=0")).is_none());
        assert!(encode(&[b'x'; 5_000], None).is_none());
        assert!(encode(b"short", Some("gzip")).is_none());
    }
}
