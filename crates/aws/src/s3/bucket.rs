//! One bucket, and what its blobs and its files have in common.

use std::ops::Range;
use std::sync::Arc;

use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::AggregatedBytes;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use bytes::Bytes;
use futures::FutureExt;
use store::BlobError;

use super::connect;
use super::failure::{Incomplete, code, unavailable};
use crate::dynamodb::Endpoint;
use crate::lazy::Lazy;

/// Keys in one `DeleteObjects` call: S3's quota.
const MAX_DELETE: usize = 1000;

/// A bucket, which exists already or is made by [`super::create_bucket`].
#[derive(Debug, Clone)]
pub struct Bucket {
    client: Lazy<Client>,
    pub(super) name: String,
}

impl Bucket {
    /// The bucket of this name, by this client.
    pub fn new(client: Client, name: impl Into<String>) -> Self {
        Self {
            client: Lazy::made(client),
            name: name.into(),
        }
    }

    /// The bucket of this name, by a client that is made when it is first needed.
    pub fn at(endpoint: Endpoint, name: impl Into<String>) -> Self {
        Self {
            client: Lazy::new(move || connect(endpoint.clone()).boxed()),
            name: name.into(),
        }
    }

    pub(super) async fn client(&self) -> &Client {
        self.client.get().await
    }

    /// An object, or those of its bytes that are in the range.
    pub(super) async fn get(
        &self,
        key: String,
        range: Option<Range<u64>>,
    ) -> Result<Bytes, BlobError> {
        if range.as_ref().is_some_and(Range::is_empty) {
            return Ok(Bytes::new());
        }
        // In HTTP both ends are included.
        let range = range.map(|range| format!("bytes={}-{}", range.start, range.end - 1));
        let get = self.client().await.get_object().bucket(&self.name).key(key);
        let got = match get.set_range(range).send().await {
            Ok(got) => got,
            Err(failure) => {
                return match code(&failure) {
                    Some("NoSuchKey") => Err(BlobError::NotFound),
                    Some("InvalidRange") => Ok(Bytes::new()),
                    _ => Err(unavailable(failure)),
                };
            }
        };
        let body = got.body.collect().await;
        body.map(AggregatedBytes::into_bytes)
            .map_err(|cut_off| BlobError::Unavailable(Arc::new(cut_off)))
    }

    pub(super) async fn delete(&self, keys: Vec<String>) -> Result<(), BlobError> {
        for keys in keys.chunks(MAX_DELETE) {
            self.delete_up_to_1000(keys).await?;
        }
        Ok(())
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
        let client = self.client().await;
        let call = client.delete_objects().bucket(&self.name).delete(delete);
        let deleted = call.send().await.map_err(unavailable)?;
        match deleted.errors() {
            [] => Ok(()),
            [first, ..] => Err(Incomplete::from(first).into()),
        }
    }
}
