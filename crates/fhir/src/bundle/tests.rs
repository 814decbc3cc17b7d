use serde_json::{Value, json};

use super::{Bundle, BundleKind, Method};
use crate::outcome::Issue;

fn parse(bundle: Value) -> Result<Bundle, Vec<Issue>> {
    match bundle {
        Value::Object(bundle) => Bundle::parse(bundle, BundleKind::ALL),
        other => panic!("not an object: {other}"),
    }
}

/// The codes and places of all problems of a transaction with these entries.
fn problems(entries: &Value) -> Vec<String> {
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let issues = parse(bundle).unwrap_err();
    issues
        .iter()
        .map(|issue| format!("{} {}", issue.code, issue.expression.join(",")))
        .collect()
}

fn organization(full_url: &str) -> Value {
    json!({
        "fullUrl": full_url,
        "resource": {"resourceType": "Organization", "name": "A"},
        "request": {"method": "POST", "url": "Organization"},
    })
}

#[test]
fn a_transaction_is_read_entry_by_entry() {
    let bundle = parse(json!({
        "resourceType": "Bundle",
        "entry": [
            {
                "request": {"method": "POST", "url": "Organization", "ifNoneExist": "name=A"},
                "fullUrl": "urn:uuid:123-456-789",
                "resource": {"name": "A", "resourceType": "Organization"},
            },
            {"request": {"method": "DELETE", "url": "Patient/234"}},
            {"request": {
                "method": "GET",
                "url": "Patient/12334",
                "ifNoneMatch": "W/\"4\"",
                "ifModifiedSince": "2015-08-31T08:14:33+10:00",
            }},
            {
                "fullUrl": "http://example.org/fhir/Patient/123a",
                "resource": {"resourceType": "Patient", "id": "123a"},
                "request": {"method": "PUT", "url": "Patient/123a", "ifMatch": "W/\"2\""},
            },
        ],
        "type": "transaction",
    }))
    .unwrap();
    let [post, delete, get, put] = bundle.entries.as_slice() else {
        panic!("four entries")
    };
    assert_eq!(
        (bundle.kind, bundle.warnings.len()),
        (BundleKind::Transaction, 0)
    );
    assert_eq!(
        (post.request.method, post.request.url.as_str()),
        (Method::Post, "Organization")
    );
    assert_eq!(post.full_url.as_deref(), Some("urn:uuid:123-456-789"));
    assert_eq!(post.request.if_none_exist.as_deref(), Some("name=A"));
    assert_eq!(
        post.resource.as_ref().unwrap().resource_type(),
        "Organization"
    );
    assert_eq!(
        (delete.full_url.as_deref(), delete.resource.as_ref()),
        (None, None)
    );
    assert_eq!(get.request.if_none_match.as_deref(), Some("W/\"4\""));
    assert_eq!(
        get.request.if_modified_since.as_deref(),
        Some("2015-08-31T08:14:33+10:00")
    );
    assert_eq!(put.request.if_match.as_deref(), Some("W/\"2\""));
    assert_eq!((put.index, put.path()), (3, "Bundle.entry[3]".to_owned()));
}

#[test]
fn what_is_around_the_entries_is_kept_and_total_tolerated() {
    let bundle = parse(json!({
        "resourceType": "Bundle",
        "id": "b",
        "meta": {"profile": ["http://example.org/p"]},
        "entry": [organization("urn:uuid:1"), organization("urn:uuid:2")],
        "type": "transaction",
        "total": 2,
    }))
    .unwrap();
    assert_eq!(bundle.envelope["id"], "b");
    assert!(bundle.has_profile("http://example.org/p"));
    assert!(!bundle.has_profile("http://example.org/q"));
}

#[test]
fn a_bundle_may_be_empty() {
    for bundle in [
        json!({"resourceType": "Bundle", "type": "batch"}),
        json!({"resourceType": "Bundle", "type": "batch", "entry": []}),
    ] {
        assert_eq!(parse(bundle).unwrap().entries, []);
    }
}

#[test]
fn another_bundle_is_refused() {
    for (bundle, place) in [
        (json!({"resourceType": "Patient"}), "Resource.resourceType"),
        (
            json!({"resourceType": "Bundle", "type": "collection"}),
            "Bundle.type",
        ),
        (json!({"resourceType": "Bundle", "type": 1}), "Bundle.type"),
        (json!({"resourceType": "Bundle"}), "Bundle.type"),
        (
            json!({"resourceType": "Bundle", "type": "batch", "entry": {}}),
            "Bundle.entry",
        ),
        (
            json!({"resourceType": "Bundle", "type": "batch", "entries": []}),
            "Bundle.entries",
        ),
    ] {
        let issues = parse(bundle).unwrap_err();
        assert_eq!(issues.len(), 1, "{issues:?}");
        assert_eq!(issues[0].expression, [place]);
    }
}

#[test]
fn a_kind_that_is_not_allowed_is_refused() {
    let Value::Object(batch) = json!({"resourceType": "Bundle", "type": "batch"}) else {
        panic!("an object")
    };
    let issues = Bundle::parse(batch, &[BundleKind::Transaction]).unwrap_err();
    assert_eq!(
        issues[0].diagnostics,
        "a Bundle of type 'transaction' is expected, not 'batch'"
    );
}

#[test]
fn every_entry_says_what_is_wrong_with_it() {
    let patient = json!({"resourceType": "Patient"});
    for (entry, expected) in [
        (json!(1), "structure Bundle.entry[0]"),
        (
            json!({}),
            "structure Bundle.entry[0];required Bundle.entry[0].request",
        ),
        (
            json!({"resource": patient}),
            "required Bundle.entry[0].request",
        ),
        (
            json!({"request": {"url": "Patient/1"}}),
            "required Bundle.entry[0].request.method",
        ),
        (
            json!({"request": {"method": "GET"}}),
            "required Bundle.entry[0].request.url",
        ),
        (
            json!({"request": {"method": "TRACE", "url": "Patient"}}),
            "value Bundle.entry[0].request.method",
        ),
        (
            json!({"request": {"method": "PUT", "url": "Patient/1"}}),
            "required Bundle.entry[0].resource",
        ),
        (
            json!({"request": {"method": "GET", "url": "Patient"}, "resourse": patient}),
            "structure Bundle.entry[0].resourse",
        ),
        (
            json!({"request": {"method": "POST", "url": "Patient"}, "resource": {"id": "1"}}),
            "structure Bundle.entry[0].resource.resourceType",
        ),
        (
            json!({"request": {"method": "POST", "url": "Patient"},
                "resource": {"resourceType": "Patient", "id": "a b", "name": "A"}}),
            "structure Bundle.entry[0].resource.name;value Bundle.entry[0].resource.id",
        ),
    ] {
        assert_eq!(problems(&json!([entry])).join(";"), expected, "{entry}");
    }
}

#[test]
fn all_problems_are_reported_in_the_order_of_the_entries() {
    let mut named = organization("urn:uuid:2");
    named["resource"]["name"] = json!(["A"]);
    let entries = json!([
        organization("urn:uuid:1"),
        named,
        organization("urn:uuid:1"),
        {"request": {"method": "POST", "url": "Patient"}},
    ]);
    assert_eq!(
        problems(&entries),
        [
            "duplicate Bundle.entry[0].fullUrl",
            "structure Bundle.entry[1].resource.name",
            "duplicate Bundle.entry[2].fullUrl",
            "required Bundle.entry[3].resource",
        ]
    );
}

#[test]
fn a_full_url_names_no_version() {
    let entry = organization("http://example.org/fhir/Organization/1/_history/2");
    assert_eq!(problems(&json!([entry])), ["value Bundle.entry[0].fullUrl"]);
}

#[test]
fn an_empty_alias_is_dropped_with_a_warning() {
    let mut entry = organization("urn:uuid:1");
    entry["resource"]["alias"] = json!([""]);
    let entries = [organization("urn:uuid:2"), entry];
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries});
    let bundle = parse(bundle).unwrap();
    let [(index, warning)] = bundle.warnings.as_slice() else {
        panic!("one warning")
    };
    assert_eq!((*index, warning.is_error()), (1, false));
    assert_eq!(warning.expression, ["Bundle.entry[1].resource.alias[0]"]);
    assert!(
        !bundle.entries[1]
            .resource
            .as_ref()
            .unwrap()
            .object()
            .contains_key("alias")
    );
}

#[test]
fn a_batch_keeps_its_good_entries() {
    let mut bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [
        organization("urn:uuid:1"),
        {"request": {"method": "POST", "url": "Patient"}},
        organization("urn:uuid:2"),
        organization("urn:uuid:2"),
        organization("urn:uuid:3"),
    ]});
    let read =
        |bundle: &Value| Bundle::parse_each(bundle.as_object().unwrap().clone(), BundleKind::ALL);
    let (batch, refused) = read(&bundle).unwrap();
    let good: Vec<_> = batch.entries.iter().map(|entry| entry.index).collect();
    let bad: Vec<_> = refused.iter().map(|refused| refused.index).collect();
    assert_eq!((good, bad), (vec![0, 4], vec![1, 2, 3]));
    assert_eq!(
        refused[0].issues[0].expression,
        ["Bundle.entry[1].resource"]
    );

    bundle["type"] = json!("transaction");
    let issues = read(&bundle).unwrap_err();
    assert_eq!(issues.len(), 3);
}
