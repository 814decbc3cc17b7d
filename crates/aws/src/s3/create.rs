//! Makes the bucket where nobody else does: at the embedded engine and at other emulators. In AWS
//! the template makes it, with encryption, a lifecycle and no way in for the public.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::{BucketLocationConstraint, CreateBucketConfiguration};

use super::failure::code;
use crate::connection::reason;

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
    let create = client
        .create_bucket()
        .bucket(name)
        .set_create_bucket_configuration(place(client));
    match create.send().await {
        Ok(_) => Ok(()),
        Err(failure) => match code(&failure) {
            Some("BucketAlreadyOwnedByYou" | "BucketAlreadyExists") => Ok(()),
            _ => Err(BucketError {
                name: name.to_owned(),
                reason: reason(&failure),
            }),
        },
    }
}

/// A bucket's region is said, except for the one that is meant when nothing is.
fn place(client: &Client) -> Option<CreateBucketConfiguration> {
    let region = client.config().region()?.as_ref();
    let constraint = BucketLocationConstraint::from(region);
    (region != "us-east-1").then(|| {
        CreateBucketConfiguration::builder()
            .location_constraint(constraint)
            .build()
    })
}
