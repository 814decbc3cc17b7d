//! Lines of NDJSON become files.
//!
//! One type in a file, a line for each resource, every line with its `\n`, gzip over all. A file is
//! cut at a number of lines or a size of its text, whichever comes first; a turn ends when all its
//! files together have that size, which bounds what a worker holds.

use std::collections::BTreeMap;
use std::io::Write;

use bytes::Bytes;
use fhir::outcome::{self, Issue};
use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::Stop;
use super::place::Role;
use crate::settings::ExportSettings;

/// A line, and the file that it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub(super) role: Role,
    pub(super) kind: String,
    pub(super) text: Vec<u8>,
}

/// A file that is complete.
#[derive(Debug)]
pub(super) struct Packed {
    pub(super) role: Role,
    pub(super) kind: String,
    pub(super) count: u64,
    pub(super) text_bytes: u64,
    pub(super) bytes: Bytes,
}

/// The files of a turn.
pub(super) struct Output {
    max_lines: u64,
    max_bytes: u64,
    open: BTreeMap<(Role, String), Open>,
    full: Vec<Packed>,
    text_bytes: u64,
}

struct Open {
    gzip: GzEncoder<Vec<u8>>,
    count: u64,
    text_bytes: u64,
}

impl Output {
    pub(super) fn new(settings: &ExportSettings) -> Self {
        Self {
            max_lines: settings.file_lines,
            max_bytes: settings.file_bytes,
            open: BTreeMap::new(),
            full: Vec::new(),
            text_bytes: 0,
        }
    }

    /// Adds a line.
    pub(super) fn add(&mut self, line: &Line) -> Result<(), Stop> {
        let size = line.text.len() as u64 + 1;
        let at = (line.role, line.kind.clone());
        let has_room =
            |open: &Open| open.count < self.max_lines && open.text_bytes + size <= self.max_bytes;
        let is_full = self.open.get(&at).is_some_and(|open| !has_room(open));
        if is_full && let Some(open) = self.open.remove(&at) {
            self.full.push(open.pack(at.0, at.1.clone())?);
        }
        let open = self.open.entry(at).or_insert_with(Open::new);
        open.gzip.write_all(&line.text).map_err(broken)?;
        open.gzip.write_all(b"\n").map_err(broken)?;
        open.count += 1;
        open.text_bytes += size;
        self.text_bytes += size;
        Ok(())
    }

    /// Adds what was left out of account, as the owner allowed.
    pub(super) fn add_errors(&mut self, ignored: &[Issue]) -> Result<(), Stop> {
        for issue in ignored {
            let outcome = outcome::outcome(std::slice::from_ref(issue));
            self.add(&Line {
                role: Role::Error,
                kind: "OperationOutcome".to_owned(),
                text: serde_json::to_vec(&outcome).map_err(|e| Stop::Again(e.into()))?,
            })?;
        }
        Ok(())
    }

    /// Whether the turn has written as much as one file may have.
    pub(super) fn is_enough(&self) -> bool {
        self.text_bytes >= self.max_bytes || !self.full.is_empty()
    }

    /// All files, complete.
    pub(super) fn finish(self) -> Result<Vec<Packed>, Stop> {
        let mut packed = self.full;
        for ((role, kind), open) in self.open {
            packed.push(open.pack(role, kind)?);
        }
        Ok(packed)
    }
}

impl Open {
    fn new() -> Self {
        Self {
            gzip: GzEncoder::new(Vec::new(), Compression::default()),
            count: 0,
            text_bytes: 0,
        }
    }

    fn pack(self, role: Role, kind: String) -> Result<Packed, Stop> {
        Ok(Packed {
            role,
            kind,
            count: self.count,
            text_bytes: self.text_bytes,
            bytes: self.gzip.finish().map_err(broken)?.into(),
        })
    }
}

/// Writing to memory does not fail.
fn broken(error: std::io::Error) -> Stop {
    Stop::Again(error.into())
}
