//! Who may ask: anyone on this machine who signs with a key whose secret is the key itself, such as
//! `fyr`/`fyr` or `test`/`test`. That keeps the signatures of requests and presigned URLs honest, as
//! AWS would, and keeps nobody out.

use s3s::S3Result;
use s3s::auth::{S3Auth, SecretKey};

#[derive(Debug)]
pub(super) struct SecretIsTheKey;

#[async_trait::async_trait]
impl S3Auth for SecretIsTheKey {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        Ok(SecretKey::from(access_key))
    }
}
