//! The store's blobs, and the files of jobs, in a bucket of S3, over the AWS SDK.
//!
//! A put carries `If-None-Match: *`, so that of two puts of one key the first stands:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>. That the second
//! one finds the key taken is success, since it is most often the SDK's own retry of a put whose
//! answer was lost. A put that meets another one of its key midway (409) is out of reach like any
//! failure: it is worth another try.

mod create;
mod failure;
mod files;

use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::AggregatedBytes;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use store::{BlobError, Blobs};

use crate::connection;
use crate::dynamodb::Endpoint;
use crate::lazy::Lazy;

pub use create::{BucketError, create_bucket};
pub use files::S3Files;

use failure::{Incomplete, code, unavailable};

/// Keys in one `DeleteObjects` call: S3's quota.
const MAX_DELETE: usize = 1000;

/// A client for this endpoint. Makes no call.
pub async fn connect(endpoint: Endpoint) -> Client {
    // Only AWS has a host name for each bucket.
    let is_aws = matches!(&endpoint, Endpoint::Aws);
    let settings = connection::to(endpoint).await;
    Client::from_conf(Builder::from(&settings).force_path_style(!is_aws).build())
}

/// The blobs in one bucket.
#[derive(Debug, Clone)]
pub struct S3Blobs {
    client: Lazy<Client>,
    bucket: String,
}

impl S3Blobs {
    /// The blobs in this bucket, which exists already or is made by [`create_bucket`].
    pub fn new(client: Client, bucket: impl Into<String>) -> Self {
        Self {
            client: Lazy::made(client),
            bucket: bucket.into(),
        }
    }

    /// The blobs in this bucket, by a client that is made when it is first needed.
    pub fn at(endpoint: Endpoint, bucket: impl Into<String>) -> Self {
        Self {
            client: Lazy::new(move || connect(endpoint.clone()).boxed()),
            bucket: bucket.into(),
        }
    }

    async fn put_once(&self, key: String, bytes: Bytes) -> Result<(), BlobError> {
        let put = self
            .client
            .get()
            .await
            .put_object()
            .bucket(&self.bucket)
            .key(key)
            .body(bytes.into());
        match put.if_none_match("*").send().await {
            Ok(_) => Ok(()),
            Err(failure) if code(&failure) == Some("PreconditionFailed") => Ok(()),
            Err(failure) => Err(unavailable(failure)),
        }
    }

    async fn get_whole(&self, key: String) -> Result<Bytes, BlobError> {
        let got = self
            .client
            .get()
            .await
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await;
        let got = got.map_err(|failure| match code(&failure) {
            Some("NoSuchKey") => BlobError::NotFound,
            _ => unavailable(failure),
        })?;
        let body = got.body.collect().await;
        body.map(AggregatedBytes::into_bytes)
            .map_err(|cut_off| BlobError::Unavailable(Arc::new(cut_off)))
    }

    async fn delete_up_to_1000(&self, keys: &[String]) -> Result<(), BlobError> {
        let mut delete = Delete::builder().quiet(true);
        for key in keys {
            let object = ObjectIdentifier::builder().key(key).build();
            delete = delete.objects(object.map_err(|e| BlobError::Unavailable(Arc::new(e)))?);
        }
        let delete = delete
            .build()
            .map_err(|e| BlobError::Unavailable(Arc::new(e)))?;
        let call = self
            .client
            .get()
            .await
            .delete_objects()
            .bucket(&self.bucket)
            .delete(delete);
        let deleted = call.send().await.map_err(unavailable)?;
        match deleted.errors() {
            [] => Ok(()),
            [first, ..] => Err(Incomplete::from(first).into()),
        }
    }
}

impl Blobs for S3Blobs {
    fn put(&self, key: String, bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        self.put_once(key, bytes).boxed()
    }

    fn get(&self, key: String) -> BoxFuture<'_, Result<Bytes, BlobError>> {
        self.get_whole(key).boxed()
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        async move {
            for keys in keys.chunks(MAX_DELETE) {
                self.delete_up_to_1000(keys).await?;
            }
            Ok(())
        }
        .boxed()
    }
}
