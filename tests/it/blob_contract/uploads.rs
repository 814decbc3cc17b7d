//! Objects put in parts.

use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use super::bucket::{self as subject, Place};

contract! {
    in_process wire outside => {
        an_object_put_in_parts_is_one_object
        an_abandoned_upload_leaves_no_object
    }
}

/// S3's least for all parts but the last.
const PART_BYTES: usize = 5 * 1024 * 1024;

async fn start(place: &Place, key: &str) -> String {
    let start = place
        .client
        .create_multipart_upload()
        .bucket(&place.bucket)
        .key(key);
    let started = start
        .content_encoding("gzip")
        .metadata("job", "0198")
        .send()
        .await
        .unwrap();
    started.upload_id.unwrap()
}

async fn upload(place: &Place, key: &str, upload: &str, number: i32) -> CompletedPart {
    let part = place
        .client
        .upload_part()
        .bucket(&place.bucket)
        .key(key)
        .upload_id(upload);
    let bytes = vec![b'0' + u8::try_from(number).unwrap(); PART_BYTES];
    let part = part
        .part_number(number)
        .body(bytes.into())
        .send()
        .await
        .unwrap();
    let done = CompletedPart::builder().part_number(number);
    done.set_e_tag(part.e_tag).build()
}

async fn an_object_put_in_parts_is_one_object(place: Place) {
    let id = start(&place, "large").await;
    let parts = vec![
        upload(&place, "large", &id, 1).await,
        upload(&place, "large", &id, 2).await,
    ];
    let parts = CompletedMultipartUpload::builder()
        .set_parts(Some(parts))
        .build();
    let complete = place
        .client
        .complete_multipart_upload()
        .bucket(&place.bucket)
        .key("large");
    let object = complete
        .upload_id(id)
        .multipart_upload(parts)
        .send()
        .await
        .unwrap();
    assert!(object.e_tag().unwrap().trim_matches('"').ends_with("-2"));

    let get = place.client.get_object().bucket(&place.bucket).key("large");
    let seam = format!("bytes={}-{}", PART_BYTES - 2, PART_BYTES + 1);
    let got = get.range(seam).send().await.unwrap();
    assert_eq!(got.content_encoding(), Some("gzip"));
    assert_eq!(got.metadata().unwrap()["job"], "0198");
    assert_eq!(got.body.collect().await.unwrap().to_vec(), b"1122");
}

async fn an_abandoned_upload_leaves_no_object(place: Place) {
    let id = start(&place, "never").await;
    upload(&place, "never", &id, 1).await;
    let abort = place
        .client
        .abort_multipart_upload()
        .bucket(&place.bucket)
        .key("never");
    abort.upload_id(id).send().await.unwrap();
    let list = place
        .client
        .list_objects_v2()
        .bucket(&place.bucket)
        .send()
        .await
        .unwrap();
    assert!(list.contents().is_empty());
}
