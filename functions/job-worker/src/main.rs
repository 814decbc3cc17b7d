//! Works on the steps of jobs: messages of the queue of jobs.

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    aws::lambda::run_jobs().await
}
