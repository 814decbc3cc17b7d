//! The store's blobs, and the files of jobs, in a bucket of S3, over the AWS SDK.
//!
//! A put carries `If-None-Match: *`, so that of two puts of one key the first stands:
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html>. That the second
//! one finds the key taken is success, since it is most often the SDK's own retry of a put whose
//! answer was lost. A put that meets another one of its key midway (409) is out of reach like any
//! failure: it is worth another try.

mod bucket;
mod create;
mod failure;
mod files;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use store::{BlobError, Blobs};

use crate::connection;
use crate::dynamodb::Endpoint;

pub use bucket::Bucket;
pub use create::{BucketError, create_bucket};
pub use files::S3Files;

use failure::{code, unavailable};

/// A client for this endpoint. Makes no call.
pub async fn connect(endpoint: Endpoint) -> Client {
    // Only AWS has a host name for each bucket.
    let is_aws = matches!(&endpoint, Endpoint::Aws);
    let settings = connection::to(endpoint).await;
    Client::from_conf(Builder::from(&settings).force_path_style(!is_aws).build())
}

/// The blobs in one bucket.
#[derive(Debug, Clone)]
pub struct S3Blobs(Bucket);

impl S3Blobs {
    /// The blobs in this bucket.
    pub fn new(bucket: Bucket) -> Self {
        Self(bucket)
    }

    async fn put_once(&self, key: String, bytes: Bytes) -> Result<(), BlobError> {
        let client = self.0.client().await;
        let put = client.put_object().bucket(&self.0.name).key(key);
        match put.body(bytes.into()).if_none_match("*").send().await {
            Ok(_) => Ok(()),
            Err(failure) if code(&failure) == Some("PreconditionFailed") => Ok(()),
            Err(failure) => Err(unavailable(failure)),
        }
    }
}

impl Blobs for S3Blobs {
    fn put(&self, key: String, bytes: Bytes) -> BoxFuture<'_, Result<(), BlobError>> {
        self.put_once(key, bytes).boxed()
    }

    fn get(&self, key: String) -> BoxFuture<'_, Result<Bytes, BlobError>> {
        self.0.get(key, None).boxed()
    }

    fn delete(&self, keys: Vec<String>) -> BoxFuture<'_, Result<(), BlobError>> {
        self.0.delete(keys).boxed()
    }
}
