//! Dictionaries for compression: what documents of a kind have in common, so that each is stored as
//! what sets it apart.
//!
//! The store knows kinds as names only; whoever knows what documents look like trains dictionaries
//! and gives them to [`Store::with_dictionaries`]. A stored body names its dictionary by number, so a
//! dictionary is never changed and never taken away: a better one gets another number.

use std::cell::RefCell;
use std::fmt;
use std::io;
use std::sync::OnceLock;

use bytes::Bytes;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::{DecoderDictionary, EncoderDictionary};
use zstd::zstd_safe::CParameter;

use crate::body::{MIN_COMPRESSED, content_size, damaged, encode_as};
use crate::error::StoreError;
use crate::store::Store;

/// With a dictionary level 3 gains 1 to 4 %, and takes 0.4 MB and some 800,000 instructions to make it ready, half of
/// what a function's first commit allocates (docs/adr/0011-dictionaries.md).
const LEVEL: i32 = 1;

/// A dictionary, and what it is for.
#[derive(Debug, Clone, Copy)]
pub struct Dictionary {
    /// Names it for ever.
    pub number: u16,
    /// The kinds of documents that are compressed with it; empty for all those without one of
    /// their own. Of several the one with the highest number is taken.
    pub kinds: &'static [&'static str],
    /// A zstd dictionary.
    pub bytes: &'static [u8],
}

/// Dictionaries, made ready. A copy is a reference.
#[derive(Clone, Copy, Default)]
pub struct Dictionaries(&'static [Prepared]);

struct Prepared {
    dictionary: Dictionary,
    /// Made when first used: most processes need one or two of them.
    encoder: OnceLock<EncoderDictionary<'static>>,
    decoder: OnceLock<DecoderDictionary<'static>>,
}

impl Prepared {
    fn encoder(&self) -> &EncoderDictionary<'static> {
        let copy = || EncoderDictionary::copy(self.dictionary.bytes, LEVEL);
        self.encoder.get_or_init(copy)
    }

    fn decoder(&self) -> &DecoderDictionary<'static> {
        let copy = || DecoderDictionary::copy(self.dictionary.bytes);
        self.decoder.get_or_init(copy)
    }
}

thread_local! {
    /// Setting one up costs more than compressing a body with it.
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> = const { RefCell::new(None) };
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> = const { RefCell::new(None) };
}

/// The frame does not name its dictionary: the body around it does.
fn compressor_for_dictionaries() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::DictIdFlag(false))?;
    Ok(compressor)
}

impl Dictionaries {
    /// Makes dictionaries ready. They stay in memory until the process ends: do this once.
    pub fn new(dictionaries: &[Dictionary]) -> Self {
        let prepared = dictionaries.iter().map(|dictionary| Prepared {
            dictionary: *dictionary,
            encoder: OnceLock::new(),
            decoder: OnceLock::new(),
        });
        Self(Box::leak(prepared.collect()))
    }

    /// Bytes that a body of this kind takes at rest.
    pub fn stored_bytes(self, kind: &str, body: &[u8]) -> usize {
        encode_as(kind, body, self).len()
    }

    /// Number of the dictionary and a zstd frame; none when there is nothing to gain.
    pub(crate) fn compress(self, kind: &str, body: &[u8]) -> Option<(u16, Vec<u8>)> {
        if body.len() < MIN_COMPRESSED {
            return None;
        }
        let prepared = self.for_kind(kind)?;
        let frame = COMPRESSOR.with_borrow_mut(|compressor| {
            if compressor.is_none() {
                *compressor = compressor_for_dictionaries().ok();
            }
            let compressor = compressor.as_mut()?;
            compressor
                .set_prepared_dictionary(prepared.encoder())
                .ok()?;
            compressor.compress(body).ok()
        })?;
        Some((prepared.dictionary.number, frame))
    }

    /// The body of a frame that was compressed with this dictionary.
    pub(crate) fn decompress(self, number: u16, frame: &[u8]) -> Result<Bytes, StoreError> {
        let is_meant = |prepared: &&Prepared| prepared.dictionary.number == number;
        let Some(prepared) = self.0.iter().find(is_meant) else {
            return Err(StoreError::Corrupt(format!(
                "body with unknown dictionary {number}"
            )));
        };
        let size = content_size(frame)?;
        let body = DECOMPRESSOR.with_borrow_mut(|decompressor| {
            if decompressor.is_none() {
                *decompressor = Decompressor::new().ok();
            }
            let decompressor = decompressor.as_mut()?;
            decompressor
                .set_prepared_dictionary(prepared.decoder())
                .ok()?;
            decompressor.decompress(frame, size).ok()
        });
        body.map(Bytes::from).ok_or_else(damaged)
    }

    fn for_kind(self, kind: &str) -> Option<&'static Prepared> {
        let newest = |is_meant: &dyn Fn(&[&str]) -> bool| {
            let meant = self
                .0
                .iter()
                .filter(|prepared| is_meant(prepared.dictionary.kinds));
            meant.max_by_key(|prepared| prepared.dictionary.number)
        };
        newest(&|kinds| kinds.contains(&kind)).or_else(|| newest(&|kinds| kinds.is_empty()))
    }
}

impl fmt::Debug for Dictionaries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let numbers = self.0.iter().map(|prepared| prepared.dictionary.number);
        f.debug_list().entries(numbers).finish()
    }
}

impl Store {
    /// The same store, which compresses with these dictionaries, and reads what was.
    pub fn with_dictionaries(self, dictionaries: Dictionaries) -> Self {
        Self {
            dictionaries,
            ..self
        }
    }
}
