//! Makes the bucket where nobody else does: at the embedded engine and at other emulators. In AWS
//! the template makes it, with encryption, a lifecycle and no way in for the public.

use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;

use super::failure::code;

/// Why the bucket is not there.
#[derive(Debug, thiserror::Error)]
#[error("the bucket {name} could not be made: {reason}")]
pub struct BucketError {
    name: String,
    reason: String,
}

/// Makes the bucket unless it exists.
///
/// # Errors
/// The endpoint refuses, or does not answer.
pub async fn create_bucket(client: &Client, name: &str) -> Result<(), BucketError> {
    match client.create_bucket().bucket(name).send().await {
        Ok(_) => Ok(()),
        Err(failure) => match code(&failure) {
            Some("BucketAlreadyOwnedByYou" | "BucketAlreadyExists") => Ok(()),
            _ => Err(BucketError {
                name: name.to_owned(),
                reason: DisplayErrorContext(failure).to_string(),
            }),
        },
    }
}
