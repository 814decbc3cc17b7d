//! Bundles that no client should send: the right status, each bad entry named, and nothing stored.

use serde_json::{Value, json};

use super::{
    bad_input::{bundle, good, refused},
    entries::{
        condition, entry, organization, organization_at, post, post_as, post_unless, put, with,
    },
    fyr::Fyr,
};

/// Sends each entry behind a good one: refused with this status, at this place in the entry.
#[track_caller]
fn all_refused(cases: &[(&str, Value, u16, &str)]) {
    for (name, bad, status, place) in cases {
        let bad = bundle(&[good(), bad.clone()]);
        let reply = refused(name, *status, |fyr| fyr.post("/", &bad));
        let found = reply.places()[0];
        assert_eq!(
            found,
            format!("Bundle.entry[1]{place}"),
            "{name}: {}",
            reply.text
        );
    }
}

#[test]
fn an_entry_that_is_none_is_named_t2() {
    let request = |request: Value| json!({"resource": organization("A"), "request": request});
    let lower_case = request(json!({"method": "post", "url": "Organization"}));
    let without_request = json!({"resource": organization("A")});
    let of_a_version = "http://x.example/Organization/1/_history/2";
    all_refused(&[
        ("no request", without_request, 400, ".request"),
        (
            "no method",
            request(json!({"url": "Organization"})),
            400,
            ".request.method",
        ),
        (
            "no url",
            request(json!({"method": "POST"})),
            400,
            ".request.url",
        ),
        ("unknown method", lower_case, 400, ".request.method"),
        (
            "no resource",
            entry("POST", "Organization"),
            400,
            ".resource",
        ),
        (
            "no resource to put",
            entry("PUT", "Organization/1"),
            400,
            ".resource",
        ),
        ("empty", json!({}), 400, ""),
        ("not an object", json!("entry"), 400, ""),
        ("null", Value::Null, 400, ""),
        (
            "unknown element",
            with(good(), "nonsense", json!(1)),
            400,
            ".nonsense",
        ),
        (
            "a version",
            post_as(of_a_version, &organization("A")),
            400,
            ".fullUrl",
        ),
        (
            "resource is an array",
            with(good(), "resource", json!([])),
            400,
            ".resource",
        ),
    ]);
}

#[test]
fn an_entry_that_leads_nowhere_is_named() {
    let one = organization_at("1", "A");
    let parameters = |method: &str, url: &str| {
        with(
            entry(method, url),
            "resource",
            json!({"resourceType": "Parameters"}),
        )
    };
    let stale = condition(put("Organization/1", &one), "ifMatch", "one");
    let several = "Organization?identifier=a|1&colour=red";
    all_refused(&[
        (
            "unknown type in the URL",
            put("Organisation/1", &one),
            404,
            "",
        ),
        ("another type than the URL", put("Patient/1", &one), 400, ""),
        ("an id that is none", put("Organization/a_b", &one), 400, ""),
        ("an operation", parameters("POST", "$nothing"), 404, ""),
        (
            "another server",
            put("http://x.example/Organization/1", &one),
            400,
            "",
        ),
        ("no version", stale, 400, ""),
        (
            "a criterion that says nothing",
            post_unless("|", &organization("A")),
            400,
            "",
        ),
        (
            "an unknown criterion",
            put(several, &organization("A")),
            400,
            "",
        ),
        (
            "an unknown patch",
            parameters("PATCH", "Organization/x/_history"),
            405,
            "",
        ),
    ]);
}

#[test]
fn entries_that_contradict_each_other_are_named_t5() {
    let child = |reference: &str| {
        with(
            organization("child"),
            "partOf",
            json!({"reference": reference}),
        )
    };
    let update = || put("Organization/1", &organization_at("1", "A"));
    for (name, entries, expected) in [
        (
            "unknown fullUrl",
            vec![good(), post(&child("urn:uuid:nobody"))],
            vec![1],
        ),
        (
            "duplicate fullUrl",
            vec![
                post_as("urn:uuid:a", &organization("A")),
                good(),
                post_as("urn:uuid:a", &organization("B")),
            ],
            vec![0, 2],
        ),
        (
            "same target twice",
            vec![update(), good(), update()],
            vec![0, 2],
        ),
        (
            "target written and deleted",
            vec![entry("DELETE", "Organization/1"), good(), update()],
            vec![0, 2],
        ),
    ] {
        let bad = bundle(&entries);
        let reply = refused(name, 400, |fyr| fyr.post("/", &bad));
        assert_eq!(reply.entries_at_fault(), expected, "{name}: {}", reply.text);
    }
}

#[test]
fn a_bundle_that_is_none_is_400() {
    for (name, bad) in [
        (
            "no type",
            json!({"resourceType": "Bundle", "entry": [good()]}),
        ),
        (
            "unknown type",
            json!({"resourceType": "Bundle", "type": "x", "entry": [good()]}),
        ),
        (
            "type is no text",
            json!({"resourceType": "Bundle", "type": 1, "entry": [good()]}),
        ),
        (
            "entry is an object",
            json!({"resourceType": "Bundle", "type": "batch", "entry": good()}),
        ),
        (
            "unknown element",
            with(bundle(&[good()]), "entries", json!([good()])),
        ),
        ("another resource", organization("A")),
    ] {
        refused(name, 400, |fyr| fyr.post("/", &bad));
    }
}

#[test]
fn more_than_five_thousand_entries_are_413_t4() {
    for kind in ["transaction", "batch"] {
        let mut entries = vec![entry("GET", "metadata"); 5_001];
        entries[0] = good();
        let reply = refused(kind, 413, |fyr| fyr.bundle(kind, &entries));
        let said = reply.diagnostics();
        assert!(said.contains("5000") && said.contains("5001"), "{said}");
    }
}

#[test]
fn as_many_entries_as_the_limit_are_read_and_one_more_is_413() {
    let fyr = Fyr::with(|settings| settings.max_transaction_entries = 20);
    for kind in ["transaction", "batch"] {
        let deletes = |count| {
            let delete = |at| entry("DELETE", &format!("Organization/{at}"));
            fyr.bundle(kind, &(0..count).map(delete).collect::<Vec<_>>())
        };
        assert_eq!(deletes(20).expect(200).len(), 20);
        deletes(21).expect(413);
    }
}
