//! `fyr doctor`: each check against the embedded engines, as they should be and broken on purpose.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use aws::doctor::{
    Bucket, Finding, Verdict, examine_bucket, examine_clock, examine_issuer, examine_queue,
    examine_tables,
};
use aws::dynamodb::{Client, Endpoint, TableNames, create_tables};
use aws_sdk_s3::types::{
    AbortIncompleteMultipartUpload, BucketLifecycleConfiguration, ExpirationStatus,
    LifecycleExpiration, LifecycleRule, LifecycleRuleFilter,
};
use bytes::Bytes;
use embedded::{Engine, S3, Sqs};
use futures::future::{BoxFuture, ready};
use server::auth::Issuer;
use server::port::{KeySource, KeysUnavailable};
use store::{Clock, Millis};
use tokio::runtime::Runtime;

fn wait<T>(work: impl Future<Output = T>) -> T {
    Runtime::new().unwrap().block_on(work)
}

/// Whether a claim about something failed.
fn fails(findings: &[Finding], of: &str, claim: &str) -> bool {
    let about = |finding: &&Finding| finding.of == of && finding.claim.starts_with(claim);
    let finding = findings.iter().find(about);
    let finding = finding.unwrap_or_else(|| panic!("nothing about {of}: {claim} in {findings:#?}"));
    matches!(finding.verdict, Verdict::Fails(_))
}

async fn tables() -> Client {
    let engine = Engine::in_memory().unwrap();
    let client = aws::dynamodb::connect(Endpoint::InProcess(engine.http_client())).await;
    let names = TableNames::with_prefix("fyr");
    create_tables(&client, &names).await.unwrap();
    client
}

#[test]
fn tables_have_their_keys_and_are_active() {
    wait(async {
        let findings = examine_tables(&tables().await, &TableNames::with_prefix("fyr")).await;
        for table in [
            "table fyr-heads",
            "table fyr-versions",
            "table fyr-index",
            "table fyr-control",
        ] {
            assert!(!fails(&findings, table, "its key is"));
            assert!(!fails(&findings, table, "it is active"));
            assert!(!fails(&findings, table, "it is paid on demand"));
        }
    });
}

#[test]
fn a_table_that_is_missing_unprotected_or_without_time_to_live_is_named() {
    wait(async {
        let client = tables().await;
        client
            .delete_table()
            .table_name("fyr-index")
            .send()
            .await
            .unwrap();
        let findings = examine_tables(&client, &TableNames::with_prefix("fyr")).await;
        assert!(fails(&findings, "table fyr-index", "it exists"));
        assert!(fails(&findings, "table fyr-heads", "it is protected"));
        assert!(fails(&findings, "table fyr-control", "its time to live"));
    });
}

#[test]
fn a_table_with_another_key_is_another_programs() {
    use aws_sdk_dynamodb::types::{
        AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType,
    };
    wait(async {
        let client = tables().await;
        client
            .delete_table()
            .table_name("fyr-heads")
            .send()
            .await
            .unwrap();
        let id = AttributeDefinition::builder().attribute_name("id");
        let key = KeySchemaElement::builder()
            .attribute_name("id")
            .key_type(KeyType::Hash);
        let create = client.create_table().table_name("fyr-heads");
        let create = create.billing_mode(BillingMode::PayPerRequest);
        let create = create.key_schema(key.build().unwrap());
        let id = id.attribute_type(ScalarAttributeType::S).build().unwrap();
        create.attribute_definitions(id).send().await.unwrap();
        let findings = examine_tables(&client, &TableNames::with_prefix("fyr")).await;
        assert!(fails(&findings, "table fyr-heads", "its key is"));
    });
}

async fn bucket(rule: Option<LifecycleRule>) -> aws_sdk_s3::Client {
    let engine = S3::ephemeral().unwrap();
    let client = aws::s3::connect(Endpoint::InProcess(engine.http_client())).await;
    aws::s3::create_bucket(&client, "files").await.unwrap();
    if let Some(rule) = rule {
        let rules = BucketLifecycleConfiguration::builder()
            .rules(rule)
            .build()
            .unwrap();
        let put = client.put_bucket_lifecycle_configuration().bucket("files");
        put.lifecycle_configuration(rules).send().await.unwrap();
    }
    client
}

fn rule(days: Option<i32>, aborts: bool) -> LifecycleRule {
    let expiration = days.map(|days| LifecycleExpiration::builder().days(days).build());
    let abort = aborts.then(|| {
        AbortIncompleteMultipartUpload::builder()
            .days_after_initiation(1)
            .build()
    });
    LifecycleRule::builder()
        .id("rule")
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix("").build())
        .set_expiration(expiration)
        .set_abort_incomplete_multipart_upload(abort)
        .build()
        .unwrap()
}

#[test]
fn the_lifecycle_of_a_bucket_is_that_of_its_kind() {
    const OF: &str = "bucket files";
    wait(async {
        let of_files = bucket(Some(rule(Some(1), true))).await;
        let findings = examine_bucket(&of_files, "files", Bucket::Files).await;
        assert!(!fails(&findings, OF, "everything in it expires"));
        assert!(!fails(&findings, OF, "unfinished uploads"));
        // Bodies in a bucket of files would be lost.
        let findings = examine_bucket(&of_files, "files", Bucket::Blobs).await;
        assert!(fails(&findings, OF, "nothing in it expires"));

        let late = bucket(Some(rule(Some(30), false))).await;
        let findings = examine_bucket(&late, "files", Bucket::Files).await;
        assert!(fails(&findings, OF, "everything in it expires"));
        assert!(fails(&findings, OF, "unfinished uploads"));

        let findings = examine_bucket(&bucket(None).await, "files", Bucket::Files).await;
        assert!(fails(&findings, OF, "everything in it expires"));
        let findings = examine_bucket(&late, "nowhere", Bucket::Files).await;
        assert!(fails(&findings, "bucket nowhere", "it exists"));
    });
}

#[test]
fn a_queue_without_dead_letters_or_with_some_is_named() {
    wait(async {
        let client = aws::sqs::connect(Endpoint::InProcess(Sqs::new().http_client())).await;
        let visibility = Duration::from_secs(30);
        let made = aws::sqs::create_queue(&client, "jobs", visibility)
            .await
            .unwrap();
        let findings = examine_queue(&client, made.queue.url()).await;
        assert!(!fails(&findings, "queue jobs", "it has no dead letters"));
        assert!(!fails(&findings, "queue jobs", "a message is tried"));

        let letter = client.send_message().queue_url(made.dead_letters.url());
        letter.message_body("{}").send().await.unwrap();
        let findings = examine_queue(&client, made.queue.url()).await;
        assert!(fails(&findings, "queue jobs", "it has no dead letters"));

        let findings = examine_queue(&client, made.dead_letters.url()).await;
        assert!(fails(
            &findings,
            "queue jobs-dead-letters",
            "it has dead letters"
        ));
        let nowhere = made.queue.url().replace("jobs", "nowhere");
        assert!(fails(
            &examine_queue(&client, &nowhere).await,
            "queue nowhere",
            "it exists"
        ));
    });
}

/// 2026-11-21T12:00:00Z, what the endpoint below says.
const NOON: i64 = 1_795_262_400_000;

/// The URL of an endpoint that refuses everything, at noon or without a date.
fn refusing(date: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 8192]);
            let head = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n";
            write!(stream, "{head}{date}\r\n").unwrap();
        }
    });
    format!("http://{address}")
}

/// A clock that stands.
struct Standing(i64);

impl Clock for Standing {
    fn now(&self) -> Millis {
        Millis(self.0)
    }

    fn sleep(&self, _: u64) -> BoxFuture<'static, ()> {
        Box::pin(ready(()))
    }
}

#[test]
fn a_clock_that_is_not_the_endpoints_is_named_also_when_the_endpoint_refuses() {
    let said = |date, ours| {
        let endpoint = refusing(date);
        wait(async {
            let client = aws::dynamodb::connect(Endpoint::Url(endpoint)).await;
            examine_clock(&client, Arc::new(Standing(ours)))
                .await
                .verdict
        })
    };
    let noon = "Date: Sat, 21 Nov 2026 12:00:00 GMT\r\n";
    for right in [NOON, NOON + 2_900, NOON - 1_900] {
        assert_eq!(said(noon, right), Verdict::Holds, "{right}");
    }
    for (wrong, word) in [
        (NOON + 3_100, "3 seconds ahead"),
        (NOON - 2_100, "2 seconds behind"),
    ] {
        let Verdict::Fails(found) = said(noon, wrong) else {
            panic!("{wrong}");
        };
        assert!(found.contains(word), "{found}");
    }
    let verdict = said("", NOON);
    assert!(matches!(verdict, Verdict::Unknown(_)), "{verdict:?}");
}

/// What there is to be fetched, by the end of its place.
struct Places(&'static [(&'static str, &'static str)]);

impl KeySource for Places {
    fn fetch<'a>(
        &'a self,
        place: &'a str,
        _: usize,
    ) -> BoxFuture<'a, Result<Bytes, KeysUnavailable>> {
        let mut all = self.0.iter();
        let found = all.find(|(end, _)| place.ends_with(end));
        let found = found.map(|(_, text)| Bytes::from_static(text.as_bytes()));
        Box::pin(ready(found.ok_or(KeysUnavailable("404".to_owned()))))
    }
}

const KEY: &str = r#"{"keys":[{"kty":"EC","kid":"1","crv":"P-256",
    "x":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "y":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]}"#;
const OPENID: &str = "/.well-known/openid-configuration";

fn issuer(jwks: &str) -> Issuer {
    Issuer {
        issuer: "https://a.example".to_owned(),
        audiences: vec!["fyr".to_owned()],
        jwks: jwks.to_owned(),
        token_endpoint: None,
    }
}

#[test]
fn an_issuer_whose_keys_are_missing_of_no_use_or_in_the_open_is_named() {
    const OF: &str = "issuer https://a.example";
    let look = |places, jwks| wait(examine_issuer(&Places(places), &issuer(jwks)));
    let good = look(&[("/keys", KEY)], "https://a.example/keys");
    assert!(!fails(&good, OF, "its keys come over https"));
    assert!(!fails(&good, OF, "its keys can be fetched"));
    assert!(!fails(&good, OF, "tokens can be verified"));

    let nowhere = look(&[], "https://a.example/keys");
    assert!(fails(&nowhere, OF, "its keys can be fetched"));
    let symmetric = r#"{"keys":[{"kty":"oct","kid":"1","k":"AAAA"}]}"#;
    for useless in [symmetric, r#"{"keys":[]}"#, "<html>"] {
        let places: &'static [_] = vec![("/keys", &*useless.to_owned().leak())].leak();
        let findings = look(places, "https://a.example/keys");
        assert!(fails(&findings, OF, "tokens can be verified"), "{useless}");
    }
    let open = look(&[("/keys", KEY)], "http://localhost/keys");
    assert!(fails(&open, OF, "its keys come over https"));
    let file = look(&[("keys.json", KEY)], "keys.json");
    assert!(!fails(&file, OF, "its keys come over https"));
}

#[test]
fn an_issuer_whose_configuration_names_other_keys_is_named() {
    const OF: &str = "issuer https://a.example";
    const CLAIM: &str = "its OpenID configuration";
    let same = r#"{"jwks_uri":"https://a.example/keys"}"#;
    let other = r#"{"jwks_uri":"https://a.example/others"}"#;
    for (configuration, wrong) in [(same, false), (other, true), ("{}", true)] {
        let places: &'static [_] = vec![("/keys", KEY), (OPENID, configuration)].leak();
        let findings = wait(examine_issuer(
            &Places(places),
            &issuer("https://a.example/keys"),
        ));
        assert_eq!(fails(&findings, OF, CLAIM), wrong, "{configuration}");
    }
    let places = Places(&[("/keys", KEY)]);
    let without = wait(examine_issuer(&places, &issuer("https://a.example/keys")));
    assert!(!fails(&without, OF, CLAIM));
}
