//! Bodies at rest: one codec byte, then the bytes.
//!
//! | codec | bytes |
//! |-------|-------|
//! | 0     | as they are |
//! | 1     | one zstd frame, no dictionary |
//!
//! Codecs are only ever added, so that every body ever written stays readable. Level 3: higher
//! levels gain nothing on bodies of this size.

use std::cell::RefCell;

use bytes::Bytes;
use zstd::bulk::{Compressor, Decompressor};

use crate::error::StoreError;

const RAW: u8 = 0;
const ZSTD: u8 = 1;
const LEVEL: i32 = 3;
/// Below this a frame header costs more than compression gains.
const MIN_COMPRESSED: usize = 64;
/// More than any request can hold: a frame that claims more is damaged.
const MAX_BODY_BYTES: u64 = 256 * 1024 * 1024;

thread_local! {
    /// Setting one up costs more than compressing a body with it.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The stored form of a body.
pub(crate) fn encode(body: &[u8]) -> Bytes {
    match compress(body) {
        Some(frame) if frame.len() < body.len() => prefixed(ZSTD, &frame),
        _ => prefixed(RAW, body),
    }
}

fn compress(body: &[u8]) -> Option<Vec<u8>> {
    if body.len() < MIN_COMPRESSED {
        return None;
    }
    COMPRESSOR.with_borrow_mut(|compressor| {
        if compressor.is_none() {
            *compressor = Compressor::new(LEVEL).ok();
        }
        compressor.as_mut()?.compress(body).ok()
    })
}

/// The body that [`encode`] was given.
pub(crate) fn decode(stored: &Bytes) -> Result<Bytes, StoreError> {
    match stored.split_first() {
        Some((&RAW, _)) => Ok(stored.slice(1..)),
        Some((&ZSTD, frame)) => decompress(frame),
        Some((codec, _)) => Err(StoreError::Corrupt(format!(
            "body with unknown codec {codec}"
        ))),
        None => Err(StoreError::Corrupt("body without a codec".into())),
    }
}

fn prefixed(codec: u8, bytes: &[u8]) -> Bytes {
    let mut stored = Vec::with_capacity(bytes.len() + 1);
    stored.push(codec);
    stored.extend_from_slice(bytes);
    stored.into()
}

fn decompress(frame: &[u8]) -> Result<Bytes, StoreError> {
    let damaged = || StoreError::Corrupt("body is not a zstd frame".into());
    let size = zstd::zstd_safe::get_frame_content_size(frame)
        .ok()
        .flatten()
        .ok_or_else(damaged)?;
    if size > MAX_BODY_BYTES {
        return Err(damaged());
    }
    let capacity = usize::try_from(size).map_err(|_| damaged())?;
    let body = DECOMPRESSOR.with_borrow_mut(|decompressor| {
        if decompressor.is_none() {
            *decompressor = Decompressor::new().ok();
        }
        decompressor.as_mut()?.decompress(frame, capacity).ok()
    });
    body.map(Bytes::from).ok_or_else(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_survives_storage_whatever_its_size() {
        for size in [0, 1, 63, 64, 1000, 100_000] {
            let body = "abc ".repeat(size).into_bytes();
            assert_eq!(decode(&encode(&body)).unwrap(), body);
        }
    }

    #[test]
    fn a_long_body_is_compressed_and_a_short_one_is_not() {
        assert_eq!(encode(b"{}").first(), Some(&RAW));
        let long = encode("abc ".repeat(100).as_bytes());
        assert_eq!(long.first(), Some(&ZSTD));
        assert!(long.len() < 50);
    }

    #[test]
    fn a_damaged_body_is_an_error() {
        for stored in [&b""[..], b"\x07abc", b"\x01abc"] {
            let stored = Bytes::copy_from_slice(stored);
            assert!(matches!(decode(&stored), Err(StoreError::Corrupt(_))));
        }
    }
}
