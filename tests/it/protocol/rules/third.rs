//! A rule set of a third country: all that it takes is one value of one trait.

use std::sync::Arc;

use fhir::{
    bundle::Bundle,
    outcome::{Coding, Issue, IssueType},
};
use serde_json::json;
use server::rules::{Answers, Cause, Change, RuleSet};

use super::super::{
    entries::{identified, organization, post, with},
    fyr::Fyr,
};

const PROFILE: &str = "http://example.no/Bundle";
const NUMBER: &str = "urn:oid:2.16.578.1.12.4.1.4.101";

/// Norway, as far as a test needs it: names are capital letters, and dissolved organizations stay so.
#[derive(Debug)]
struct Norway;

impl RuleSet for Norway {
    fn name(&self) -> &'static str {
        "no"
    }

    fn is_asked_for_by(&self, bundle: &Bundle) -> bool {
        bundle.has_profile(PROFILE)
    }

    fn unique_systems(&self) -> &'static [(&'static str, &'static str)] {
        &[("Organization", NUMBER)]
    }

    fn is_read_only(&self, kind: &str) -> bool {
        kind == "Endpoint"
    }

    fn receive(&self, bundle: &mut Bundle, _answers: &Answers) -> Vec<Issue> {
        // no more than two at a time; the third and later are left out
        bundle.entries.truncate(2);
        Vec::new()
    }

    fn review(&self, change: &mut Change<'_>) -> Vec<Issue> {
        let name = |object: &fhir::json::Object| {
            object
                .get("name")
                .and_then(|name| name.as_str())
                .map(str::to_owned)
        };
        let Some(after) = &mut change.after else {
            return Vec::new();
        };
        let sent = name(after.object()).unwrap_or_default();
        if sent.is_empty() {
            let issue =
                Issue::error(IssueType::Required, "et navn mangler").at("Organization.name");
            return vec![issue.coded(Coding::new("http://example.no/errors", "NO-1"))];
        }
        if change.cause == Cause::Update
            && change
                .before
                .as_ref()
                .and_then(|before| before.get("active"))
                == Some(&false.into())
        {
            change.keep();
            return vec![Issue::warning(IssueType::BusinessRule, "oppløst")];
        }
        after
            .object_mut()
            .insert("name".to_owned(), sent.to_uppercase().into());
        Vec::new()
    }
}

fn fyr(in_force: &[&str]) -> Fyr {
    Fyr::with(|settings| {
        settings.rules.more = vec![Arc::new(Norway)];
        settings.rules.in_force = in_force.iter().map(|name| (*name).to_owned()).collect();
        settings.unique_systems = server::UniqueSystems::default().of(&settings.rules);
    })
}

#[test]
fn a_new_rule_set_judges_mends_and_merges_single_requests() {
    let fyr = fyr(&["no"]);
    let reply = fyr
        .post("/Organization", &json!({"resourceType": "Organization"}))
        .expect(422);
    assert_eq!(reply.places(), ["Organization.name"]);
    assert_eq!(
        reply.json["issue"][0]["details"]["coding"][0]["code"],
        "NO-1"
    );
    let id = fyr.created(&with(organization("oslo"), "active", false.into()));
    let path = format!("/Organization/{id}");
    assert_eq!(fyr.get(&path).json["name"], "OSLO");
    let reply = fyr
        .put(&path, &with(organization("bergen"), "id", id.into()))
        .expect(200);
    assert_eq!(reply.json["name"], "OSLO");
    assert_eq!(reply.header("etag"), Some("W/\"1\""));
    fyr.post("/Endpoint", &json!({"resourceType": "Endpoint"}))
        .expect(405);
}

#[test]
fn a_new_rule_set_is_in_force_for_a_bundle_that_asks_for_it_and_for_no_other() {
    let fyr = fyr(&[]);
    let plain = fyr.transaction(&[post(&organization("oslo"))]).expect(200);
    assert_eq!(
        fyr.get(&format!("/{}", plain.target(0))).json["name"],
        "oslo"
    );
    let entries: Vec<_> = ["a", "b", "c"]
        .iter()
        .map(|name| post(&organization(name)))
        .collect();
    let bundle = json!({"resourceType": "Bundle", "type": "transaction", "entry": entries,
        "meta": {"profile": [PROFILE]}});
    let reply = fyr.post("/", &bundle).expect(200);
    assert_eq!(reply.statuses(), ["201 Created", "201 Created", "200 OK"]);
    assert_eq!(fyr.get(&format!("/{}", reply.target(1))).json["name"], "B");
    let nameless = json!({"resourceType": "Organization"});
    let bundle = json!({"resourceType": "Bundle", "type": "transaction",
        "entry": [post(&organization("a")), post(&nameless)], "meta": {"profile": [PROFILE]}});
    assert_eq!(
        fyr.post("/", &bundle).expect(422).places(),
        ["Bundle.entry[1].resource.name"]
    );
}

#[test]
fn a_new_rule_set_makes_its_identifiers_unique_for_everybody() {
    let fyr = fyr(&[]);
    fyr.post("/Organization", &identified(NUMBER, "974760673"))
        .expect(201);
    let reply = fyr
        .post("/Organization", &identified(NUMBER, "974760673"))
        .expect(422);
    assert_eq!(reply.codes(), ["duplicate"]);
}
