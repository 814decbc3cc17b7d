//! Objects, as the exports of bulk data use them beyond the port: what is stored with them, parts
//! of them, lists of them.

use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{
    BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
    LifecycleRuleFilter,
};
use futures::future::join_all;

use super::bucket::{self as subject, Place};

contract! {
    in_process wire outside => {
        what_is_said_of_an_object_is_kept_and_its_bytes_are_not_touched
        a_range_of_an_object_is_read
        a_known_version_is_not_sent_again
        of_conditional_puts_that_race_one_succeeds
        a_put_for_a_known_version_succeeds_on_that_version_alone
        objects_are_listed_by_prefix_in_order_and_in_pages
        a_deleted_object_is_gone_with_what_was_said_of_it
        a_lifecycle_is_kept
    }
}

impl Place {
    /// Puts an object without further ado.
    pub(super) async fn put(&self, key: &str, text: &str) -> String {
        let put = self.client.put_object().bucket(&self.bucket).key(key);
        let stored = put
            .body(text.as_bytes().to_vec().into())
            .send()
            .await
            .unwrap();
        stored.e_tag.unwrap()
    }

    /// The object's content.
    pub(super) async fn text(&self, key: &str) -> String {
        let got = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .key(key)
            .send()
            .await
            .unwrap();
        let bytes = got.body.collect().await.unwrap().to_vec();
        String::from_utf8(bytes).unwrap()
    }
}

async fn what_is_said_of_an_object_is_kept_and_its_bytes_are_not_touched(place: Place) {
    let not_really_gzip = b"\x1f\x8b not to be unpacked on the way".to_vec();
    let put = place
        .client
        .put_object()
        .bucket(&place.bucket)
        .key("part.ndjson.gz");
    put.content_type("application/fhir+ndjson")
        .content_encoding("gzip")
        .metadata("job", "0198")
        .body(not_really_gzip.clone().into())
        .send()
        .await
        .unwrap();

    let head = place
        .client
        .head_object()
        .bucket(&place.bucket)
        .key("part.ndjson.gz");
    let head = head.send().await.unwrap();
    assert_eq!(head.content_encoding(), Some("gzip"));
    assert_eq!(head.content_type(), Some("application/fhir+ndjson"));
    assert_eq!(head.metadata().unwrap()["job"], "0198");
    assert_eq!(
        head.content_length(),
        i64::try_from(not_really_gzip.len()).ok()
    );

    let get = place
        .client
        .get_object()
        .bucket(&place.bucket)
        .key("part.ndjson.gz");
    let got = get.send().await.unwrap();
    assert_eq!(got.content_encoding(), Some("gzip"));
    assert_eq!(got.e_tag(), head.e_tag());
    assert_eq!(got.body.collect().await.unwrap().to_vec(), not_really_gzip);
}

async fn a_range_of_an_object_is_read(place: Place) {
    place.put("range", "0123456789").await;
    for (range, text) in [
        ("bytes=2-4", "234"),
        ("bytes=7-", "789"),
        ("bytes=-2", "89"),
    ] {
        let get = place
            .client
            .get_object()
            .bucket(&place.bucket)
            .key("range")
            .range(range);
        let got = get.send().await.unwrap();
        assert!(got.content_range().unwrap().ends_with("/10"));
        assert_eq!(
            got.body.collect().await.unwrap().to_vec(),
            text.as_bytes(),
            "{range}"
        );
    }
    let get = place
        .client
        .get_object()
        .bucket(&place.bucket)
        .key("range")
        .range("bytes=10-");
    let refused = get.send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 416);
}

async fn a_known_version_is_not_sent_again(place: Place) {
    let known = place.put("known", "text").await;
    let get = || place.client.get_object().bucket(&place.bucket).key("known");
    let unchanged = get().if_none_match(&known).send().await.unwrap_err();
    assert_eq!(unchanged.raw_response().unwrap().status().as_u16(), 304);
    place.put("known", "other text").await;
    assert!(get().if_none_match(&known).send().await.is_ok());
}

async fn of_conditional_puts_that_race_one_succeeds(place: Place) {
    for round in 0..5 {
        let puts = (0..8).map(|number| {
            let put = place
                .client
                .put_object()
                .bucket(&place.bucket)
                .key(format!("r/{round}"));
            let put = put.body(vec![b'0' + number; 50_000].into());
            put.if_none_match("*").send()
        });
        let answers = join_all(puts).await;
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for refused in answers.into_iter().filter_map(Result::err) {
            assert_eq!(
                refused.into_service_error().code(),
                Some("PreconditionFailed")
            );
        }
    }
}

async fn a_put_for_a_known_version_succeeds_on_that_version_alone(place: Place) {
    let first = place.put("cas", "1").await;
    let put = |text: &str, version: &str| {
        let put = place
            .client
            .put_object()
            .bucket(&place.bucket)
            .key("cas")
            .if_match(version);
        put.body(text.as_bytes().to_vec().into()).send()
    };
    put("2", &first).await.unwrap();
    let stale = put("3", &first).await.unwrap_err().into_service_error();
    assert_eq!(stale.code(), Some("PreconditionFailed"));
    assert_eq!(place.text("cas").await, "2");
}

async fn objects_are_listed_by_prefix_in_order_and_in_pages(place: Place) {
    for key in [
        "export/b/2",
        "export/a/1",
        "export/a/10",
        "export/a/2",
        "other",
    ] {
        place.put(key, key).await;
    }
    let (mut keys, mut next) = (Vec::new(), None);
    loop {
        let list = place
            .client
            .list_objects_v2()
            .bucket(&place.bucket)
            .prefix("export/");
        let page = list
            .max_keys(3)
            .set_continuation_token(next)
            .send()
            .await
            .unwrap();
        for object in page.contents() {
            assert_eq!(
                object.size(),
                i64::try_from(object.key().unwrap().len()).ok()
            );
            keys.push(object.key().unwrap().to_owned());
        }
        next = page.next_continuation_token().map(str::to_owned);
        if next.is_none() {
            break;
        }
    }
    assert_eq!(
        keys,
        ["export/a/1", "export/a/10", "export/a/2", "export/b/2"]
    );

    let list = place
        .client
        .list_objects_v2()
        .bucket(&place.bucket)
        .prefix("export/");
    let jobs = list.delimiter("/").send().await.unwrap();
    let jobs: Vec<_> = jobs
        .common_prefixes()
        .iter()
        .filter_map(|job| job.prefix())
        .collect();
    assert_eq!(jobs, ["export/a/", "export/b/"]);
}

async fn a_deleted_object_is_gone_with_what_was_said_of_it(place: Place) {
    let put = place
        .client
        .put_object()
        .bucket(&place.bucket)
        .key("gone")
        .metadata("a", "b");
    put.body(b"1".to_vec().into()).send().await.unwrap();
    for _ in 0..2 {
        let delete = place
            .client
            .delete_object()
            .bucket(&place.bucket)
            .key("gone");
        delete.send().await.unwrap();
    }
    let head = || {
        place
            .client
            .head_object()
            .bucket(&place.bucket)
            .key("gone")
            .send()
    };
    assert!(
        head()
            .await
            .unwrap_err()
            .into_service_error()
            .is_not_found()
    );
    place.put("gone", "2").await;
    let metadata = head().await.unwrap().metadata.unwrap_or_default();
    assert!(metadata.is_empty(), "{metadata:?}");
}

async fn a_lifecycle_is_kept(place: Place) {
    let rule = LifecycleRule::builder()
        .id("exports")
        .filter(LifecycleRuleFilter::builder().prefix("export/").build())
        .status(ExpirationStatus::Enabled)
        .expiration(LifecycleExpiration::builder().days(1).build())
        .build()
        .unwrap();
    let lifecycle = BucketLifecycleConfiguration::builder()
        .rules(rule)
        .build()
        .unwrap();
    let put = place
        .client
        .put_bucket_lifecycle_configuration()
        .bucket(&place.bucket);
    put.lifecycle_configuration(lifecycle).send().await.unwrap();
    let get = place
        .client
        .get_bucket_lifecycle_configuration()
        .bucket(&place.bucket);
    let kept = get.send().await.unwrap();
    assert_eq!(kept.rules()[0].expiration().unwrap().days(), Some(1));
}
