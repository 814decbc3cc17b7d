//! The interactions that are counted, each on a server of its own.

use anyhow::Result;
use http::Method;

use super::subject::{Ask, Cost, Subject};

/// Measures one interaction, after storing what it needs.
type Measure = fn(&Subject) -> Result<Cost>;

/// Organizations among which a search is counted: few, and many of which as many match.
const FEW: usize = 1_000;
const MANY: usize = 2_000;

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
    ("create with name, alias, type, parent", |subject| {
        subject.cost_of(Ask::post("/Organization", described(0)))
    }),
    ("update, the same indexed values", |subject| {
        subject.cost_of(Ask::put("/Organization/o0", described(0)))?;
        let changed = described(0).replace("true", "false");
        subject.cost_of(Ask::put("/Organization/o0", changed))
    }),
    ("update, another name", |subject| {
        subject.cost_of(Ask::put("/Organization/o0", described(0)))?;
        let changed = described(0).replace("Ward 0", "Station 0");
        subject.cost_of(Ask::put("/Organization/o0", changed))
    }),
    ("conditional create by name, none there", |subject| {
        subject.cost_of(Ask {
            if_none_exist: Some("name=Ward 0"),
            ..Ask::post("/Organization", described(0))
        })
    }),
    ("search by identifier among 1,000", |subject| {
        search(subject, FEW, "identifier=http://example.org/places|7")
    }),
    ("search by identifier among 2,000", |subject| {
        search(subject, MANY, "identifier=http://example.org/places|7")
    }),
    ("search by name, 10 of 1,000", |subject| {
        search(subject, FEW, "name=Ward 7-")
    }),
    ("search by name, 10 of 2,000", |subject| {
        search(subject, MANY, "name=Ward 7-")
    }),
    ("search by parent, 10 of 1,000", |subject| {
        search(subject, FEW, "partof=Organization/p7")
    }),
    ("search by parent, 10 of 2,000", |subject| {
        search(subject, MANY, "partof=Organization/p7")
    }),
    ("search by type, parent, active among 1,000", |subject| {
        search(subject, FEW, "type=ward&partof=p7&active=true")
    }),
    ("search by type, parent, active among 2,000", |subject| {
        search(subject, MANY, "type=ward&partof=p7&active=true")
    }),
    ("search by last change, 50 of 1,000", |subject| {
        search(subject, FEW, "_lastUpdated=ge1970&_sort=-_lastUpdated")
    }),
    ("search by last change, 50 of 2,000", |subject| {
        search(subject, MANY, "_lastUpdated=ge1970&_sort=-_lastUpdated")
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

/// Ten organizations are alike, whatever their number: of one parent and a name that begins alike.
fn described(number: usize) -> String {
    let group = number / 10;
    format!(
        r#"{{"resourceType":"Organization","id":"o{number}","active":true,"identifier":[{{"system":"{PLAIN}","value":"{number}"}}],"name":"Ward {group}-{number}","alias":["W{number}"],"type":[{{"coding":[{{"system":"http://example.org/kinds","code":"ward"}}]}}],"partOf":{{"reference":"Organization/p{group}"}}}}"#
    )
}

fn search(subject: &Subject, stored: usize, query: &str) -> Result<Cost> {
    for first in (0..stored).step_by(500) {
        let entry = |number| {
            let resource = described(number);
            format!(
                r#"{{"resource":{resource},"request":{{"method":"PUT","url":"Organization/o{number}"}}}}"#
            )
        };
        let entries = (first..first + 500)
            .map(entry)
            .collect::<Vec<_>>()
            .join(",");
        let bundle =
            format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
        subject.cost_of(Ask::post("", bundle))?;
    }
    let path = format!("/Organization?{}", query.replace(' ', "%20"));
    subject.cost_of(Ask::get(&path))
}
