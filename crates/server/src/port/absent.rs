//! The ports of a process that keeps no files and starts no jobs: a function whose permissions do
//! not go so far.

use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt, ready};

use super::{FileError, FileFacts, FileLabel, FileList, Files, Put, Queue, QueueError};

/// A call for what this process was not given.
#[derive(Debug, thiserror::Error)]
#[error("this process has {0}")]
struct Absent(&'static str);

/// No files: every call fails.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFiles;

/// No queue: no message can be sent.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoQueue;

fn no_files<T: Send + 'static>() -> BoxFuture<'static, Result<T, FileError>> {
    ready(Err(FileError::Unavailable(Absent("no files").into()))).boxed()
}

impl Files for NoFiles {
    fn put(&self, _: String, _: Bytes, _: FileLabel) -> BoxFuture<'_, Result<Put, FileError>> {
        no_files()
    }

    fn get(&self, _: String, _: Option<Range<u64>>) -> BoxFuture<'_, Result<Bytes, FileError>> {
        no_files()
    }

    fn head(&self, _: String) -> BoxFuture<'_, Result<FileFacts, FileError>> {
        no_files()
    }

    fn delete(&self, _: Vec<String>) -> BoxFuture<'_, Result<(), FileError>> {
        no_files()
    }

    fn list(&self, _: String, _: Option<String>) -> BoxFuture<'_, Result<FileList, FileError>> {
        no_files()
    }

    fn link(&self, _: String, _: Duration) -> BoxFuture<'_, Result<String, FileError>> {
        no_files()
    }
}

impl Queue for NoQueue {
    fn send(&self, _: String, _: Duration) -> BoxFuture<'_, Result<(), QueueError>> {
        ready(Err(QueueError::Refused(Absent("no queue").into()))).boxed()
    }
}
