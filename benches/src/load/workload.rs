//! The interactions that are measured, as prepared requests.

use std::io::Write;

/// One in so many conditional creates names an identifier that is stored already.
const ONE_REPEATED_IN: u64 = 10;
/// Entries of a transaction.
const ENTRIES: u64 = 10;

/// An interaction, and what its requests look like.
pub(crate) struct Workload<'a> {
    /// What it is called in the table.
    pub(crate) name: &'static str,
    /// The statuses that count as done.
    pub(crate) accepted: &'static [u16],
    kind: Kind<'a>,
}

enum Kind<'a> {
    /// Goes round these paths.
    Read(&'a [String]),
    Create,
    ConditionalCreate,
    Transaction,
}

impl<'a> Workload<'a> {
    /// All of them, in the order of the table.
    pub(crate) fn all(paths: &'a [String]) -> [Self; 4] {
        [
            Self {
                name: "read",
                accepted: &[200],
                kind: Kind::Read(paths),
            },
            Self {
                name: "create",
                accepted: &[201],
                kind: Kind::Create,
            },
            Self {
                name: "conditional create",
                accepted: &[200, 201],
                kind: Kind::ConditionalCreate,
            },
            Self {
                name: "transaction of 10",
                accepted: &[200],
                kind: Kind::Transaction,
            },
        ]
    }

    /// Writes the request with this number in place of what was there.
    pub(crate) fn write(&self, number: u64, request: &mut Vec<u8>) {
        match self.kind {
            Kind::Read(paths) => read(paths, number, request),
            Kind::Create => create(number, request),
            Kind::ConditionalCreate => conditional_create(number, request),
            Kind::Transaction => transaction(number, request),
        }
    }
}

fn read(paths: &[String], number: u64, request: &mut Vec<u8>) {
    let number = usize::try_from(number).unwrap_or_default();
    let path = paths
        .get(number % paths.len().max(1))
        .map_or("", String::as_str);
    request.clear();
    put(
        request,
        format_args!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    );
}

/// A create of an organization with an identifier of its own.
pub(crate) fn create(number: u64, request: &mut Vec<u8>) {
    let body = organization(number, "http://example.org/places", "");
    post(request, "/fhir/Organization", "", &body);
}

/// A create unless there is one with the same identifier, in a system that is unique.
fn conditional_create(number: u64, request: &mut Vec<u8>) {
    let repeated = number.is_multiple_of(ONE_REPEATED_IN) && number > 0;
    let number = if repeated { number - 1 } else { number };
    let body = organization(number, "urn:oid:1.2.208.176.1.1", "");
    let condition = format!("If-None-Exist: identifier=urn:oid:1.2.208.176.1.1|{number}\r\n");
    post(request, "/fhir/Organization", &condition, &body);
}

/// An organization and nine parts of it.
fn transaction(number: u64, request: &mut Vec<u8>) {
    let mut entries = Vec::new();
    for entry in 0..ENTRIES {
        let part = if entry == 0 {
            ""
        } else {
            r#","partOf":{"reference":"urn:uuid:0"}"#
        };
        entries.push(organization(
            number * ENTRIES + entry,
            "http://example.org/units",
            part,
        ));
    }
    creates(entries, request);
}

/// A transaction of so many organizations, each with an identifier that is unique.
pub(crate) fn large_transaction(first: u64, count: u64, request: &mut Vec<u8>) {
    let numbers = first..first + count;
    let entries = numbers.map(|number| organization(number, "urn:oid:1.2.208.176.1.1", ""));
    creates(entries.collect(), request);
}

fn creates(resources: Vec<String>, request: &mut Vec<u8>) {
    let entries = resources.into_iter().enumerate().map(|(n, resource)| {
        format!(
            r#"{{"fullUrl":"urn:uuid:{n}","resource":{resource},"request":{{"method":"POST","url":"Organization"}}}}"#
        )
    });
    let entries = entries.collect::<Vec<_>>().join(",");
    let body = format!(r#"{{"resourceType":"Bundle","type":"transaction","entry":[{entries}]}}"#);
    post(request, "/fhir", "", &body);
}

/// About 700 bytes, as the registries have them.
fn organization(number: u64, system: &str, rest: &str) -> String {
    format!(
        r#"{{"resourceType":"Organization","identifier":[{{"system":"{system}","value":"{number}"}}],"active":true,"type":[{{"coding":[{{"system":"http://snomed.info/sct","code":"22232009","display":"Hospital"}}]}}],"name":"Hospital number {number}","alias":["Hospital {number}","H{number}"],"telecom":[{{"system":"phone","value":"+45 70 20 30 40","use":"work"}},{{"system":"email","value":"post@hospital-{number}.example","use":"work"}}],"address":[{{"use":"work","line":["Hospitalsvej {number}","Opgang 3"],"city":"Odense","postalCode":"5000","country":"DK"}}],"contact":[{{"purpose":{{"text":"Reception"}},"telecom":[{{"system":"phone","value":"+45 70 20 30 41"}}]}}]{rest}}}"#
    )
}

fn post(request: &mut Vec<u8>, path: &str, headers: &str, body: &str) {
    request.clear();
    let length = body.len();
    put(
        request,
        format_args!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/fhir+json\r\n\
             {headers}Content-Length: {length}\r\n\r\n{body}"
        ),
    );
}

fn put(request: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    // Writing to a Vec cannot fail.
    let _ = request.write_fmt(text);
}
