//! Files in memory, which can be out of reach.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};
use store::Millis;

use super::SwitchedOff;
use crate::port::{FileError, FileFacts, FileLabel, FileList, Files, ListedFile, MAX_LINK, Put};

/// Files in one answer of a list.
const PAGE: usize = 1000;

/// Files in memory. Cheap to clone: clones share them.
#[derive(Clone, Default)]
pub struct SimulatedFiles(Arc<Mutex<Inside>>);

#[derive(Default)]
struct Inside {
    files: BTreeMap<String, File>,
    is_out_of_reach: bool,
}

struct File {
    bytes: Bytes,
    label: FileLabel,
}

impl SimulatedFiles {
    /// No files.
    pub fn new() -> Self {
        Self::default()
    }

    /// From now on every call fails without effect, or none does.
    pub fn set_out_of_reach(&self, is_out_of_reach: bool) {
        self.inside().is_out_of_reach = is_out_of_reach;
    }

    /// The keys of all files, in order.
    pub fn keys(&self) -> Vec<String> {
        self.inside().files.keys().cloned().collect()
    }

    fn answer<T: Send + 'static>(
        &self,
        call: impl FnOnce(&mut BTreeMap<String, File>) -> Result<T, FileError>,
    ) -> BoxFuture<'_, Result<T, FileError>> {
        let mut inside = self.inside();
        let answer = if inside.is_out_of_reach {
            Err(FileError::Unavailable(SwitchedOff.into()))
        } else {
            call(&mut inside.files)
        };
        ready(answer).boxed()
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Files for SimulatedFiles {
    fn put(
        &self,
        key: String,
        bytes: Bytes,
        label: FileLabel,
    ) -> BoxFuture<'_, Result<Put, FileError>> {
        self.answer(|files| {
            if files.contains_key(&key) {
                return Ok(Put::Taken);
            }
            files.insert(key, File { bytes, label });
            Ok(Put::Stored)
        })
    }

    fn get(
        &self,
        key: String,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'_, Result<Bytes, FileError>> {
        self.answer(|files| {
            let bytes = &files.get(&key).ok_or(FileError::NotFound)?.bytes;
            let within =
                |place: u64| usize::try_from(place).map_or(bytes.len(), |n| n.min(bytes.len()));
            Ok(match range {
                None => bytes.clone(),
                Some(range) => {
                    let start = within(range.start);
                    bytes.slice(start..within(range.end).max(start))
                }
            })
        })
    }

    fn head(&self, key: String) -> BoxFuture<'_, Result<FileFacts, FileError>> {
        self.answer(|files| {
            let file = files.get(&key).ok_or(FileError::NotFound)?;
            Ok(FileFacts {
                bytes: file.bytes.len() as u64,
                label: file.label.clone(),
            })
        })
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), FileError>> {
        self.answer(|files| {
            for key in keys {
                files.remove(&key);
            }
            Ok(())
        })
    }

    fn list(
        &self,
        prefix: String,
        after: Option<String>,
    ) -> BoxFuture<'_, Result<FileList, FileError>> {
        self.answer(|files| {
            let is_wanted = |key: &&String| {
                key.starts_with(&prefix) && after.as_ref().is_none_or(|after| *key > after)
            };
            let mut listed: Vec<ListedFile> = files
                .keys()
                .filter(is_wanted)
                .take(PAGE + 1)
                .map(|key| ListedFile {
                    key: key.clone(),
                    stored: Millis(0),
                })
                .collect();
            let is_more = listed.len() > PAGE;
            listed.truncate(PAGE);
            let last = listed.last().map(|file| file.key.clone());
            Ok(FileList {
                files: listed,
                next: last.filter(|_| is_more),
            })
        })
    }

    fn link(&self, key: String, lifetime: Duration) -> BoxFuture<'_, Result<String, FileError>> {
        self.answer(|_| {
            let seconds = lifetime.min(MAX_LINK).as_secs();
            Ok(format!("https://files.example/{key}?expires={seconds}"))
        })
    }
}
