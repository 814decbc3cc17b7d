//! The operations served. What is not here is answered with 501 `NotImplemented`.

use std::io;
use std::path::{Path, PathBuf};

use s3s::dto::{
    AbortMultipartUploadInput, AbortMultipartUploadOutput, CompleteMultipartUploadInput,
    CompleteMultipartUploadOutput, CreateBucketInput, CreateBucketOutput,
    CreateMultipartUploadInput, CreateMultipartUploadOutput, DeleteBucketLifecycleInput,
    DeleteBucketLifecycleOutput, DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput,
    DeleteObjectsOutput, GetBucketLifecycleConfigurationInput,
    GetBucketLifecycleConfigurationOutput, GetBucketLocationInput, GetBucketLocationOutput,
    GetObjectInput, GetObjectOutput, HeadBucketInput, HeadBucketOutput, HeadObjectInput,
    HeadObjectOutput, ListBucketsInput, ListBucketsOutput, ListObjectsV2Input, ListObjectsV2Output,
    ListPartsInput, ListPartsOutput, PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleConfigurationOutput, PutObjectInput, PutObjectOutput, UploadPartInput,
    UploadPartOutput,
};
use s3s::{S3, S3Error, S3ErrorCode, S3Request, S3Response, S3Result, s3_error};
use s3s_fs::FileSystem;

use super::disk::Disk;
use super::key::{self, files_beside};
use super::locks::Locks;
use super::settings::Lifecycles;

type Answer<T> = S3Result<S3Response<T>>;

/// The objects in one folder.
#[derive(Debug)]
pub(super) struct Objects {
    files: FileSystem,
    folder: PathBuf,
    disk: Disk,
    locks: Locks,
    lifecycles: Lifecycles,
}

impl Objects {
    /// The objects in this folder, which exists.
    pub(super) fn in_folder(folder: &Path, disk: Disk) -> io::Result<Self> {
        let folder = folder.canonicalize()?;
        let files =
            FileSystem::new(&folder).map_err(|failure| io::Error::other(format!("{failure:?}")))?;
        Ok(Self {
            files,
            folder,
            disk,
            locks: Locks::default(),
            lifecycles: Lifecycles::default(),
        })
    }

    async fn settle(&self, bucket: &str, key: &str) -> S3Result<()> {
        let object = self.folder.join(bucket).join(key);
        let settled = self.disk.settle(&self.folder, object).await;
        settled.map_err(broken)
    }

    /// Removes what `s3s-fs` leaves behind of a deleted object.
    async fn remove_files_beside(&self, bucket: &str, key: &str) -> S3Result<()> {
        for file in files_beside(&self.folder, bucket, key) {
            match tokio::fs::remove_file(file).await {
                Err(failure) if failure.kind() != io::ErrorKind::NotFound => {
                    return Err(broken(failure));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn broken(failure: io::Error) -> S3Error {
    S3Error::with_source(S3ErrorCode::InternalError, failure.into())
}

#[async_trait::async_trait]
impl S3 for Objects {
    async fn create_bucket(
        &self,
        request: S3Request<CreateBucketInput>,
    ) -> Answer<CreateBucketOutput> {
        self.files.create_bucket(request).await
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> Answer<HeadBucketOutput> {
        self.files.head_bucket(request).await
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> Answer<GetBucketLocationOutput> {
        self.files.get_bucket_location(request).await
    }

    async fn list_buckets(
        &self,
        request: S3Request<ListBucketsInput>,
    ) -> Answer<ListBucketsOutput> {
        self.files.list_buckets(request).await
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> Answer<ListObjectsV2Output> {
        self.files.list_objects_v2(request).await
    }

    async fn put_object(&self, request: S3Request<PutObjectInput>) -> Answer<PutObjectOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        key::check(&bucket, &key)?;
        let _alone = self.locks.write(&bucket, &key).await;
        let answer = self.files.put_object(request).await?;
        self.settle(&bucket, &key).await?;
        Ok(answer)
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> Answer<GetObjectOutput> {
        key::check(&request.input.bucket, &request.input.key)?;
        let known = request.input.if_none_match.clone();
        let _unchanged = self
            .locks
            .read(&request.input.bucket, &request.input.key)
            .await;
        let answer = self.files.get_object(request).await?;
        let is_known = answer
            .output
            .e_tag
            .as_ref()
            .zip(known)
            .is_some_and(|(current, known)| {
                known.is_any() || known.as_etag().is_some_and(|known| known.weak_cmp(current))
            });
        if is_known {
            Err(s3_error!(NotModified))
        } else {
            Ok(answer)
        }
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> Answer<HeadObjectOutput> {
        key::check(&request.input.bucket, &request.input.key)?;
        let _unchanged = self
            .locks
            .read(&request.input.bucket, &request.input.key)
            .await;
        self.files.head_object(request).await
    }

    async fn delete_object(
        &self,
        request: S3Request<DeleteObjectInput>,
    ) -> Answer<DeleteObjectOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        key::check(&bucket, &key)?;
        let _alone = self.locks.write(&bucket, &key).await;
        let answer = self.files.delete_object(request).await?;
        self.remove_files_beside(&bucket, &key).await?;
        Ok(answer)
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> Answer<DeleteObjectsOutput> {
        let bucket = request.input.bucket.clone();
        let objects = &request.input.delete.objects;
        let keys: Vec<String> = objects.iter().map(|object| object.key.clone()).collect();
        for key in &keys {
            key::check(&bucket, key)?;
        }
        let is_quiet = request.input.delete.quiet == Some(true);
        let _alone = self
            .locks
            .write_all(&bucket, keys.iter().map(String::as_str))
            .await;
        let mut answer = self.files.delete_objects(request).await?;
        for key in &keys {
            self.remove_files_beside(&bucket, key).await?;
        }
        if is_quiet {
            answer.output.deleted = None;
        }
        Ok(answer)
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> Answer<CreateMultipartUploadOutput> {
        key::check(&request.input.bucket, &request.input.key)?;
        self.files.create_multipart_upload(request).await
    }

    async fn upload_part(&self, request: S3Request<UploadPartInput>) -> Answer<UploadPartOutput> {
        self.files.upload_part(request).await
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> Answer<ListPartsOutput> {
        self.files.list_parts(request).await
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> Answer<CompleteMultipartUploadOutput> {
        let (bucket, key) = (request.input.bucket.clone(), request.input.key.clone());
        key::check(&bucket, &key)?;
        let _alone = self.locks.write(&bucket, &key).await;
        let answer = self.files.complete_multipart_upload(request).await?;
        self.settle(&bucket, &key).await?;
        Ok(answer)
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> Answer<AbortMultipartUploadOutput> {
        self.files.abort_multipart_upload(request).await
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        request: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> Answer<PutBucketLifecycleConfigurationOutput> {
        let rules = request
            .input
            .lifecycle_configuration
            .map(|lifecycle| lifecycle.rules);
        self.lifecycles
            .set(request.input.bucket, rules.unwrap_or_default());
        Ok(S3Response::new(
            PutBucketLifecycleConfigurationOutput::default(),
        ))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> Answer<GetBucketLifecycleConfigurationOutput> {
        let rules = self.lifecycles.get(&request.input.bucket);
        let rules = Some(rules.ok_or_else(|| s3_error!(NoSuchLifecycleConfiguration))?);
        let answer = GetBucketLifecycleConfigurationOutput {
            rules,
            ..Default::default()
        };
        Ok(S3Response::new(answer))
    }

    async fn delete_bucket_lifecycle(
        &self,
        request: S3Request<DeleteBucketLifecycleInput>,
    ) -> Answer<DeleteBucketLifecycleOutput> {
        self.lifecycles.remove(&request.input.bucket);
        Ok(S3Response::new(DeleteBucketLifecycleOutput::default()))
    }
}
