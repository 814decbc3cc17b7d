//! Every route of the route table against every kind of caller.
//!
//! A row of the route table that has no entry in [`ENTRIES`] fails the test: whoever adds a route
//! says here who may take it.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use server::{Tenancy, auth::Caller};

use super::{
    fyr::Fyr,
    issuer::{AUDIENCE, ISSUER, NOW, TestIssuer, encode, good_claims, header, merged},
    reply::Reply,
};

/// A route, a request for it, and the roles that it takes.
struct Entry {
    method: &'static str,
    row: &'static str,
    /// The request's path; `{job}` is the job of an export or an import, which `somebody` owns.
    path: &'static str,
    body: Body,
    /// All of them are needed. None: nothing is asked.
    roles: &'static [&'static str],
    /// Scopes that come close, and do not suffice.
    narrow: &'static str,
    is_owned: bool,
}

#[derive(Clone, Copy)]
enum Body {
    None,
    Organization,
    Patch,
    Bundle,
    Parameters,
    Form,
}

const fn entry(
    method: &'static str,
    row: &'static str,
    path: &'static str,
    body: Body,
    roles: &'static [&'static str],
) -> Entry {
    Entry {
        method,
        row,
        path,
        body,
        roles,
        narrow: "system/Patient.cruds system/*.rs?_id=1",
        is_owned: false,
    }
}

/// Only for the owner.
const fn owned(mut one: Entry) -> Entry {
    one.is_owned = true;
    one
}

/// With scopes that come close.
const fn but(mut one: Entry, narrow: &'static str) -> Entry {
    one.narrow = narrow;
    one
}

const READ: &[&str] = &["Organization.read"];
const WRITE: &[&str] = &["Organization.write"];
const CODES: &[&str] = &["CodeSystem.read"];
const EXPORT: &[&str] = &["$bulk-export", "Organization.search"];
const REINDEX: &[&str] = &["$reindex"];
const ONE: &str = "/Organization/1";
const BY: &str = "/Organization?identifier=a|1";
const IMPORT: &[&str] = &["$import-organizations"];
const STATUS: &str = "/$export-poll-status?_jobId={job}";
const IMPORTED: &str = "/$import-poll-status?_jobId={job}";

#[rustfmt::skip]
const ENTRIES: &[Entry] = &[
    but(entry("POST", "", "/", Body::Bundle, &["FHIR.transaction", "Organization.read"]), "openid user/*.cruds"),
    but(entry("GET", "", "/?_type=Organization", Body::None, READ), "system/Organization.cud"),
    but(entry("POST", "_search", "/_search", Body::Form, READ), "system/Organization.cud"),
    entry("GET", "metadata", "/metadata", Body::None, &[]),
    entry("GET", ".well-known/smart-configuration", "/.well-known/smart-configuration", Body::None, &[]),
    but(entry("GET", "_history", "/_history", Body::None, READ), "system/*.r"),
    but(entry("GET", "$export", "/$export?_type=Organization", Body::None, EXPORT), "system/*.r"),
    but(entry("POST", "$export", "/$export?_type=Organization", Body::None, EXPORT), "system/*.s"),
    owned(but(entry("GET", "$export-poll-status", STATUS, Body::None, EXPORT), "system/*.cud")),
    owned(but(entry("POST", "$export-poll-status", STATUS, Body::None, EXPORT), "system/*.r")),
    owned(but(entry("DELETE", "$export-poll-status", STATUS, Body::None, EXPORT), "system/*.s")),
    but(entry("POST", "$import-organizations", "/$import-organizations", Body::Bundle, IMPORT), "system/*.cruds"),
    owned(but(entry("GET", "$import-poll-status", IMPORTED, Body::None, IMPORT), "system/*.*")),
    owned(but(entry("DELETE", "$import-poll-status", IMPORTED, Body::None, IMPORT), "system/*.*")),
    but(entry("POST", "$reindex", "/$reindex", Body::None, REINDEX), "system/*.cruds"),
    but(entry("GET", "$hapi.fhir.reindex-status", "/$hapi.fhir.reindex-status?_jobId=1", Body::None, REINDEX), "system/*.*"),
    but(entry("POST", "[type]", "/Organization", Body::Organization, WRITE), "system/Organization.ruds"),
    but(entry("GET", "[type]", "/Organization", Body::None, READ), "system/Organization.crud"),
    but(entry("POST", "[type]/_search", "/Organization/_search", Body::Form, READ), "system/Organization.r"),
    but(entry("PUT", "[type]", BY, Body::Organization, WRITE), "system/Organization.crds"),
    but(entry("PATCH", "[type]", BY, Body::Patch, WRITE), "system/Organization.crds"),
    but(entry("DELETE", "[type]", BY, Body::None, WRITE), "system/Organization.crus"),
    but(entry("GET", "[type]/_history", "/Organization/_history", Body::None, READ), "system/Organization.r"),
    but(entry("GET", "CodeSystem/$lookup", "/CodeSystem/$lookup?system=a&code=b", Body::None, CODES), "system/ValueSet.rs"),
    but(entry("POST", "CodeSystem/$lookup", "/CodeSystem/$lookup?system=a&code=b", Body::None, CODES), "system/CodeSystem.s"),
    but(entry("GET", "ValueSet/$lookup", "/ValueSet/$lookup?system=a&code=b", Body::None, CODES), "system/ValueSet.rs"),
    but(entry("POST", "ValueSet/$lookup", "/ValueSet/$lookup?system=a&code=b", Body::None, CODES), "system/ValueSet.rs"),
    but(entry("POST", "[type]/$validate", "/Organization/$validate", Body::Organization, READ), "system/Organization.cuds"),
    but(entry("GET", "[type]/[id]", ONE, Body::None, READ), "system/Organization.cuds"),
    but(entry("PUT", "[type]/[id]", ONE, Body::Organization, WRITE), "system/Organization.read"),
    but(entry("PATCH", "[type]/[id]", ONE, Body::Patch, WRITE), "system/Organization.crds"),
    but(entry("DELETE", "[type]/[id]", ONE, Body::None, WRITE), "system/Organization.crus"),
    but(entry("GET", "[type]/[id]/_history", "/Organization/1/_history", Body::None, READ), "system/Organization.s"),
    but(entry("GET", "[type]/[id]/_history/[vid]", "/Organization/1/_history/1", Body::None, READ), "system/Organization.write"),
    but(entry("POST", "[type]/[id]/$expunge", "/Organization/1/$expunge", Body::Parameters, &["Organization.$expunge"]), "system/*.*"),
    entry("GET", "[type]/[id]/$traverse-to-sor", "/Organization/1/$traverse-to-sor", Body::None, READ),
    but(entry("GET", "[type]/[id]/$meta", "/Organization/1/$meta", Body::None, READ), "system/Organization.s"),
    entry("POST", "[type]/[id]/$meta", "/Organization/1/$meta", Body::None, READ),
    entry("GET", "[type]/[id]/$validate", "/Organization/1/$validate", Body::None, READ),
    entry("POST", "[type]/[id]/$validate", "/Organization/1/$validate", Body::Organization, READ),
];

impl Entry {
    /// What somebody of another tenant is told, where it shows that there is nothing: none, where it is
    /// what everybody is told who is let in.
    fn elsewhere(&self) -> Option<u16> {
        let is_of_instance = self.row.starts_with("[type]/[id]");
        match (self.method, self.row) {
            _ if self.is_owned => Some(404),
            ("PUT", "[type]/[id]") => Some(201),
            // what is not there need not be deleted, and what is sent along can be validated
            ("DELETE", "[type]/[id]") | ("POST", "[type]/[id]/$validate") => Some(200),
            _ => is_of_instance.then_some(404),
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Nobody,
    Expired,
    NotYet,
    WrongAudience,
    WrongIssuer,
    WrongAlgorithm,
    Unsigned,
    UnknownKey,
    Roleless,
    TooNarrow,
    OtherOwner,
    /// The same user with the same roles, of tenant b: everything here is tenant a's.
    OtherTenant,
    /// Whoever names no tenant where there are some.
    NoTenant,
    Allowed,
}

use Who::{
    Allowed, Expired, NoTenant, Nobody, NotYet, OtherOwner, OtherTenant, Roleless, TooNarrow,
    UnknownKey, Unsigned, WrongAlgorithm, WrongAudience, WrongIssuer,
};

const ALL: [Who; 14] = [
    Nobody,
    Expired,
    NotYet,
    WrongAudience,
    WrongIssuer,
    WrongAlgorithm,
    Unsigned,
    UnknownKey,
    Roleless,
    TooNarrow,
    OtherOwner,
    OtherTenant,
    NoTenant,
    Allowed,
];

impl Who {
    /// The status that this caller meets at a route; none for those who are let in.
    fn status(self, entry: &Entry) -> Option<u16> {
        match self {
            NoTenant => Some(403),
            _ if entry.roles.is_empty() => None,
            OtherTenant => entry.elsewhere(),
            Roleless | TooNarrow => Some(403),
            OtherOwner => entry.is_owned.then_some(403),
            Allowed => None,
            _ => Some(401),
        }
    }

    fn token(self, issuer: &TestIssuer, entry: &Entry) -> Option<String> {
        let roles = json!({"realm_access": {"roles": entry.roles}});
        let with = |claims: Value| issuer.token(&merged(roles.clone(), &claims));
        let claims = || merged(good_claims(), &roles).to_string();
        Some(match self {
            Nobody => return None,
            Expired => with(json!({"exp": NOW - 31})),
            NotYet => with(json!({"nbf": NOW + 31})),
            WrongAudience => with(json!({"aud": format!("{AUDIENCE}-other")})),
            WrongIssuer => with(json!({"iss": format!("{ISSUER}/")})),
            WrongAlgorithm => issuer.signed(&merged(header(), &json!({"alg": "HS256"})), &claims()),
            Unsigned => {
                let none = json!({"alg": "none"}).to_string();
                format!("{}.{}.", encode(none), encode(claims()))
            }
            UnknownKey => issuer.signed(&merged(header(), &json!({"kid": "2"})), &claims()),
            Roleless => issuer.token(&json!({"realm_access": {"roles": []}})),
            TooNarrow => issuer.token(&json!({"scope": entry.narrow})),
            OtherOwner => with(json!({"sub": "somebody else"})),
            OtherTenant => with(json!({"tenant": "b"})),
            NoTenant | Allowed => with(json!({})),
        })
    }
}

#[test]
fn every_route_has_an_entry_in_the_matrix() {
    let routes: BTreeSet<(String, &str)> = server::routes()
        .map(|(method, path)| (method.to_string(), path))
        .collect();
    let entries: BTreeSet<(String, &str)> = ENTRIES
        .iter()
        .map(|entry| (entry.method.to_owned(), entry.row))
        .collect();
    assert_eq!(routes, entries, "who may take the route?");
}

#[test]
fn every_route_lets_in_whom_it_should_and_nobody_else() {
    let issuer = TestIssuer::with(|settings| settings.tenant_claim = Some("tenant".to_owned()));
    let mut wrong = Vec::new();
    for entry in ENTRIES {
        for who in ALL {
            let (status, text) = ask(&issuer, entry, who);
            let is_right = match who.status(entry) {
                Some(expected) => status == expected,
                None => ![401, 403].contains(&status) && status < 500,
            };
            if !is_right {
                wrong.push(format!(
                    "{} {} {who:?}: {status} {text}",
                    entry.method, entry.path
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A request to a server with an organization and a job, both somebody's, and of tenant a where there are tenants.
fn ask(issuer: &TestIssuer, entry: &Entry, who: Who) -> (u16, String) {
    let has_tenants = matches!(who, OtherTenant | NoTenant);
    let fyr = Fyr::with(|settings| {
        if has_tenants {
            settings.tenancy = Tenancy::Claim;
            settings.tenants = vec!["a".parse().unwrap(), "b".parse().unwrap()];
        }
    });
    let of_a = fyr.seen_by(Caller::developer().in_tenant_of(&json!({"tenant": "a"}), "tenant"));
    of_a.put(
        ONE,
        &json!({"resourceType": "Organization", "id": "1", "name": "A"}),
    )
    .expect(201);
    let job = if entry.is_owned {
        begun(&fyr, entry)
    } else {
        String::new()
    };
    let caller = match who.token(issuer, entry) {
        None => Caller::anonymous(),
        Some(token) => issuer.caller(&token),
    };
    let reply = asked(&fyr.seen_by(caller), entry, &job);
    if has_tenants {
        let left = of_a.get(ONE).expect(200).json;
        assert_eq!(
            (&left["name"], &left["meta"]["versionId"]),
            (&json!("A"), &json!("1"))
        );
        assert!(!reply.text.contains("\"A\""), "{}", reply.text);
    }
    (reply.status, reply.text)
}

/// Sends the request of an entry.
fn asked(fyr: &Fyr, entry: &Entry, job: &str) -> Reply {
    let path = entry.path.replace("{job}", job);
    let ask = fyr
        .ask(entry.method, &path)
        .header("prefer", "respond-async");
    let organization = json!({"resourceType": "Organization", "id": "1", "name": "B"});
    let ask = match entry.body {
        Body::None => ask,
        Body::Organization => ask.json(&organization),
        Body::Patch => ask.bytes("application/json-patch+json", "[]"),
        Body::Bundle => ask.json(&json!({"resourceType": "Bundle", "type": "transaction",
            "entry": [{"request": {"method": "GET", "url": "Organization/1"}}]})),
        Body::Parameters => ask.json(&json!({"resourceType": "Parameters", "parameter": [
            {"name": "expungePreviousVersions", "valueBoolean": true}]})),
        Body::Form => {
            let is_of_server = entry.row == "_search";
            let form = if is_of_server {
                "_type=Organization"
            } else {
                ""
            };
            ask.bytes("application/x-www-form-urlencoded", form)
        }
    };
    ask.send()
}

/// The job that `somebody` began, whose status the entry is about.
fn begun(fyr: &Fyr, entry: &Entry) -> String {
    let claims = json!({"user_id": "somebody", "user_type": "SYSTEM", "tenant": "a",
        "realm_access": {"roles": entry.roles}});
    let owner = fyr.seen_by(Caller::from_claims(&claims).in_tenant_of(&claims, "tenant"));
    let ask = if entry.roles == IMPORT {
        let lines = json!({"resourceType": "Organization", "identifier": [
            {"system": "urn:oid:1.2.208.176.1.1", "value": "1"}]});
        let ask = owner.ask("POST", "/$import-organizations");
        ask.bytes("application/fhir+ndjson", lines.to_string())
    } else {
        owner.ask("GET", "/$export?_type=Organization")
    };
    let reply = ask.header("prefer", "respond-async").send().expect(202);
    let status = reply.header("content-location").unwrap().to_owned();
    status.rsplit_once('=').unwrap().1.to_owned()
}

#[test]
fn a_request_inside_a_bundle_needs_the_same_right_as_alone() {
    let issuer = TestIssuer::new();
    let no_bundles = ["", "_search", ".well-known/smart-configuration"];
    for entry in ENTRIES.iter().filter(|entry| {
        let is_of_server = entry.row.starts_with('$') || entry.row.ends_with("$expunge");
        !is_of_server
            && !no_bundles.contains(&entry.row)
            && !entry.row.ends_with("_search")
            && !entry.roles.is_empty()
    }) {
        let fyr = Fyr::new();
        let mut one = json!({"request": {"method": entry.method, "url": &entry.path[1..]}});
        match entry.body {
            Body::Organization => {
                one["resource"] = json!({"resourceType": "Organization", "id": "1"});
            }
            _ if entry.method == "GET" || entry.method == "DELETE" => {}
            _ => one["resource"] = json!({"resourceType": "Parameters"}),
        }
        let bundle = json!({"resourceType": "Bundle", "type": "batch", "entry": [one]});
        let token = issuer.token(
            &json!({"scope": entry.narrow, "realm_access": {"roles": ["FHIR.transaction"]}}),
        );
        let reply = fyr
            .seen_by(issuer.caller(&token))
            .post("/", &bundle)
            .expect(200);
        let status = reply.status_of(0);
        assert!(
            status.starts_with("403"),
            "{} {}: {status}",
            entry.method,
            entry.path
        );
    }
}
