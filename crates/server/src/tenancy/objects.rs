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

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use store::simulated::SimulatedBlobs;

    use super::*;
    use crate::simulated::SimulatedFiles;

    fn prefix(tenant: &str) -> Prefix {
        Prefix::of(&tenant.parse().unwrap())
    }

    #[test]
    fn a_blob_of_one_tenant_is_neither_read_nor_deleted_by_another() {
        let all = SimulatedBlobs::new();
        let [of_a, of_b] =
            ["a", "b"].map(|name| TenantBlobs::new(Arc::new(all.clone()), prefix(name)));
        let key = || "0123".to_owned();
        block_on(of_a.put(key(), Bytes::from_static(b"a"))).unwrap();
        assert!(block_on(of_b.get(key())).is_err());
        block_on(of_b.delete(vec![key()])).unwrap();
        assert_eq!(all.keys(), ["a~0123"]);
        block_on(of_b.put(key(), Bytes::from_static(b"b"))).unwrap();
        assert_eq!(block_on(of_a.get(key())).unwrap(), "a");
        block_on(of_a.delete(vec![key()])).unwrap();
        assert_eq!(all.keys(), ["b~0123"]);
    }

    #[test]
    fn a_file_of_one_tenant_is_neither_read_nor_listed_nor_linked_nor_deleted_by_another() {
        let all = SimulatedFiles::new();
        let [of_a, of_b] =
            ["a", "b"].map(|name| TenantFiles::new(Arc::new(all.clone()), prefix(name)));
        let key = || "export/1/f".to_owned();
        let label = FileLabel {
            job: "1".to_owned(),
            owner: "u".to_owned(),
            kind: "Organization".to_owned(),
        };
        block_on(of_a.put(key(), Bytes::from_static(b"a"), label)).unwrap();
        assert_eq!(all.keys(), ["a~export/1/f"]);
        assert!(block_on(of_b.get(key(), None)).is_err());
        assert!(block_on(of_b.head(key())).is_err());
        let minute = Duration::from_mins(1);
        let linked = block_on(of_a.link(key(), minute)).unwrap();
        assert!(linked.contains("a~export/1/f"), "{linked}");
        let listed = |files: &TenantFiles| {
            let list = block_on(files.list("export/".to_owned(), None)).unwrap();
            list.files
                .into_iter()
                .map(|file| file.key)
                .collect::<Vec<_>>()
        };
        assert_eq!(listed(&of_a), ["export/1/f"]);
        assert!(listed(&of_b).is_empty());
        block_on(of_b.delete(vec![key()])).unwrap();
        assert_eq!(block_on(of_a.get(key(), None)).unwrap(), "a");
    }
}
