//! What a failed call to S3 means to the store, and to the server.

use std::error::Error;
use std::sync::Arc;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use server::port::FileError;
use store::BlobError;

/// The error code, when S3 itself answered.
pub(super) fn code<E: ProvideErrorMetadata>(failure: &SdkError<E, HttpResponse>) -> Option<&str> {
    failure
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
}

pub(super) fn unavailable<E>(failure: SdkError<E, HttpResponse>) -> BlobError
where
    E: Error + Send + Sync + 'static,
{
    BlobError::Unavailable(Arc::new(failure))
}

pub(super) fn out_of_reach<E>(failure: SdkError<E, HttpResponse>) -> FileError
where
    E: Error + Send + Sync + 'static,
{
    FileError::Unavailable(failure.into())
}

/// Why an object could not be had, for whoever wants a file.
pub(super) fn of_file(failure: BlobError) -> FileError {
    match failure {
        BlobError::NotFound => FileError::NotFound,
        BlobError::Unavailable(source) => FileError::Unavailable(source.into()),
    }
}

/// A blob that a call for many did not delete.
#[derive(Debug, thiserror::Error)]
#[error("{key} was not deleted: {reason}")]
pub(super) struct Incomplete {
    key: String,
    reason: String,
}

impl From<&aws_sdk_s3::types::Error> for Incomplete {
    fn from(error: &aws_sdk_s3::types::Error) -> Self {
        let reason = error
            .code()
            .or(error.message())
            .unwrap_or("no reason given");
        Self {
            key: error.key().unwrap_or_default().to_owned(),
            reason: reason.to_owned(),
        }
    }
}

impl From<Incomplete> for BlobError {
    fn from(incomplete: Incomplete) -> Self {
        Self::Unavailable(Arc::new(incomplete))
    }
}
