//! The SDK's client for each kind of endpoint.
//!
//! | endpoint | keys | time limits | signed |
//! |---|---|---|---|
//! | AWS | the function's role, or the developer's profile | 2 s to connect, 10 s a call | yes |
//! | `https://…` | the same | the same | yes |
//! | `http://…`: an emulator | made up, since any will do | the same | yes |
//! | in this process | none | none: there is nothing to wait for | no |
//!
//! For all of them the SDK's retries are off (see [`super`]) and so is its protection against
//! stalled streams: a DynamoDB answer is one small body.

use std::time::Duration;

use aws_config::BehaviorVersion;
use aws_credential_types::Credentials;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{
    Builder, Region, SharedHttpClient, StalledStreamProtectionConfig, retry::RetryConfig,
    timeout::TimeoutConfig,
};

use super::in_process;

/// Where the tables are.
#[derive(Debug, Clone)]
pub enum Endpoint {
    /// The region's DynamoDB, or what `AWS_ENDPOINT_URL_DYNAMODB` names.
    Aws,
    /// A DynamoDB at this URL, such as an emulator.
    Url(String),
    /// An engine in this process, behind this HTTP client.
    InProcess(SharedHttpClient),
}

/// A client for this endpoint. Makes no call.
pub async fn connect(endpoint: Endpoint) -> Client {
    let config = match endpoint {
        Endpoint::Aws => with_time_limits(from_environment().await),
        Endpoint::Url(url) if url.starts_with("http://") => {
            with_time_limits(emulator().endpoint_url(url))
        }
        Endpoint::Url(url) => with_time_limits(from_environment().await.endpoint_url(url)),
        Endpoint::InProcess(client) => in_process::config().http_client(client),
    };
    let config = config
        .retry_config(RetryConfig::disabled())
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    Client::from_conf(config.build())
}

async fn from_environment() -> Builder {
    let shared = aws_config::defaults(BehaviorVersion::latest()).load().await;
    Builder::from(&shared)
}

fn emulator() -> Builder {
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .credentials_provider(Credentials::from_keys("fyr", "fyr", None))
        .http_client(aws_smithy_http_client::Builder::new().build_http())
}

fn with_time_limits(config: Builder) -> Builder {
    config.timeout_config(
        TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(2))
            .operation_timeout(Duration::from_secs(10))
            .build(),
    )
}
