//! How far a job is, and its cancellation: `$export-poll-status`, `$hapi.fhir.reindex-status`.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run().await
}
