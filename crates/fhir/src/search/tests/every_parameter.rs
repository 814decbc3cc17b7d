//! Every one of R4's search parameters, on resources made for it.
//!
//! The expression says where a value stands, the element table what it looks like: for every place
//! and every type of value there, a resource with one value is made. It must be found by that value,
//! must not be found by another one or by `:missing`, and an empty resource must not be found either.
//! When the index has ranges for the criterion, the resource's entries must be in them.

use serde_json::{Value, json};

use super::{criterion, object};
use crate::json::Object;
use crate::schema::{ElementType, resource_types, structure_type};
use crate::search::index_entries;
use crate::search_parameter::{Expression, SearchParameter, SearchType, Set, of};

/// A value of a type, how it is asked for, and how it is missed.
struct Sample {
    value: Value,
    found: &'static str,
    missed: &'static str,
}

fn sample(value: Value, found: &'static str, missed: &'static str) -> Sample {
    Sample {
        value,
        found,
        missed,
    }
}

/// A value by which such a parameter is searched; `None` for a type that it does not compare.
fn value_for(kind: SearchType, leaf: ElementType, is_phonetic: bool) -> Option<Sample> {
    if !kind.compares(leaf) {
        return None;
    }
    let name = leaf.name();
    Some(match kind {
        SearchType::String if is_phonetic => phonetic(name),
        SearchType::String => string(name),
        SearchType::Token => token(name),
        SearchType::Reference => reference(name),
        SearchType::Date => date(name),
        SearchType::Number => number(name),
        SearchType::Quantity => quantity(name),
        _ => sample(json!("http://x/a"), "http://x/a", "http://x"),
    })
}

fn phonetic(leaf: &str) -> Sample {
    match leaf {
        "HumanName" => sample(json!({"family": "Petersen"}), "pederson", "andersen"),
        _ => sample(json!("Region Kristofer"), "christoffer", "region andersen"),
    }
}

fn string(leaf: &str) -> Sample {
    match leaf {
        "HumanName" => sample(json!({"given": ["X", "Åsa Maria"]}), "asa", "maria"),
        "Address" => sample(json!({"line": ["Storgatan 1"]}), "STORG", "gatan"),
        "xhtml" => sample(json!("<div>Öster <b>Nord</b></div>"), "oster nord", "div"),
        _ => sample(json!("Östergötland Nord"), "oster", "nord"),
    }
}

fn token(leaf: &str) -> Sample {
    let coding = json!({"system": "http://s", "code": "c"});
    let identifier = json!({"system": "http://s", "value": "7"});
    match leaf {
        "CodeableConcept" => sample(json!({"coding": [coding]}), "http://s|c", "http://t|c"),
        "Coding" => sample(coding, "c", "|c"),
        "Identifier" => sample(identifier, "http://s|7", "http://s|8"),
        "ContactPoint" => sample(json!({"value": "555"}), "555", "556"),
        "boolean" => sample(json!(true), "true", "false"),
        _ => sample(json!("abc"), "abc", "ab"),
    }
}

fn reference(leaf: &str) -> Sample {
    match leaf {
        "Reference" => sample(json!({"reference": "Patient/1"}), "Patient/1", "Patient/2"),
        "Resource" => sample(
            json!({"resourceType": "List", "id": "1"}),
            "List/1",
            "Basic/1",
        ),
        _ => sample(json!("http://x/a|1"), "http://x/a", "http://x/b"),
    }
}

fn date(leaf: &str) -> Sample {
    let period = json!({"start": "2026-04-16", "end": "2026-05"});
    match leaf {
        "instant" => sample(json!("2026-04-16T11:26:48Z"), "ge2026-04-16", "2026-04-17"),
        "Period" => sample(period, "lt2026-05", "2026-04"),
        "Timing" => sample(json!({"event": ["2026-04-16"]}), "2026-04-16", "2026-04-17"),
        _ => sample(json!("2026-04-16"), "2026-04", "gt2026-04-16"),
    }
}

fn number(leaf: &str) -> Sample {
    let range = json!({"low": {"value": 1}, "high": {"value": 2}});
    match leaf {
        "Range" => sample(range, "gt1", "gt2"),
        "decimal" => sample(json!(0.8), "gt0.7", "0.7"),
        _ => sample(json!(12), "12", "13"),
    }
}

fn quantity(leaf: &str) -> Sample {
    let quantity = json!({"value": 5.4, "unit": "milligram", "system": "http://u", "code": "mg"});
    match leaf {
        "Money" => sample(
            json!({"value": 40, "currency": "EUR"}),
            "40||EUR",
            "40||USD",
        ),
        "Range" => sample(json!({"low": quantity}), "gt9||mg", "lt5||mg"),
        "SampledData" => {
            let data = json!({"origin": quantity, "upperLimit": 9});
            sample(data, "lt8||mg", "gt9||mg")
        }
        _ => sample(quantity, "5.4|http://u|mg", "5.4|http://v|mg"),
    }
}

/// A resource of this type with nothing in it.
fn empty(kind: &str) -> Value {
    json!({"resourceType": kind})
}

/// The sample as this parameter has it, how it is asked for, and how it is missed: a reference points
/// to where it may.
fn fitted(
    mut sample: Sample,
    parameter: &SearchParameter,
    sought: Option<&str>,
) -> (Sample, String, String) {
    let (mut found, mut missed) = (sample.found.to_owned(), sample.missed.to_owned());
    if let Some(reference) = sample.value.get_mut("reference") {
        let target = sought.or(parameter.targets().next()).unwrap_or("Patient");
        *reference = json!(format!("{target}/1"));
        found = format!("{target}/1");
        missed = format!("{target}/2");
    }
    (sample, found, missed)
}

#[derive(Default)]
struct Counts {
    parameters: usize,
    values: usize,
    driven: usize,
    unsupported: Vec<String>,
}

#[test]
fn every_parameter_finds_its_value_and_no_other() {
    let mut counts = Counts::default();
    for kind in resource_types() {
        for parameter in of(kind) {
            counts.parameters += 1;
            check_parameter(kind, parameter, &mut counts);
        }
    }
    counts.unsupported.sort_unstable();
    counts.unsupported.dedup();
    assert_eq!(counts.unsupported, ["_query", "near"]);
    assert_eq!(counts.parameters, 3_008, "parameters of types");
    assert_eq!(
        counts.values, 2_946,
        "values at the places of their expressions"
    );
    assert_eq!(counts.driven, 1_116, "values that the index finds");
}

fn check_parameter(kind: &str, parameter: &SearchParameter, counts: &mut Counts) {
    let code = parameter.code();
    if !parameter.is_supported() {
        let refused = super::read(&Set::default(), kind, &format!("{code}=a"));
        assert!(refused.is_err(), "{kind}?{code}");
        counts.unsupported.push(code.to_owned());
        return;
    }
    let compiled = parameter.compiled(kind).unwrap();
    let samples = match parameter.kind() {
        SearchType::Composite => composites(kind, parameter),
        _ => plain(kind, parameter, &compiled.expression),
    };
    assert!(!samples.is_empty(), "{kind}?{code} has no value");
    for (resource, found, missed) in samples {
        check_value(kind, code, &resource, (&found, &missed), counts);
    }
}

fn check_value(
    kind: &str,
    code: &str,
    resource: &Value,
    (found, missed): (&str, &str),
    counts: &mut Counts,
) {
    counts.values += 1;
    let ask = |query: &str| criterion(kind, query);
    let seek = ask(&format!("{code}={found}"));
    assert!(
        seek.matches(object(resource)),
        "{kind}?{code}={found}: {resource}"
    );
    let miss = ask(&format!("{code}={missed}"));
    assert!(
        !miss.matches(object(resource)),
        "{kind}?{code}={missed}: {resource}"
    );
    assert!(
        ask(&format!("{code}:missing=false")).matches(object(resource)),
        "{kind}?{code}"
    );
    // whether somebody died is always known
    let is_always_there = code == "deceased" && kind == "Patient";
    let is_missing = ask(&format!("{code}:missing=true")).matches(object(&empty(kind)));
    assert!(
        is_missing != (is_always_there || is_everything(kind, code)),
        "{kind}?{code}:missing"
    );
    assert!(
        !seek.matches(object(&empty(kind))),
        "{kind}?{code}={found}: an empty one"
    );
    if let Some(ranges) = seek.drivers() {
        counts.driven += 1;
        let entries = index_entries(&Set::default(), object(resource));
        let is_held = entries
            .iter()
            .any(|entry| ranges.iter().any(|range| range.holds(entry)));
        assert!(
            is_held,
            "{kind}?{code}={found}: {entries:?} not in {ranges:?}"
        );
    }
}

/// What leads to the resource itself, which is never missing: `_content`, and some composites.
fn is_everything(kind: &str, code: &str) -> bool {
    code == "_content"
        || kind == "Observation"
            && (code.starts_with("code-value-") || code.starts_with("combo-code-value-"))
}

/// Resources with one value at each place of an expression.
fn plain(
    kind: &str,
    parameter: &SearchParameter,
    expression: &Expression,
) -> Vec<(Value, String, String)> {
    let mut samples = Vec::new();
    if parameter.code() == "_content" {
        let resource = json!({"resourceType": kind, "language": "Nordic"});
        samples.push((resource, "ORDI".to_owned(), kind.to_owned()));
    }
    for place in expression.places() {
        let Some(sample) = value_for(parameter.kind(), place.leaf, parameter.is_phonetic()) else {
            continue;
        };
        let (sample, found, missed) = fitted(sample, parameter, place.target());
        let mut resource = empty(kind).as_object().unwrap().clone();
        place.put(structure_type(kind).unwrap(), &mut resource, sample.value);
        samples.push((Value::Object(resource), found, missed));
    }
    samples
}

/// Resources with a value for every part, in one element.
fn composites(kind: &str, parameter: &SearchParameter) -> Vec<(Value, String, String)> {
    let compiled = parameter.compiled(kind).unwrap();
    let resource_type = structure_type(kind).unwrap();
    let mut samples = Vec::new();
    for root in compiled.expression.places() {
        let mut resource = empty(kind).as_object().unwrap().clone();
        let mut element = Object::new();
        let (mut found, mut missed) = (Vec::new(), Vec::new());
        for (part, component) in compiled.components.iter().zip(parameter.components()) {
            let mut typed = part.places().into_iter();
            let (sample, place) = typed
                .find_map(|place| Some((value_for(component.kind, place.leaf, false)?, place)))
                .unwrap();
            if place.from_resource {
                place.put(resource_type, &mut resource, sample.value);
            } else {
                place.put(root.leaf, &mut element, sample.value);
            }
            found.push(sample.found);
            missed.push(sample.missed);
        }
        // one part right and one wrong is no match
        let half = [&missed[..1], &found[1..]].concat().join("$");
        if root.is_start() {
            resource.extend(element);
        } else {
            root.put(resource_type, &mut resource, Value::Object(element));
        }
        samples.push((Value::Object(resource), found.join("$"), half));
    }
    samples
}
