//! How far a job is, and its cancellation: `$export-poll-status`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run().await
}
