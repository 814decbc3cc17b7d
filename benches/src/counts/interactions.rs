//! The interactions that are counted, each on a server of its own.

use anyhow::Result;
use http::Method;

use super::subject::{Ask, Cost, Subject};

/// Measures one interaction, after storing what it needs.
type Measure = fn(&Subject) -> Result<Cost>;

/// A line of the table each. Resources are small: below 1 KB when compressed.
pub(super) const INTERACTIONS: &[(&str, Measure)] = &[
    ("read", |subject| {
        subject.cost_of(put("one"))?;
        subject.cost_of(Ask::get("/Organization/o0"))
    }),
    ("vread of the current version", |subject| {
        subject.cost_of(put("one"))?;
        subject.cost_of(Ask::get("/Organization/o0/_history/1"))
    }),
    ("vread of an old version", |subject| {
        subject.cost_of(put("one"))?;
        subject.cost_of(put("two"))?;
        subject.cost_of(Ask::get("/Organization/o0/_history/1"))
    }),
    ("create without identifier", |subject| {
        let body = r#"{"resourceType":"Organization","name":"one"}"#;
        subject.cost_of(Ask::post("/Organization", body.to_owned()))
    }),
    ("create with an identifier", |subject| {
        subject.cost_of(create(PLAIN))
    }),
    ("create with a unique identifier", |subject| {
        subject.cost_of(create(UNIQUE))
    }),
    ("conditional create, none there", |subject| {
        subject.cost_of(Ask {
            if_none_exist: Some(CRITERION),
            ..create(UNIQUE)
        })
    }),
    ("conditional create, one there", |subject| {
        subject.cost_of(create(UNIQUE))?;
        subject.cost_of(Ask {
            if_none_exist: Some(CRITERION),
            ..create(UNIQUE)
        })
    }),
    ("update as create", |subject| subject.cost_of(put("one"))),
    ("update, the same identifier", |subject| {
        subject.cost_of(put("one"))?;
        subject.cost_of(put("two"))
    }),
    ("update, nothing changed", |subject| {
        subject.cost_of(put("one"))?;
        subject.cost_of(put("one"))
    }),
    ("delete", |subject| {
        subject.cost_of(put("one"))?;
        let path = "/Organization/o0";
        subject.cost_of(Ask {
            method: Method::DELETE,
            ..Ask::get(path)
        })
    }),
    ("history of 2 versions", |subject| {
        subject.cost_of(put("one"))?;
        subject.cost_of(put("two"))?;
        subject.cost_of(Ask::get("/Organization/o0/_history"))
    }),
    ("transaction of 10 updates", |subject| updates(subject, 10)),
    ("transaction of 100 updates", |subject| {
        updates(subject, 100)
    }),
    ("transaction of 1,000 updates", |subject| {
        updates(subject, 1_000)
    }),
    ("transaction of 100 creates", |subject| {
        creates(subject, 100)
    }),
    ("transaction of 1,000 creates", |subject| {
        creates(subject, 1_000)
    }),
    ("transaction of 5,000 creates", |subject| {
        creates(subject, 5_000)
    }),
];

const PLAIN: &str = "http://example.org/places";
const UNIQUE: &str = "urn:oid:1.2.208.176.1.1";
const UNIQUE_TOO: &str = "urn:oid:2.5.4.97";
const CRITERION: &str = "identifier=urn:oid:1.2.208.176.1.1|0";

fn create(system: &str) -> Ask<'static> {
    Ask::post("/Organization", organization(0, system, "one"))
}

fn put(name: &str) -> Ask<'static> {
    Ask::put("/Organization/o0", organization(0, PLAIN, name))
}

fn updates(subject: &Subject, entries: usize) -> Result<Cost> {
    subject.cost_of(bundle(entries, "one"))?;
    subject.cost_of(bundle(entries, "two"))
}

/// Organizations with two unique identifiers each, as a registry sends them.
fn creates(subject: &Subject, entries: usize) -> Result<Cost> {
    let entry = |number| {
        format!(
            r#"{{"resource":{{"resourceType":"Organization","identifier":[{{"system":"{UNIQUE}","value":"{number}"}},{{"system":"{UNIQUE_TOO}","value":"b{number}"}}],"name":"Place {number}","alias":["P{number}"],"type":[{{"coding":[{{"system":"http://example.org/types","code":"place"}}]}}],"partOf":{{"reference":"Organization/first"}}}},"request":{{"method":"POST","url":"Organization"}}}}"#
        )
    };
    let entries = (0..entries).map(entry).collect::<Vec<_>>().join(",");
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    subject.cost_of(Ask::post("", bundle))
}

fn bundle(entries: usize, name: &str) -> Ask<'static> {
    let entry = |number| {
        let resource = organization(number, PLAIN, name);
        format!(
            r#"{{"resource":{resource},"request":{{"method":"PUT","url":"Organization/o{number}"}}}}"#
        )
    };
    let entries = (0..entries).map(entry).collect::<Vec<_>>().join(",");
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    Ask::post("", bundle)
}

fn organization(number: usize, system: &str, name: &str) -> String {
    format!(
        r#"{{"resourceType":"Organization","id":"o{number}","identifier":[{{"system":"{system}","value":"{number}"}}],"name":"{name}"}}"#
    )
}
