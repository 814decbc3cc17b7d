//! Bodies at rest: one codec byte, then the bytes.
//!
//! | codec | bytes |
//! |-------|-------|
//! | 0     | as they are |
//! | 1     | one zstd frame, no dictionary |
//! | 2     | number of a dictionary (2 bytes), one zstd frame (see `dictionary`) |
//! | 3     | where the stored form is kept, as it is too large for an item (see `spill`) |
//!
//! Codecs are only ever added, so that every body ever written stays readable. Level 3: higher
//! levels gain nothing on bodies of this size.

use std::cell::RefCell;

use bytes::Bytes;
use zstd::bulk::{Compressor, Decompressor};

use crate::dictionary::Dictionaries;
use crate::error::StoreError;

const RAW: u8 = 0;
const ZSTD: u8 = 1;
const WITH_DICTIONARY: u8 = 2;
/// The codec of a body that is somewhere else.
pub(crate) const ELSEWHERE: u8 = 3;

const LEVEL: i32 = 3;
/// Below this a frame header costs more than compression gains.
pub(crate) const MIN_COMPRESSED: usize = 64;
/// More than any request can hold: a frame that claims more is damaged.
pub(crate) const MAX_BODY_BYTES: usize = 256 * 1024 * 1024;

thread_local! {
    /// Setting one up costs more than compressing a body with it.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The stored form of a text that is no document.
pub(crate) fn encode(body: &[u8]) -> Bytes {
    match compress(body) {
        Some(frame) if frame.len() < body.len() => stored(&[ZSTD], &frame),
        _ => stored(&[RAW], body),
    }
}

/// The stored form of the body of a document of this kind.
pub(crate) fn encode_as(kind: &str, body: &[u8], dictionaries: Dictionaries) -> Bytes {
    match dictionaries.compress(kind, body) {
        Some((number, frame)) if frame.len() + 2 < body.len() => {
            let [high, low] = number.to_be_bytes();
            stored(&[WITH_DICTIONARY, high, low], &frame)
        }
        Some(_) => stored(&[RAW], body),
        None => encode(body),
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
    decode_with(stored, Dictionaries::default())
}

/// The body that [`encode_as`] was given.
pub(crate) fn decode_with(stored: &Bytes, dictionaries: Dictionaries) -> Result<Bytes, StoreError> {
    let (&codec, rest) = stored
        .split_first()
        .ok_or_else(|| StoreError::Corrupt("body without a codec".into()))?;
    match codec {
        RAW => Ok(stored.slice(1..)),
        ZSTD => decompress(rest),
        WITH_DICTIONARY => {
            let (number, frame) = rest.split_first_chunk().ok_or_else(damaged)?;
            dictionaries.decompress(u16::from_be_bytes(*number), frame)
        }
        codec => Err(StoreError::Corrupt(format!("body with codec {codec}"))),
    }
}

/// Whether [`decode`] is not enough to read it.
pub(crate) fn needs_more(stored: &[u8]) -> bool {
    matches!(stored.first(), Some(&(WITH_DICTIONARY | ELSEWHERE)))
}

/// The stored form of bytes as they are.
pub(crate) fn raw(body: &[u8]) -> Bytes {
    stored(&[RAW], body)
}

fn stored(codec: &[u8], bytes: &[u8]) -> Bytes {
    let mut stored = Vec::with_capacity(codec.len() + bytes.len());
    stored.extend_from_slice(codec);
    stored.extend_from_slice(bytes);
    stored.into()
}

pub(crate) fn damaged() -> StoreError {
    StoreError::Corrupt("body is not a zstd frame".into())
}

/// Bytes of what is in a frame.
pub(crate) fn content_size(frame: &[u8]) -> Result<usize, StoreError> {
    let size = zstd::zstd_safe::get_frame_content_size(frame)
        .ok()
        .flatten();
    let size = size.and_then(|size| usize::try_from(size).ok());
    size.filter(|size| *size <= MAX_BODY_BYTES)
        .ok_or_else(damaged)
}

fn decompress(frame: &[u8]) -> Result<Bytes, StoreError> {
    let size = content_size(frame)?;
    let body = DECOMPRESSOR.with_borrow_mut(|decompressor| {
        if decompressor.is_none() {
            *decompressor = Decompressor::new().ok();
        }
        decompressor.as_mut()?.decompress(frame, size).ok()
    });
    body.map(Bytes::from).ok_or_else(damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Dictionary;

    /// Any bytes are a dictionary, of contents alone.
    fn dictionaries() -> Dictionaries {
        let dictionary = |number, kinds, bytes| Dictionary {
            number,
            kinds,
            bytes,
        };
        Dictionaries::new(&[
            dictionary(
                1,
                &["A"],
                b"what documents of the kind A have in common, for once",
            ),
            dictionary(
                2,
                &[],
                b"what all other documents may have in common, for twice",
            ),
            dictionary(
                7,
                &["A"],
                b"what documents of the kind A now have in common, at last",
            ),
        ])
    }

    #[test]
    fn a_body_survives_storage_whatever_its_size() {
        for size in [0, 1, 63, 64, 1000, 100_000] {
            let body = "abc ".repeat(size).into_bytes();
            assert_eq!(decode(&encode(&body)).unwrap(), body);
            for kind in ["A", "B"] {
                let stored = encode_as(kind, &body, dictionaries());
                assert_eq!(decode_with(&stored, dictionaries()).unwrap(), body);
            }
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
    fn a_kind_has_its_own_dictionary_or_the_one_for_all_others() {
        let body = b"what documents of the kind A now have in common, at last: nothing else";
        let stored = encode_as("A", body, dictionaries());
        assert_eq!(stored.get(..3), Some(&[WITH_DICTIONARY, 0, 7][..]));
        assert!(stored.len() < 40, "{} bytes", stored.len());
        let other = encode_as("B", &body.repeat(2), dictionaries());
        assert_eq!(other.get(..3), Some(&[WITH_DICTIONARY, 0, 2][..]));
    }

    #[test]
    fn bodies_from_before_there_were_dictionaries_stay_readable() {
        for body in [b"{}".to_vec(), "abc ".repeat(100).into_bytes()] {
            assert_eq!(decode_with(&encode(&body), dictionaries()).unwrap(), body);
        }
    }

    #[test]
    fn a_damaged_body_is_an_error() {
        for stored in [
            &b""[..],
            b"\x07abc",
            b"\x01abc",
            b"\x02\0",
            b"\x02\0\x09abc",
        ] {
            let stored = Bytes::copy_from_slice(stored);
            let read = decode_with(&stored, dictionaries());
            assert!(matches!(read, Err(StoreError::Corrupt(_))));
        }
    }
}
