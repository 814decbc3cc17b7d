//! Every five minutes: what nobody finished, and what has expired.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run_sweeper().await
}
