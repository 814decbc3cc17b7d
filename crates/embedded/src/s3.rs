//! S3 over a folder: `s3s` speaks the protocol, `s3s-fs` keeps the files, and what is here closes the
//! gaps between them and AWS that Fyr would fall into.
//!
//! | module     | what it adds |
//! |------------|--------------|
//! | `objects`  | the operations served; one winner among conditional puts; 304 for a known ETag |
//! | `key`      | which keys can be files, and the files that `s3s-fs` keeps beside an object |
//! | `locks`    | one lock for each key in use |
//! | `disk`     | what must be on the disk before a put is acknowledged |
//! | `settings` | a bucket's lifecycle, kept and not carried out |
//! | `access`   | who may ask |
//!
//! ```text
//! objects/
//!   BUCKET/KEY                                   an object, at its key's path
//!   .bucket-B64.object-B64.metadata.json         its metadata and content encoding
//!   .bucket-B64.object-B64.internal.json         its ETag and checksums
//!   .upload-ID.json, .upload_id-ID.part-N        an upload in parts
//! ```
//!
//! An acknowledged put survives the end of the process and of the machine. Its metadata is written
//! after it, so a crash in between leaves the object without: whoever needs them to read the object
//! must not rely on an answer that never came.

mod access;
mod disk;
mod key;
mod locks;
mod objects;
mod settings;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::body::SdkBody;
use futures::FutureExt;
use futures::future::BoxFuture;
use http::{Request, Response};
use s3s::service::{S3Service, S3ServiceBuilder};

use crate::directory::DataDirectory;
use crate::exchange::{Broken, Responder, http_client};
use crate::loopback::Loopback;
use disk::Disk;
use objects::Objects;

/// An embedded S3. Clones share the objects.
#[derive(Clone)]
pub struct S3 {
    service: S3Service,
    // Never read: the folder goes with its last user.
    _ephemeral: Option<Arc<tempfile::TempDir>>,
}

impl S3 {
    /// The objects in this directory.
    ///
    /// # Errors
    /// The folder cannot be made or read.
    pub fn open(directory: &DataDirectory) -> io::Result<Self> {
        let folder = directory.objects_folder();
        std::fs::create_dir_all(&folder)?;
        disk::remove_open_uploads(&folder)?;
        Ok(Self {
            service: service(&folder, Disk::Kept)?,
            _ephemeral: None,
        })
    }

    /// An engine without objects, which forgets everything when its last clone is dropped.
    ///
    /// # Errors
    /// No temporary folder can be made.
    pub fn ephemeral() -> io::Result<Self> {
        let folder = tempfile::Builder::new().prefix("fyr-objects-").tempdir()?;
        let service = service(folder.path(), Disk::Temporary)?;
        Ok(Self {
            service,
            _ephemeral: Some(Arc::new(folder)),
        })
    }

    /// An HTTP client for the AWS SDK whose every request is answered by this engine, without a
    /// socket, on the tokio runtime that makes the request.
    pub fn http_client(&self) -> SharedHttpClient {
        http_client(self.clone())
    }

    /// Serves the wire protocol on this address, on a thread of its own. Buckets are parts of the
    /// path, not of the host. Requests are signed with keys whose secret is the key itself.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub fn listen(&self, address: SocketAddr) -> io::Result<Loopback> {
        Loopback::start("s3-listener", address, self.clone())
    }
}

fn service(folder: &Path, disk: Disk) -> io::Result<S3Service> {
    let mut service = S3ServiceBuilder::new(Objects::in_folder(folder, disk)?);
    service.set_auth(access::SecretIsTheKey);
    Ok(service.build())
}

impl Responder for S3 {
    fn answer(
        &self,
        request: Request<SdkBody>,
    ) -> BoxFuture<'static, Result<Response<SdkBody>, Broken>> {
        let service = self.service.clone();
        async move {
            let response = service.call(request.map(s3s::Body::http_body_unsync)).await;
            let response = response.map_err(|broken| format!("{broken:?}"))?;
            Ok(response.map(SdkBody::from_body_1_x))
        }
        .boxed()
    }
}
