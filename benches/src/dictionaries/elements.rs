//! Made-up elements that resources of many types have.

use serde_json::{Map, Value, json};

use super::chance::Chance;

pub(super) const V3: &str = "http://terminology.hl7.org/CodeSystem/v3-";
pub(super) const TERMS: &str = "http://terminology.hl7.org/CodeSystem/";

/// Sets what chance wants there to be.
pub(super) fn maybe(
    resource: &mut Value,
    is_there: bool,
    name: &str,
    value: impl FnOnce() -> Value,
) {
    if is_there && let Some(object) = resource.as_object_mut() {
        object.insert(name.to_owned(), value());
    }
}

pub(super) fn concept(system: &str, code: &str, display: &str) -> Value {
    json!({"coding": [{"system": system, "code": code, "display": display}]})
}

pub(super) fn reference(chance: &mut Chance, resource_type: &str) -> Value {
    let mut reference = json!({"reference": format!("{resource_type}/{}", chance.uuid())});
    let (is_named, name) = (chance.percent(30), chance.word());
    maybe(&mut reference, is_named, "display", || json!(name));
    reference
}

pub(super) fn telecom(chance: &mut Chance) -> Value {
    let phone = format!(
        "{}{}",
        chance.pick(&["+45 ", "+46 ", "+47 "]),
        chance.digits(8)
    );
    let host = chance.word().to_lowercase();
    let mut all = vec![json!({"system": "phone", "value": phone, "use": "work"})];
    if chance.percent(60) {
        all.push(
            json!({"system": "email", "value": format!("info@{host}.example"), "use": "work"}),
        );
    }
    if chance.percent(20) {
        all.push(json!({"system": "url", "value": format!("https://www.{host}.example")}));
    }
    Value::Array(all)
}

pub(super) fn address(chance: &mut Chance) -> Value {
    let (street, city) = (chance.word(), chance.word());
    let line = format!(
        "{street}{} {}",
        chance.pick(&["gade", "vej", "gatan", "vägen"]),
        chance.below(200)
    );
    json!({"use": chance.pick(&["work", "home"]), "type": "physical", "line": [line], "city": city,
        "postalCode": chance.digits(4), "country": chance.pick(&["DK", "SE", "NO"])})
}

pub(super) fn one_name(chance: &mut Chance) -> Value {
    let (family, given, other) = (chance.word(), chance.word(), chance.word());
    let mut given = vec![given];
    if chance.percent(40) {
        given.push(other);
    }
    json!({"use": "official", "family": family, "given": given})
}

pub(super) fn identifier(chance: &mut Chance, systems: &[&str], digits: usize) -> Value {
    json!({"use": "official", "system": chance.pick(systems), "value": chance.digits(digits)})
}

pub(super) fn period(chance: &mut Chance) -> Value {
    json!({"start": chance.instant(), "end": chance.instant()})
}

pub(super) fn narrative(text: &str) -> Value {
    let div = format!("<div xmlns=\"http://www.w3.org/1999/xhtml\">{text}</div>");
    json!({"status": "generated", "div": div})
}

pub(super) fn start(chance: &mut Chance, resource_type: &str) -> Value {
    let mut resource = json!({"resourceType": resource_type, "id": chance.uuid()});
    let is_tagged = chance.percent(15);
    maybe(
        &mut resource,
        is_tagged,
        "meta",
        || json!({"profile": [format!("http://hl7.org/fhir/StructureDefinition/{resource_type}")]}),
    );
    resource
}

pub(super) fn with(mut resource: Value, rest: Value) -> Value {
    if let (Some(object), Value::Object(rest)) = (resource.as_object_mut(), rest) {
        object.extend::<Map<String, Value>>(rest);
    }
    resource
}

pub(super) fn available() -> Value {
    json!([{"daysOfWeek": ["mon", "tue", "wed", "thu", "fri"], "availableStartTime": "08:00:00", "availableEndTime": "16:00:00"}])
}
