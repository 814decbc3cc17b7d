//! The interactions whose instructions are counted.

use anyhow::Result;
use http::Method;

use crate::counts::subject::{Ask, Subject};

/// One of them.
pub(super) struct Interaction {
    pub(super) name: &'static str,
    /// Stores what it needs.
    pub(super) prepare: fn(&Subject) -> Result<()>,
    /// Does it, each time with another number.
    pub(super) perform: fn(&Subject, u64) -> Result<()>,
}

/// A line of the table each.
pub(super) const INTERACTIONS: &[Interaction] = &[
    Interaction {
        name: "capability statement",
        prepare: |_| Ok(()),
        perform: |subject, _| ask(subject, Ask::get("/metadata")),
    },
    Interaction {
        name: "read",
        prepare: |subject| put(subject, 0, "one"),
        perform: |subject, _| ask(subject, Ask::get("/Organization/o0")),
    },
    Interaction {
        name: "create with a unique identifier",
        prepare: |_| Ok(()),
        perform: |subject, number| {
            let body = organization(number, UNIQUE, "one");
            ask(subject, Ask::post("/Organization", body))
        },
    },
    Interaction {
        name: "update",
        prepare: |subject| put(subject, 0, "one"),
        perform: |subject, number| put(subject, 0, &format!("name {number}")),
    },
    Interaction {
        name: "conditional create, one there",
        prepare: |subject| {
            let body = organization(0, UNIQUE, "one");
            ask(subject, Ask::post("/Organization", body))
        },
        perform: |subject, _| {
            let conditional = Ask {
                if_none_exist: Some(CRITERION),
                ..Ask::post("/Organization", organization(0, UNIQUE, "one"))
            };
            ask(subject, conditional)
        },
    },
    Interaction {
        name: "history of 10 versions",
        prepare: |subject| (0..10).try_for_each(|name| put(subject, 0, &format!("name {name}"))),
        perform: |subject, _| ask(subject, Ask::get("/Organization/o0/_history")),
    },
    Interaction {
        name: "search by name, 10 of 100",
        prepare: |subject| {
            (0..100).try_for_each(|number| {
                put(subject, number, &format!("Ward {}-{number}", number / 10))
            })
        },
        perform: |subject, _| ask(subject, Ask::get("/Organization?name=Ward%207-")),
    },
    Interaction {
        name: "transaction of 10 creates",
        prepare: |_| Ok(()),
        perform: |subject, number| transaction(subject, number, 10),
    },
    Interaction {
        name: "transaction of 100 creates",
        prepare: |_| Ok(()),
        perform: |subject, number| transaction(subject, number, 100),
    },
    Interaction {
        name: "delete and create again",
        prepare: |subject| put(subject, 0, "one"),
        perform: |subject, _| {
            let delete = Ask {
                method: Method::DELETE,
                ..Ask::get("/Organization/o0")
            };
            ask(subject, delete)?;
            put(subject, 0, "one")
        },
    },
];

const PLAIN: &str = "http://example.org/places";
const UNIQUE: &str = "urn:oid:1.2.208.176.1.1";
const CRITERION: &str = "identifier=urn:oid:1.2.208.176.1.1|0";

fn ask(subject: &Subject, ask: Ask<'_>) -> Result<()> {
    subject.cost_of(ask).map(|_| ())
}

fn put(subject: &Subject, number: u64, name: &str) -> Result<()> {
    let path = format!("/Organization/o{number}");
    ask(subject, Ask::put(&path, organization(number, PLAIN, name)))
}

fn transaction(subject: &Subject, turn: u64, entries: u64) -> Result<()> {
    let entry = |number| {
        let resource = organization(turn * entries + number, UNIQUE, "one");
        format!(r#"{{"resource":{resource},"request":{{"method":"POST","url":"Organization"}}}}"#)
    };
    let entries = (0..entries).map(entry).collect::<Vec<_>>().join(",");
    let bundle = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    ask(subject, Ask::post("", bundle))
}

fn organization(number: u64, system: &str, name: &str) -> String {
    format!(
        r#"{{"resourceType":"Organization","id":"o{number}","active":true,"identifier":[{{"system":"{system}","value":"{number}"}}],"name":"{name}","alias":["W{number}"]}}"#
    )
}
