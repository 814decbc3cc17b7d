//! The port to the files that jobs leave for their owners: S3, as far as the server needs it.
//!
//! ```text
//! export/<job>/<file>      bytes as they are at rest (gzip), and what they are: job, owner, type
//! ```
//!
//! A file is written once and never changed. Its label is for whoever looks at the bucket; who may
//! read a file is decided by the record of its job, before the port is asked.

use std::error::Error;
use std::ops::Range;
use std::time::Duration;

use bytes::Bytes;
use futures::future::BoxFuture;
use store::Millis;

/// The longest life of a link.
pub const MAX_LINK: Duration = Duration::from_mins(1);

/// Why a call failed. A failed put or delete may have been carried out, now or later.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// There is no file under this key.
    #[error("there is no such file")]
    NotFound,
    /// No answer, or a refusal: the files cannot be reached just now, or not by this process.
    #[error("the files cannot be reached")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
}

/// What is said of a file. Any text; it does not decide anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileLabel {
    /// The job that wrote it.
    pub job: String,
    /// The user whom the job, and so the file, belongs to.
    pub owner: String,
    /// The resource type of its lines.
    pub kind: String,
}

/// What became of a put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The file is there.
    Stored,
    /// Some file was there before, and stays as it is.
    Taken,
}

/// What is known of a file without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    /// Its size at rest.
    pub bytes: u64,
    /// What is said of it.
    pub label: FileLabel,
}

/// A file in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    /// Its key.
    pub key: String,
    /// When it was stored, by the clock of the files' keeper, to the second.
    pub stored: Millis,
}

/// Files in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileList {
    /// At most a thousand.
    pub files: Vec<ListedFile>,
    /// The `after` of the rest, if there is one.
    pub next: Option<String>,
}

/// The files of all jobs. Implementations may repeat a call that failed: each is safe to repeat.
pub trait Files: Send + Sync {
    /// Stores a file unless its key is taken. A repeated put whose first answer was lost finds its
    /// own file there: whoever must tell gives each attempt a key of its own.
    fn put(
        &self,
        key: String,
        bytes: Bytes,
        label: FileLabel,
    ) -> BoxFuture<'_, Result<Put, FileError>>;

    /// The bytes of a file, or those in a range of it, which is cut off where the file ends. Sees
    /// every put and delete that succeeded before.
    fn get(
        &self,
        key: String,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'_, Result<Bytes, FileError>>;

    /// What is known of a file.
    fn head(&self, key: String) -> BoxFuture<'_, Result<FileFacts, FileError>>;

    /// Removes any number of files; fine for those that are not there. After an error some may be
    /// removed and others not.
    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), FileError>>;

    /// The files whose keys start so, from the first key after `after` on.
    fn list(
        &self,
        prefix: String,
        after: Option<String>,
    ) -> BoxFuture<'_, Result<FileList, FileError>>;

    /// A URL that serves the file to whoever has it, for so long and for [`MAX_LINK`] at most.
    fn link(&self, key: String, lifetime: Duration) -> BoxFuture<'_, Result<String, FileError>>;
}
