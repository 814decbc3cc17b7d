//! Transactions and batches, which are posted to the base URL.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run().await
}
