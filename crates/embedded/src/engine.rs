//! One embedded DynamoDB: dynoxide's `Database` over a SQLite file or memory.
//!
//! What an acknowledged write survives, and what it costs:
//!
//! | durability | killed process | power loss | SQLite |
//! |---|---|---|---|
//! | memory | no | no | no file |
//! | [`Durability::ProcessCrash`] | yes | the last commits may be gone, the rest is whole | WAL, `synchronous=NORMAL` |
//! | [`Durability::PowerLoss`] | yes | yes | WAL, `synchronous=FULL`: an fsync per commit |
//!
//! Every DynamoDB write call, `TransactWriteItems` included, is one SQLite transaction (dynoxide's
//! `with_write_transaction`), so a kill in the middle leaves all of it or nothing.
//!
//! The file is opened with SQLite's `unix-excl` file system: one process has it, as the directory's
//! lock says anyway, so that a read takes no file locks, which are four system calls.
//! <https://www.sqlite.org/vfs.html#standard_unix_vfses>
//!
//! dynoxide is synchronous and serializes its callers on one lock around one SQLite connection.

use std::net::SocketAddr;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::{Database, DynoxideError};

use crate::directory::DataDirectory;
use crate::dispatch::Operations;
use crate::loopback::Loopback;
use crate::{seam, wire};

/// What an acknowledged write survives. See the module head.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Durability {
    /// The end of the process, however it comes, but not of the machine.
    #[default]
    ProcessCrash,
    /// Also a power loss.
    PowerLoss,
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// SQLite or its file.
    #[error("the embedded DynamoDB did not open: {0}")]
    Open(#[from] DynoxideError),
    /// The directory's name is not text, which dynoxide asks for.
    #[error("the data directory's name is not valid Unicode")]
    Name,
    /// The listener's address.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// What was asked for.
        address: SocketAddr,
        /// What the operating system said.
        source: std::io::Error,
    },
}

/// An embedded DynamoDB. Clones share it.
#[derive(Clone)]
pub struct Engine {
    operations: Arc<Operations>,
}

impl Engine {
    /// An engine that forgets everything when its last clone is dropped.
    ///
    /// # Errors
    /// [`EngineError::Open`].
    pub fn in_memory() -> Result<Self, EngineError> {
        Ok(Self::over(Database::memory()?))
    }

    /// The engine over the tables in this directory, which are created when missing.
    ///
    /// # Errors
    /// [`EngineError::Open`] or [`EngineError::Name`].
    pub fn open(directory: &DataDirectory, durability: Durability) -> Result<Self, EngineError> {
        let file = directory.tables_file();
        let database = Database::new(&address_of(file.to_str().ok_or(EngineError::Name)?))?;
        if durability == Durability::ProcessCrash {
            // dynoxide opens with SQLite's own default, FULL. This call, meant for the end of an
            // import, sets `synchronous=NORMAL` and SQLite's default cache sizes, nothing else.
            database.disable_bulk_loading()?;
        }
        Ok(Self::over(database))
    }

    fn over(database: Database) -> Self {
        Self {
            operations: Arc::new(Operations::new(database)),
        }
    }

    /// An HTTP client for the AWS SDK whose every request is answered by this engine, on the thread
    /// that makes it and without a socket.
    pub fn http_client(&self) -> SharedHttpClient {
        seam::http_client(Arc::clone(&self.operations))
    }

    /// Serves DynamoDB's wire protocol on this address, on a thread of its own.
    ///
    /// # Errors
    /// [`EngineError::Listen`].
    pub fn listen(&self, address: SocketAddr) -> Result<Loopback, EngineError> {
        wire::listen(address, Arc::clone(&self.operations))
            .map_err(|source| EngineError::Listen { address, source })
    }
}

/// The file as SQLite's URI, which names the file system too: <https://www.sqlite.org/uri.html>.
fn address_of(file: &str) -> String {
    let escaped = file
        .replace('%', "%25")
        .replace('?', "%3f")
        .replace('#', "%23");
    format!("file:{escaped}?vfs=unix-excl")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_may_be_called_anything() {
        let cases = [
            ("/tmp/a b/t.db", "file:/tmp/a b/t.db?vfs=unix-excl"),
            ("50%?#.db", "file:50%25%3f%23.db?vfs=unix-excl"),
        ];
        for (file, address) in cases {
            assert_eq!(address_of(file), address);
        }
    }

    #[test]
    fn the_tables_are_where_the_directory_says() {
        let home = tempfile::tempdir().unwrap();
        let directory = DataDirectory::take(&home.path().join("50% of #1?")).unwrap();
        drop(Engine::open(&directory, Durability::default()).unwrap());
        assert!(directory.tables_file().is_file());
    }
}
