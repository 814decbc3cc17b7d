//! Finishes large transactions whose coordinator stopped in the middle: messages of the recovery queue.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run_recovery().await
}
