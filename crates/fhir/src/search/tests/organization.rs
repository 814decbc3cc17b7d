//! The parameters that a registry of organizations needs: R4's, and those for extensions.

use serde_json::{Value, json};

use super::{object, read};
use crate::resource::Resource;
use crate::search::{Direction, index_entries, references, sort_key};
use crate::search_parameter::{SearchParameter, Set};

const EXTENSION: &str = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization-";

/// A transaction that brings the seven parameters of a registry's own.
const OWN: &str = include_str!("../../../../../docs/fut-search-parameters.json");

fn set() -> Set {
    let bundle: Value = serde_json::from_str(OWN).unwrap();
    let entries = bundle["entry"].as_array().unwrap();
    let own = entries.iter().map(|entry| {
        let resource = Resource::from_value(entry["resource"].clone()).unwrap();
        SearchParameter::compile(resource.object()).unwrap()
    });
    Set::with(own)
}

fn extension(name: &str, value: Value) -> Value {
    let mut extension = value;
    extension["url"] = json!(format!("{EXTENSION}{name}"));
    extension
}

fn organization() -> Value {
    let specialty = json!([{"url": "specialty",
        "valueCodeableConcept": {"coding": [{"system": "http://s", "code": "394579002"}]}}]);
    json!({
        "resourceType": "Organization", "id": "o1", "active": true, "name": "Kardiologisk Afdeling",
        "meta": {"lastUpdated": "2026-04-16T11:26:48.316+00:00", "profile": ["http://p"],
            "tag": [{"code": "t"}], "security": [{"code": "s"}]},
        "alias": ["Hjerteklinikken"], "type": [{"coding": [{"system": "http://t", "code": "dept"}]}],
        "identifier": [{"system": "https://cvr.dk", "value": "12345678"}],
        "partOf": {"reference": "Organization/o0"}, "endpoint": [{"reference": "Endpoint/e"}],
        "address": [{"use": "work", "city": "Aarhus", "country": "DK", "postalCode": "8200",
            "state": "Midtjylland"}],
        "contact": [{"name": {"family": "Hansen"}}],
        "extension": [
            extension("cvrNumber", json!({"valueString": "12345678"})),
            extension("municipalityCode", json!({"valueString": "0751"})),
            extension("providerIdentifier", json!({"valueString": "P9"})),
            extension("regionCode", json!({"valueString": "1082"})),
            extension("source", json!({"valueCode": "SOR"})),
            extension("specialty", json!({"extension": specialty})),
        ],
    })
}

#[test]
fn all_parameters_of_a_registry_work() {
    let (set, organization) = (set(), organization());
    let rows = [
        ("_id=o1", "_id=o2"),
        ("_lastUpdated=ge2026-04-16", "_lastUpdated=gt2026-04-17"),
        ("_profile=http://p", "_profile=http://q"),
        ("_tag=t", "_tag=u"),
        ("_security=s", "_security=t"),
        ("active=true", "active=false"),
        ("address=aarhus", "address=odense"),
        ("address-city=Aarh", "address-city=rhus"),
        ("address-country=DK", "address-country=SE"),
        ("address-postalcode=8200", "address-postalcode=8000"),
        ("address-state=midt", "address-state=syd"),
        ("address-use=work", "address-use=home"),
        ("contactName=hans", "contactName=jens"),
        ("cvrNumber=12345678", "cvrNumber=87654321"),
        ("endpoint=Endpoint/e", "endpoint=Endpoint/f"),
        (
            "identifier=https://cvr.dk|12345678",
            "identifier=https://cvr.se|12345678",
        ),
        ("municipalityCode=0751", "municipalityCode=0752"),
        ("name=hjerte", "name=klinikken"),
        ("partof=Organization/o0", "partof=Organization/o1"),
        ("phonetic=cardiologisk", "phonetic=hjerte"),
        ("providerIdentifier=P9", "providerIdentifier=P8"),
        ("regionCode=1082", "regionCode=1081"),
        ("source=SOR", "source=STS"),
        (
            "specialty=http://s|394579002",
            "specialty=http://s|394579003",
        ),
        ("type=dept", "type=team"),
    ];
    for (found, not_found) in rows {
        for (query, expected) in [(found, true), (not_found, false)] {
            let criterion = read(&set, "Organization", query).unwrap();
            assert_eq!(
                criterion.matches(object(&organization)),
                expected,
                "{query}"
            );
        }
    }
}

#[test]
fn an_organization_costs_four_entries() {
    let organization = json!({"resourceType": "Organization", "id": "1", "name": "Åsa",
        "alias": ["B"], "active": true, "type": [{"coding": [{"system": "s", "code": "c"}]}],
        "partOf": {"reference": "Organization/0"},
        "identifier": [{"system": "s", "value": "1"}], "address": [{"city": "X"}],
        "telecom": [{"value": "1"}]});
    let entries = index_entries(&Set::default(), object(&organization));
    let plain: Vec<_> = entries
        .iter()
        .map(|entry| (entry.parameter.as_str(), entry.sort.as_str()))
        .collect();
    let expected = [
        ("name", "asa"),
        ("name", "b"),
        ("partof", "Organization"),
        ("type", "c|s"),
    ];
    assert_eq!(plain, expected);
    assert!(entries[2].partition.starts_with("0~"));
}

#[test]
fn own_parameters_are_indexed() {
    let set = set();
    let entries = index_entries(&set, object(&organization()));
    for query in [
        "cvrNumber=12345678",
        "source=SOR",
        "specialty=394579002",
        "contactName=Hansen",
    ] {
        let ranges = read(&set, "Organization", query)
            .unwrap()
            .drivers()
            .unwrap();
        let is_found = |range: &super::super::Range| entries.iter().any(|entry| range.holds(entry));
        assert!(ranges.iter().any(is_found), "{query}");
    }
}

#[test]
fn resources_are_sorted_by_the_value_that_comes_first() {
    let set = set();
    let by = |code: &str, resource: &Value, direction| {
        let parameter = set.find("Organization", code).unwrap();
        sort_key(parameter, object(resource), direction)
    };
    let (up, down) = (Direction::Ascending, Direction::Descending);
    let other = json!({"resourceType": "Organization", "name": "Østafdeling", "alias": ["a"],
        "meta": {"lastUpdated": "2026-04-16T11:26:48.317+00:00"}});
    let first = organization();
    assert!(by("name", &other, up) < by("name", &first, up));
    assert!(by("name", &other, down) > by("name", &first, down));
    assert!(by("_lastUpdated", &first, up) < by("_lastUpdated", &other, up));
    assert_eq!(by("type", &other, up), None);
    assert!(by("type", &first, up).is_some() && by("partof", &first, up).is_some());
    let risk = |number: &str| {
        let text = format!(
            r#"{{"resourceType":"RiskAssessment","prediction":[{{"probabilityDecimal":{number}}}]}}"#
        );
        let value: Value = serde_json::from_str(&text).unwrap();
        let parameter = set.find("RiskAssessment", "probability").unwrap();
        sort_key(parameter, object(&value), up)
    };
    assert!(risk("0.9") < risk("0.10e2"));
}

#[test]
fn references_are_listed_for_who_follows_them() {
    let part_of = crate::search_parameter::find("Organization", "partof").unwrap();
    assert_eq!(
        references(part_of, object(&organization())),
        ["Organization/o0"]
    );
    let name = crate::search_parameter::find("Organization", "name").unwrap();
    assert!(references(name, object(&organization())).is_empty());
}
