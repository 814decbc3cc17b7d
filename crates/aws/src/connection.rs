//! What the clients of S3 and SQS have in common: where the service is, how long to wait for it, and
//! that a failed call is repeated.
//!
//! Every call to them is safe to repeat, so the SDK's own retries are on, unlike for the tables.
//!
//! | endpoint | keys | region |
//! |---|---|---|
//! | AWS, `https://…` | the function's role, or the developer's profile | the environment's |
//! | `http://…`: an emulator | made up | made up |
//! | in this process | made up | made up |

use std::error::Error;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use crate::dynamodb::Endpoint;

/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(2);
/// For one attempt of a call. A blob of some megabytes takes a second.
pub(crate) const ATTEMPT: Duration = Duration::from_secs(10);
/// The first attempt and two more.
const ATTEMPTS: u32 = 3;

/// The settings of a client for this endpoint. Makes no call.
pub(crate) async fn to(endpoint: Endpoint) -> SdkConfig {
    let settings = match endpoint {
        Endpoint::Aws => from_environment().await,
        Endpoint::Url(url) if url.starts_with("http://") => {
            made_up(aws_smithy_http_client::Builder::new().build_http(), url)
        }
        Endpoint::Url(url) => from_environment()
            .await
            .into_builder()
            .endpoint_url(url)
            .build(),
        Endpoint::InProcess(client) => made_up(client, "http://embedded".to_owned()),
    };
    let time_limits = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT);
    settings
        .into_builder()
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(time_limits.build())
        .build()
}

/// A failure with its causes, for people. The SDK's own text is pages long.
pub(crate) fn reason(failure: &dyn Error) -> String {
    let mut text = failure.to_string();
    let mut cause = failure.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

async fn from_environment() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::latest()).load().await
}

/// The embedded S3 knows keys whose secret is the key itself; other emulators take any.
fn made_up(client: SharedHttpClient, url: String) -> SdkConfig {
    let keys = Credentials::from_keys("fyr", "fyr", None);
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(SharedCredentialsProvider::new(keys))
        .http_client(client)
        .endpoint_url(url)
        .build()
}
