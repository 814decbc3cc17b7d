//! The directory with everything that `fyr serve` keeps, held by one process at a time.
//!
//! ```text
//! fyr-data/
//!   lock                the holder's process id; locked while it lives
//!   dynamodb.sqlite3    the tables, with SQLite's -wal and -shm beside it
//!   objects/            what S3 holds
//! ```
//!
//! The lock is the operating system's, not the file's existence: it goes away with its process,
//! however that ends, so a crash leaves nothing to clean up.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A data directory that belongs to this process until it is dropped.
#[derive(Debug)]
pub struct DataDirectory {
    path: PathBuf,
    // Never read: the lock lives as long as the open file.
    _lock: File,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum DirectoryError {
    /// Another process holds it.
    #[error(
        "the data directory {} is in use by another fyr process{}; \
         stop that one, or name another directory", .path.display(), holder(.path)
    )]
    InUse {
        /// The directory.
        path: PathBuf,
    },
    /// It cannot be created or written.
    #[error("the data directory {} cannot be used: {source}", .path.display())]
    Unusable {
        /// The directory.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl DataDirectory {
    /// Creates the directory if need be, and takes it.
    ///
    /// # Errors
    /// [`DirectoryError::InUse`] while another process holds it, else
    /// [`DirectoryError::Unusable`].
    pub fn take(path: &Path) -> Result<Self, DirectoryError> {
        let unusable = |source| DirectoryError::Unusable {
            path: path.to_owned(),
            source,
        };
        fs::create_dir_all(path).map_err(unusable)?;
        let mut lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(lock_file(path))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(DirectoryError::InUse {
                    path: path.to_owned(),
                });
            }
            Err(TryLockError::Error(source)) => return Err(unusable(source)),
        }
        lock.set_len(0)
            .and_then(|()| writeln!(lock, "{}", std::process::id()))
            .map_err(unusable)?;
        Ok(Self {
            path: path.to_owned(),
            _lock: lock,
        })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The file of the DynamoDB tables.
    pub(crate) fn tables_file(&self) -> PathBuf {
        self.path.join("dynamodb.sqlite3")
    }

    /// The folder of S3's objects.
    pub(crate) fn objects_folder(&self) -> PathBuf {
        self.path.join("objects")
    }
}

fn lock_file(directory: &Path) -> PathBuf {
    directory.join("lock")
}

/// " (process 4711)", when the holder has written its id.
fn holder(directory: &Path) -> String {
    match fs::read_to_string(lock_file(directory)) {
        Ok(id) if !id.trim().is_empty() => format!(" (process {})", id.trim()),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_held_by_one_at_a_time_and_freed_on_drop() {
        let place = tempfile::tempdir().unwrap();
        let first = DataDirectory::take(&place.path().join("data")).unwrap();
        let refusal = DataDirectory::take(first.path()).unwrap_err().to_string();
        assert!(
            refusal.contains("in use by another fyr process"),
            "{refusal}"
        );
        assert!(
            refusal.contains(&std::process::id().to_string()),
            "{refusal}"
        );
        let path = first.path().to_owned();
        drop(first);
        DataDirectory::take(&path).unwrap();
    }

    #[test]
    fn a_file_in_the_place_of_the_directory_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let refusal = DataDirectory::take(file.path()).unwrap_err().to_string();
        assert!(refusal.contains("cannot be used"), "{refusal}");
    }
}
