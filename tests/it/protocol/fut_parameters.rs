//! What the Danish eHealth platform searches organizations by: 29 parameters, nine of all resources,
//! eleven of R4's, and nine more, of which seven are resources that this server is given.

use serde_json::{Value, json};

use super::{
    found::{ids, matches, search},
    fyr::Fyr,
    reindex::client::reindex,
};

/// A transaction with the platform's own parameters.
const OWN: &str = include_str!("../../../docs/fut-search-parameters.json");

const EXTENSION: &str = "http://ehealth.sundhed.dk/fhir/StructureDefinition/ehealth-organization-";

/// Each parameter, with a value that the organization has, and one that is near.
const PARAMETERS: [(&str, &str, &str); 29] = [
    ("_id", "heart", "hear"),
    ("_lastUpdated", "ge2026-01-01", "gt2026-01-02"),
    ("_profile", "http://x/department", "http://x/departments"),
    ("_tag", "http://t|blue", "http://t|green"),
    ("_security", "R", "V"),
    ("_source", "http://sor.example/a", "http://sor.example/b"),
    ("_text", "cardiology", "oncology"),
    ("_content", "12345678", "12345679"),
    (
        "_has:Location:organization:name",
        "outpatient",
        "outpatients of",
    ),
    ("active", "true", "false"),
    ("address", "aarhus", "aahus"),
    ("address-city", "Aarh", "rhus"),
    ("address-country", "DK", "SE"),
    ("address-postalcode", "8200", "8201"),
    ("address-state", "midt", "syd"),
    ("address-use", "work", "home"),
    ("contactName", "hans", "ansen"),
    ("cvrNumber", "12345678", "12345679"),
    ("endpoint", "Endpoint/e", "Endpoint/f"),
    (
        "identifier",
        "https://cvr.dk|12345678",
        "https://cvr.se|12345678",
    ),
    ("municipalityCode", "0751", "0752"),
    ("name", "hjerte", "klinikken"),
    ("partof", "Organization/hospital", "Organization/heart"),
    ("phonetic", "cardiologisk", "hjertelig"),
    ("providerIdentifier", "P9", "P8"),
    ("regionCode", "1082", "1081"),
    ("source", "SOR", "STS"),
    ("specialty", "http://s|394579002", "http://s|394579003"),
    ("type", "http://k|dept", "http://k|team"),
];

fn extension(name: &str, mut value: Value) -> Value {
    value["url"] = json!(format!("{EXTENSION}{name}"));
    value
}

fn organization() -> Value {
    let specialty = json!({"url": "specialty",
        "valueCodeableConcept": {"coding": [{"system": "http://s", "code": "394579002"}]}});
    json!({
        "resourceType": "Organization", "id": "heart", "active": true,
        "meta": {"profile": ["http://x/department"], "source": "http://sor.example/a",
            "tag": [{"system": "http://t", "code": "blue"}], "security": [{"code": "R"}]},
        "text": {"status": "generated",
            "div": "<div xmlns=\"http://www.w3.org/1999/xhtml\">Department of cardiology</div>"},
        "name": "Kardiologisk Afdeling", "alias": ["Hjerteklinikken"],
        "type": [{"coding": [{"system": "http://k", "code": "dept"}]}],
        "identifier": [{"system": "https://cvr.dk", "value": "12345678"}],
        "partOf": {"reference": "Organization/hospital"},
        "endpoint": [{"reference": "Endpoint/e"}],
        "address": [{"use": "work", "city": "Aarhus", "country": "DK", "postalCode": "8200",
            "state": "Midtjylland"}],
        "contact": [{"name": {"family": "Hansen"}}],
        "extension": [
            extension("cvrNumber", json!({"valueString": "12345678"})),
            extension("municipalityCode", json!({"valueString": "0751"})),
            extension("providerIdentifier", json!({"valueString": "P9"})),
            extension("regionCode", json!({"valueString": "1082"})),
            extension("source", json!({"valueCodeableConcept": {"coding": [{"code": "SOR"}]}})),
            extension("specialty", json!({"extension": [specialty]})),
        ],
    })
}

/// A department, and what belongs to it, stored before the parameters come into force.
fn platform() -> Fyr {
    let fyr = Fyr::new();
    let around = [
        json!({"resourceType": "Organization", "id": "hospital", "name": "Sygehus"}),
        organization(),
        json!({"resourceType": "Organization", "id": "ward", "name": "Sengeafsnit",
            "partOf": {"reference": "Organization/heart"}}),
        json!({"resourceType": "Location", "id": "place", "name": "Outpatient clinic",
            "managingOrganization": {"reference": "Organization/heart"}}),
        json!({"resourceType": "CareTeam", "id": "team",
            "managingOrganization": [{"reference": "Organization/heart"}]}),
        json!({"resourceType": "Provenance", "id": "trace", "recorded": "2026-01-01T00:00:00Z",
            "target": [{"reference": "Organization/heart"}],
            "agent": [{"who": {"display": "a registry"}}]}),
    ];
    for resource in around {
        super::found::store(&fyr, &resource);
    }
    fyr.post("/", &serde_json::from_str(OWN).unwrap())
        .expect(200);
    fyr.get("/Organization?cvrNumber=12345678").expect(400);
    reindex(&fyr, &json!([]));
    fyr.advance(31_000);
    fyr
}

#[test]
fn every_parameter_of_the_platform_finds_what_has_the_value_and_not_what_is_near() {
    let fyr = platform();
    for (name, value, near) in PARAMETERS {
        let found = search(&fyr, &format!("/Organization?{name}={}", encoded(value)));
        assert!(found.contains(&"heart".to_owned()), "{name}={value}");
        let found = search(&fyr, &format!("/Organization?{name}={}", encoded(near)));
        assert!(!found.contains(&"heart".to_owned()), "{name}={near}");
    }
}

#[test]
fn every_parameter_of_the_platform_is_declared() {
    let fyr = platform();
    let statement = fyr.get("/metadata").expect(200).json;
    let types = statement["rest"][0]["resource"].as_array().unwrap();
    let organization = types.iter().find(|one| one["type"] == "Organization");
    let declared = organization.unwrap()["searchParam"].as_array().unwrap();
    for (name, _, _) in PARAMETERS {
        let is_declared = declared.iter().any(|one| one["name"] == name);
        assert!(is_declared || name.starts_with("_has"), "{name}");
    }
}

#[test]
fn what_the_platform_includes_with_organizations_is_there() {
    let fyr = platform();
    for (parameters, expected) in [
        ("_include=Organization:partof", vec!["hospital"]),
        ("_include:iterate=Organization:partof", vec!["hospital"]),
        ("_revinclude=Organization:partof", vec!["ward"]),
        ("_revinclude=CareTeam:managingOrganization", vec!["team"]),
        ("_revinclude=Provenance:target", vec!["trace"]),
    ] {
        let reply = fyr.get(&format!("/Organization?_id=heart&{parameters}"));
        let reply = reply.expect(200);
        assert_eq!(matches(&reply), ["heart"], "{parameters}");
        assert_eq!(ids(&reply, "include"), expected, "{parameters}");
    }
    for query in [
        "_id=trace",
        "recorded=2026-01-01",
        "target=Organization/heart",
    ] {
        assert_eq!(search(&fyr, &format!("/Provenance?{query}")), ["trace"]);
    }
}

fn encoded(value: &str) -> String {
    value.replace('|', "%7C").replace(' ', "%20")
}
