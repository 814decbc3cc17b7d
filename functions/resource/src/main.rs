//! Interactions on one resource or type, and the capability statement.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run().await
}
