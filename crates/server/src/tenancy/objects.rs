//! The blobs and the files of one tenant: those of all, with its name in front of every key.

use std::{ops::Range, sync::Arc, time::Duration};

use bytes::Bytes;
use futures::future::{BoxFuture, FutureExt};
use store::{BlobError, Blobs};

use super::name::Prefix;
use crate::port::{FileError, FileFacts, FileLabel, FileList, Files, ListedFile, Put};

pub(super) struct TenantBlobs {
    all: Arc<dyn Blobs>,
    prefix: Prefix,
}

pub(super) struct TenantFiles {
    all: Arc<dyn Files>,
    prefix: Prefix,
}

impl TenantBlobs {
    pub(super) fn new(all: Arc<dyn Blobs>, prefix: Prefix) -> Self {
        Self { all, prefix }
    }
}

impl Blobs for TenantBlobs {
    fn put(&self, key: String, bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        self.all.put(self.prefix.add(&key), bytes)
    }

    fn get(&self, key: String) -> BoxFuture<'_, Result<Bytes, BlobError>> {
        self.all.get(self.prefix.add(&key))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        self.all
            .delete(keys.iter().map(|key| self.prefix.add(key)).collect())
    }
}

impl TenantFiles {
    pub(super) fn new(all: Arc<dyn Files>, prefix: Prefix) -> Self {
        Self { all, prefix }
    }
}

impl Files for TenantFiles {
    fn put(
        &self,
        key: String,
        bytes: Bytes,
        label: FileLabel,
    ) -> BoxFuture<'_, Result<Put, FileError>> {
        self.all.put(self.prefix.add(&key), bytes, label)
    }

    fn get(
        &self,
        key: String,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'_, Result<Bytes, FileError>> {
        self.all.get(self.prefix.add(&key), range)
    }

    fn head(&self, key: String) -> BoxFuture<'_, Result<FileFacts, FileError>> {
        self.all.head(self.prefix.add(&key))
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), FileError>> {
        self.all
            .delete(keys.iter().map(|key| self.prefix.add(key)).collect())
    }

    fn list(
        &self,
        prefix: String,
        after: Option<String>,
    ) -> BoxFuture<'_, Result<FileList, FileError>> {
        let prefix = self.prefix.add(&prefix);
        let after = after.map(|key| self.prefix.add(&key));
        async move {
            let list = self.all.list(prefix, after).await?;
            let strip = |key: &str| self.prefix.strip(key).map(str::to_owned);
            let own = |file: ListedFile| {
                Some(ListedFile {
                    key: strip(&file.key)?,
                    ..file
                })
            };
            Ok(FileList {
                files: list.files.into_iter().filter_map(own).collect(),
                next: list.next.as_deref().and_then(strip),
            })
        }
        .boxed()
    }

    fn link(&self, key: String, lifetime: Duration) -> BoxFuture<'_, Result<String, FileError>> {
        self.all.link(self.prefix.add(&key), lifetime)
    }
}
