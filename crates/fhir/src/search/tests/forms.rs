//! Each type of parameter: what its values may look like, and what they find.

use serde_json::json;

use super::{check, criterion, object, read};
use crate::search_parameter::Set;

#[test]
fn tokens_are_codes_in_systems() {
    let organization = json!({"resourceType": "Organization", "id": "o1", "active": true,
        "type": [{"coding": [{"system": "http://t", "code": "dept", "display": "Hôpital A"},
            {"code": "bare"}], "text": "Avdelning"}],
        "identifier": [{"system": "sys", "value": "7",
            "type": {"coding": [{"system": "http://v2", "code": "MR"}]}}],
        "meta": {"tag": [{"system": "http://g", "code": "a"}], "security": [{"code": "R"}]}});
    check(
        &organization,
        &[
            "type=dept",
            "type=http://t|dept",
            "type=|bare",
            "type=http://t|",
            "type=x,dept",
            "type:not=team",
            "type:text=hopital",
            "type:text=avd",
            "type:missing=false",
            "identifier=7",
            "identifier=sys|7",
            "identifier:of-type=http://v2|MR|7",
            "active=true",
            "active=|true",
            "active:not=false",
            "_id=o1",
            "_id=x,o1",
            "_tag=http://g|a",
            "_security=R",
        ],
        &[
            "type=Dept",
            "type=dep",
            "type=http://u|dept",
            "type=|dept",
            "type=http://u|",
            "type:not=dept",
            "type:not=x,bare",
            "type:text=opital",
            "type:missing=true",
            "identifier=8",
            "identifier=|7",
            "identifier:of-type=http://v2|XX|7",
            "active=false",
            "active:not=true",
            "_id=o",
            "_tag=http://h|a",
            "_security=N",
        ],
    );
    let empty = json!({"resourceType": "Organization"});
    check(
        &empty,
        &["type:missing=true", "type:not=dept"],
        &["type=dept", "type:missing=false"],
    );
}

#[test]
fn a_code_has_the_system_it_is_bound_to() {
    let patient = json!({"resourceType": "Patient", "gender": "male",
        "telecom": [{"system": "phone", "value": "555"}, {"system": "email", "value": "a@b"}]});
    check(
        &patient,
        &[
            "gender=male",
            "gender=http://hl7.org/fhir/administrative-gender|male",
            "gender=|male",
            "gender=http://hl7.org/fhir/administrative-gender|",
            "phone=555",
            "telecom=a@b",
            "telecom=email|a@b",
            "deceased=false",
        ],
        &[
            "gender=female",
            "gender=http://x|male",
            "gender=http://x|",
            "phone=a@b",
            "email=555",
            "deceased=true",
            "active=true",
        ],
    );
}

#[test]
fn strings_start_alike_without_case_and_accents() {
    let patient = json!({"resourceType": "Patient",
        "name": [{"family": "Östergård", "given": ["Anna Maria", "Eva"], "prefix": ["Dr."]}],
        "address": [{"line": ["Storgatan 1"], "city": "Malmö", "postalCode": "211 42"}]});
    check(
        &patient,
        &[
            "name=oster",
            "name=ÖSTERGÅRD",
            "name=eva",
            "name=dr",
            "family=Öst",
            "given=anna  maria",
            "name:exact=Eva",
            "name:contains=gard",
            "given:contains=MAR",
            "address=malmo",
            "address=storgatan",
            "address-city=mal",
            "name=x,eva",
            "address-postalcode=211",
            "phonetic=ostergord",
        ],
        &[
            "name=gard",
            "name:exact=eva",
            "name:exact=Ev",
            "name:contains=gaard",
            "family=eva",
            "address=gatan",
            "address-city=storgatan",
            "address-country=s",
            "name=x,y",
            "phonetic=andersen",
        ],
    );
}

#[test]
fn references_point_to_types_and_ids() {
    let observation = json!({"resourceType": "Observation", "subject": {"reference": "Patient/1"},
        "encounter": {"reference": "Encounter/2/_history/3"},
        "performer": [{"reference": "http://x/fhir/Organization/4"},
            {"identifier": {"system": "hsa", "value": "SE1"}},
            {"reference": "#c"}, {"reference": "urn:oid:1.2.3"}]});
    check(
        &observation,
        &[
            "subject=1",
            "subject=Patient/1",
            "subject:Patient=1",
            "patient=1",
            "patient=Patient/1",
            "encounter=2",
            "encounter=Encounter/2",
            "encounter=Encounter/2/_history/3",
            "performer=http://x/fhir/Organization/4",
            "performer:identifier=hsa|SE1",
            "performer:identifier=SE1",
            "performer=urn:oid:1.2.3",
            "subject:missing=false",
            "subject=9,1",
            "subject:Patient=Patient/1",
        ],
        &[
            "subject=2",
            "subject=Group/1",
            "subject:Group=1",
            "encounter=Encounter/2/_history/4",
            "performer=4",
            "performer=http://y/fhir/Organization/4",
            "performer:identifier=hsa|SE2",
            "subject:identifier=SE1",
            "performer=urn:oid:1.2",
            "subject:missing=true",
        ],
    );
    let group = json!({"resourceType": "Observation", "subject": {"reference": "Group/1"}});
    check(
        &group,
        &["subject=1"],
        &["patient=1", "patient:missing=false"],
    );
}

#[test]
fn canonicals_are_references_in_any_version() {
    let plan = json!({"resourceType": "PlanDefinition", "library": ["http://x/Library/a|2.0"]});
    check(
        &plan,
        &[
            "depends-on=http://x/Library/a",
            "depends-on=http://x/Library/a%7C2.0"
                .replace("%7C", "\\|")
                .as_str(),
        ],
        &[
            "depends-on=http://x/Library/ab",
            "depends-on=http://x/Library/a\\|1.0",
        ],
    );
    let document = json!({"resourceType": "Bundle", "entry": [
        {"resource": {"resourceType": "Composition", "id": "c"}}]});
    check(
        &document,
        &["composition=Composition/c", "composition=c"],
        &["composition=d"],
    );
}

#[test]
fn uris_are_exact_above_or_below() {
    let value_set = json!({"resourceType": "ValueSet", "url": "http://x/fhir/ValueSet/a",
        "meta": {"profile": ["http://p/a|1"], "source": "urn:s"}});
    check(
        &value_set,
        &[
            "url=http://x/fhir/ValueSet/a",
            "url:below=http://x/fhir",
            "url:below=http://x/fhir/",
            "url:above=http://x/fhir/ValueSet/a/b",
            "url:above=http://x/fhir/ValueSet/a",
            "_profile=http://p/a",
            "_source=urn:s",
        ],
        &[
            "url=http://x/fhir/ValueSet",
            "url=HTTP://x/fhir/ValueSet/a",
            "url:below=http://x/fh",
            "url:above=http://x/fhir",
            "_profile=http://p",
            "_source=urn:t",
        ],
    );
}

#[test]
fn a_composite_is_met_by_one_element() {
    let pair = |code, value| {
        json!({"code": {"coding": [{"system": "l", "code": code}]},
        "valueQuantity": {"value": value, "unit": "mg", "code": "mg"}})
    };
    let observation = json!({"resourceType": "Observation",
        "code": {"coding": [{"code": "panel"}]}, "component": [pair("a", 5), pair("b", 9)]});
    check(
        &observation,
        &[
            "component-code-value-quantity=l|a$5||mg",
            "component-code-value-quantity=b$gt8",
            "combo-code-value-quantity=a$lt6",
            "component-code-value-quantity=x$1,a$5",
        ],
        &[
            "component-code-value-quantity=a$9",
            "combo-code-value-quantity=panel$5",
            "code-value-quantity=a$5",
        ],
    );
    let reference = json!({"resourceType": "DocumentReference", "relatesTo": [
        {"code": "appends", "target": {"reference": "DocumentReference/1"}}]});
    check(
        &reference,
        &["relationship=DocumentReference/1$appends"],
        &[
            "relationship=DocumentReference/1$replaces",
            "relationship=DocumentReference/2$appends",
        ],
    );
    let sequence = json!({"resourceType": "MolecularSequence",
        "referenceSeq": {"chromosome": {"coding": [{"code": "1"}]}},
        "variant": [{"start": 10, "end": 20}, {"start": 30, "end": 40}]});
    check(
        &sequence,
        &["chromosome-variant-coordinate=1$ge10$le20"],
        &[
            "chromosome-variant-coordinate=1$gt10$lt40",
            "chromosome-variant-coordinate=2$10$20",
        ],
    );
}

#[test]
fn a_hierarchy_is_left_to_who_searches() {
    let below = criterion("Organization", "partof:below=1,Organization/2");
    let hierarchy = below.hierarchy().unwrap();
    assert_eq!(hierarchy.direction, super::super::HierarchyDirection::Below);
    assert_eq!(hierarchy.from, ["Organization/1", "Organization/2"]);
    let member = json!({"resourceType": "Organization", "id": "4",
        "partOf": {"reference": "Organization/3"}});
    assert!(!below.matches(object(&member)));
    assert!(below.drivers().is_none());
    let issue = read(&Set::default(), "Observation", "subject:below=1").unwrap_err();
    assert!(
        issue.diagnostics.contains("a hierarchy starts at"),
        "{issue:?}"
    );
}

#[test]
fn a_criterion_has_one_text_however_it_is_written() {
    for (one, other) in [
        ("name=Region  Öst", "name=region ost"),
        ("type=a,b", "type=b,a,a"),
        ("type=a\\,b", "type=a\\,b"),
        (
            "_lastUpdated=ge2026-01-01",
            "_lastUpdated=ge2026-01-01T00:00:00.000+00:00,ge2026-01-01",
        ),
    ] {
        let (one, other) = (
            criterion("Organization", one),
            criterion("Organization", other),
        );
        if one.canonical().starts_with("_last") {
            assert!(
                other
                    .canonical()
                    .contains(one.canonical().split_once('=').unwrap().1)
            );
        } else {
            assert_eq!(one.canonical(), other.canonical());
        }
    }
    assert_ne!(
        criterion("Organization", "type=a\\,b").canonical(),
        criterion("Organization", "type=a,b").canonical()
    );
    assert_ne!(
        criterion("Organization", "name:exact=a").canonical(),
        criterion("Organization", "name=a").canonical()
    );
}
