//! The files of an import: what is to be imported, and what came of it.
//!
//! ```text
//! import/<job>/<file>     gzip
//!   a part                a line for each tree: [[position, entry], …]
//!   what a turn did       a line for each entry of the answer: its place, a tab, the entry
//!   a page of the answer  a line for each entry
//! ```

use std::io::{Read, Write};

use bytes::Bytes;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::Value;

use super::IMPORT;
use crate::{
    job::{Job, Stop},
    port::FileLabel,
};

/// A tree: its entries, with their positions in what was sent.
pub(super) type Tree = Vec<(usize, Value)>;

/// An entry of the answer as text, and its place there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) place: usize,
    pub(super) text: String,
}

/// What the keys of the files begin with.
pub(super) const FOLDER: &str = "import";

/// The key of a file.
pub(super) fn key(job: &str, file: &str) -> String {
    format!("{FOLDER}/{job}/{file}")
}

pub(super) fn label(job: &Job) -> FileLabel {
    label_of(&job.id, &job.owner)
}

pub(super) fn label_of(job: &str, owner: &str) -> FileLabel {
    FileLabel {
        job: job.to_owned(),
        owner: owner.to_owned(),
        kind: IMPORT.to_owned(),
    }
}

/// A part, as it is kept.
pub(super) fn pack_trees<'a>(
    trees: impl Iterator<Item = &'a [(usize, &'a Value)]>,
) -> std::io::Result<Bytes> {
    let lines: Result<Vec<String>, _> = trees.map(serde_json::to_string).collect();
    pack(lines?.iter().map(String::as_str))
}

/// Lines, as they are kept.
pub(super) fn pack<'a>(lines: impl Iterator<Item = &'a str>) -> std::io::Result<Bytes> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    for line in lines {
        gzip.write_all(line.as_bytes())?;
        gzip.write_all(b"\n")?;
    }
    gzip.finish().map(Bytes::from)
}

/// The text of a file.
pub(super) fn unpack(bytes: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text)?;
    Ok(text)
}

/// The trees of a part.
pub(super) fn trees(bytes: &[u8]) -> Result<Vec<Tree>, Stop> {
    let text = unpack(bytes).map_err(broken)?;
    let trees: Result<Vec<Tree>, _> = text.lines().map(serde_json::from_str).collect();
    trees.map_err(broken)
}

/// What a turn did.
pub(super) fn lines(bytes: &[u8]) -> Result<Vec<Line>, Stop> {
    let text = unpack(bytes).map_err(broken)?;
    let line = |line: &str| {
        let (place, text) = line.split_once('\t')?;
        Some(Line {
            place: place.parse().ok()?,
            text: text.to_owned(),
        })
    };
    let lines: Option<Vec<Line>> = text.lines().map(line).collect();
    lines.ok_or_else(|| broken("a line without a place"))
}

/// The same, as it is kept.
pub(super) fn pack_lines(lines: &[Line]) -> Result<Bytes, Stop> {
    let lines: Vec<String> = lines
        .iter()
        .map(|line| format!("{}\t{}", line.place, line.text))
        .collect();
    pack(lines.iter().map(String::as_str)).map_err(broken)
}

/// A file of ours that cannot be read: no attempt will go better.
pub(super) fn broken(error: impl std::fmt::Display) -> Stop {
    tracing::error!(%error, "an import cannot go on");
    Stop::Final("an internal error; the import cannot be completed".to_owned())
}
