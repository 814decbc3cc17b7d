//! Starts an export when it is time.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run_scheduled_export().await
}
