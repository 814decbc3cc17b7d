//! The files of jobs in a bucket of S3. What is said of a file is its metadata, percent-encoded:
//! HTTP headers are ASCII, and a user's id may be any text.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use aws_sdk_s3::operation::head_object::HeadObjectError;
use aws_sdk_s3::presigning::PresigningConfig;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use server::port::{FileError, FileFacts, FileLabel, FileList, Files, ListedFile, MAX_LINK, Put};
use store::Millis;

use super::Bucket;
use super::failure::{code, of_file, out_of_reach};

/// What a header's value cannot hold, and the sign of the encoding itself.
const ENCODED: &AsciiSet = &CONTROLS.add(b'%').add(b' ');

/// The files in one bucket.
#[derive(Debug, Clone)]
pub struct S3Files(Bucket);

impl S3Files {
    /// The files in this bucket.
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }

    async fn put_once(
        &self,
        key: String,
        bytes: Bytes,
        label: FileLabel,
    ) -> Result<Put, FileError> {
        let client = self.0.client().await;
        let put = client
            .put_object()
            .bucket(&self.0.name)
            .key(key)
            .content_type("application/fhir+ndjson")
            .content_encoding("gzip")
            .set_metadata(Some(metadata(&label)))
            .body(bytes.into());
        match put.if_none_match("*").send().await {
            Ok(_) => Ok(Put::Stored),
            Err(failure) if code(&failure) == Some("PreconditionFailed") => Ok(Put::Taken),
            Err(failure) => Err(out_of_reach(failure)),
        }
    }

    async fn facts(&self, key: String) -> Result<FileFacts, FileError> {
        let client = self.0.client().await;
        let head = client.head_object().bucket(&self.0.name).key(key);
        let head = head.send().await.map_err(|failure| {
            let is_absent = failure
                .as_service_error()
                .is_some_and(HeadObjectError::is_not_found);
            if is_absent {
                FileError::NotFound
            } else {
                out_of_reach(failure)
            }
        })?;
        Ok(FileFacts {
            bytes: head
                .content_length()
                .and_then(|bytes| u64::try_from(bytes).ok())
                .unwrap_or_default(),
            label: label(head.metadata()),
        })
    }

    async fn page(&self, prefix: String, after: Option<String>) -> Result<FileList, FileError> {
        let client = self.0.client().await;
        let list = client
            .list_objects_v2()
            .bucket(&self.0.name)
            .prefix(prefix)
            .set_start_after(after);
        let page = list.send().await.map_err(out_of_reach)?;
        let files: Vec<ListedFile> = page
            .contents()
            .iter()
            .filter_map(|object| {
                let stored = object.last_modified().and_then(|at| at.to_millis().ok());
                Some(ListedFile {
                    key: object.key()?.to_owned(),
                    stored: Millis(stored.unwrap_or_default()),
                })
            })
            .collect();
        let end = files.last().map(|file| file.key.clone());
        Ok(FileList {
            next: end.filter(|_| page.is_truncated() == Some(true)),
            files,
        })
    }

    async fn presign(&self, key: String, lifetime: Duration) -> Result<String, FileError> {
        let lifetime = PresigningConfig::expires_in(lifetime.min(MAX_LINK))
            .map_err(|refusal| FileError::Unavailable(refusal.into()))?;
        let client = self.0.client().await;
        let get = client.get_object().bucket(&self.0.name).key(key);
        let signed = get.presigned(lifetime).await.map_err(out_of_reach)?;
        Ok(signed.uri().to_owned())
    }
}

impl Files for S3Files {
    fn put(
        &self,
        key: String,
        bytes: Bytes,
        label: FileLabel,
    ) -> BoxFuture<'_, Result<Put, FileError>> {
        self.put_once(key, bytes, label).boxed()
    }

    fn get(
        &self,
        key: String,
        range: Option<Range<u64>>,
    ) -> BoxFuture<'_, Result<Bytes, FileError>> {
        let got = self.0.get(key, range);
        got.map(|got| got.map_err(of_file)).boxed()
    }

    fn head(&self, key: String) -> BoxFuture<'_, Result<FileFacts, FileError>> {
        self.facts(key).boxed()
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), FileError>> {
        let deleted = self.0.delete(keys);
        deleted.map(|done| done.map_err(of_file)).boxed()
    }

    fn list(
        &self,
        prefix: String,
        after: Option<String>,
    ) -> BoxFuture<'_, Result<FileList, FileError>> {
        self.page(prefix, after).boxed()
    }

    fn link(&self, key: String, lifetime: Duration) -> BoxFuture<'_, Result<String, FileError>> {
        self.presign(key, lifetime).boxed()
    }
}

fn metadata(label: &FileLabel) -> HashMap<String, String> {
    let encode = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
    [
        ("job", &label.job),
        ("owner", &label.owner),
        ("type", &label.kind),
    ]
    .map(|(name, text)| (name.to_owned(), encode(text)))
    .into()
}

/// An object without metadata is one whose put was cut off by a crash.
fn label(metadata: Option<&HashMap<String, String>>) -> FileLabel {
    let text = |name: &str| {
        let encoded = metadata
            .and_then(|all| all.get(name))
            .map_or("", String::as_str);
        percent_decode_str(encoded).decode_utf8_lossy().into_owned()
    };
    FileLabel {
        job: text("job"),
        owner: text("owner"),
        kind: text("type"),
    }
}
