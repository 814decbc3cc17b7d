//! Values that are compared by size: dates, numbers, quantities.

use serde_json::{Value, json};

use super::check;

fn encounter(period: &Value) -> Value {
    json!({"resourceType": "Encounter", "period": period,
        "meta": {"lastUpdated": "2026-04-16T11:26:48.316+00:00"}})
}

#[test]
fn a_date_is_compared_as_the_span_that_it_covers() {
    let patient = json!({"resourceType": "Patient", "birthDate": "1974-12-25"});
    check(
        &patient,
        &[
            "birthdate=1974-12-25",
            "birthdate=1974-12",
            "birthdate=1974",
            "birthdate=ne1975",
            "birthdate=gt1974-12-24",
            "birthdate=ge1974-12-25",
            "birthdate=lt1975",
            "birthdate=le1974",
            "birthdate=sa1973",
            "birthdate=eb1975",
            "birthdate=ap1974-12-24",
            "birthdate=1973,1974",
            "birthdate=gt1974-12-25T10:00",
        ],
        &[
            "birthdate=1974-12-24",
            "birthdate=1975",
            "birthdate=ne1974",
            "birthdate=gt1974",
            "birthdate=ge1975",
            "birthdate=lt1974",
            "birthdate=le1973",
            "birthdate=sa1974-12-25",
            "birthdate=eb1974",
            "birthdate=ap1974-12-22",
            "birthdate=1974-12-25T10:00",
        ],
    );
}

#[test]
fn a_period_may_be_open() {
    check(
        &encounter(&json!({"start": "2026-04-10", "end": "2026-04-20"})),
        &[
            "date=2026-04",
            "date=gt2026-04-15",
            "date=lt2026-04-15",
            "date=sa2026-04-09",
            "date=eb2026-04-21",
            "date=ap2026-04-15",
        ],
        &[
            "date=2026-04-15",
            "date=sa2026-04-10",
            "date=eb2026-04-20",
            "date=gt2026-04-20",
        ],
    );
    check(
        &encounter(&json!({"start": "2026-04-10"})),
        &["date=gt2099", "date=ge2026", "date=lt2027", "date=sa2025"],
        &["date=2026-04", "date=eb2099", "date=lt2026"],
    );
    check(
        &encounter(&json!({})),
        &["date:missing=false"],
        &["date=gt1900", "date=lt2100"],
    );
}

#[test]
fn instants_have_zones_and_timings_outer_limits() {
    check(
        &encounter(&json!({"start": "2026"})),
        &[
            "_lastUpdated=2026-04-16T13:26:48+02:00",
            "_lastUpdated=gt2026-04-16T11:26:48.315Z",
            "_lastUpdated=2026-04-16T13:26:48 02:00",
            "_lastUpdated=2026-04-16",
        ],
        &[
            "_lastUpdated=2026-04-16T11:26:48+02:00",
            "_lastUpdated=gt2026-04-16T11:26:48.316Z",
        ],
    );
    let request = json!({"resourceType": "ServiceRequest", "occurrenceTiming": {
        "event": ["2026-04-03", "2026-04-01"],
        "repeat": {"boundsPeriod": {"start": "2026-04-02", "end": "2026-04-05"}}}});
    check(
        &request,
        &[
            "occurrence=2026-04",
            "occurrence=gt2026-04-04",
            "occurrence=lt2026-04-02",
        ],
        &[
            "occurrence=gt2026-04-05",
            "occurrence=lt2026-04-01",
            "occurrence=2026-04-03",
        ],
    );
}

#[test]
fn a_number_covers_what_rounds_to_it() {
    let risk =
        json!({"resourceType": "RiskAssessment", "prediction": [{"probabilityDecimal": 0.8}]});
    check(
        &risk,
        &[
            "probability=0.8",
            "probability=0.80",
            "probability=1",
            "probability=gt0.7",
            "probability=ge0.8",
            "probability=le0.8",
            "probability=lt0.81",
            "probability=ne0.7",
            "probability=ap0.85",
            "probability=8e-1",
            "probability=sa0.7",
            "probability=eb0.9",
        ],
        &[
            "probability=0.85",
            "probability=0.7",
            "probability=gt0.8",
            "probability=lt0.8",
            "probability=ne0.8",
            "probability=ap0.6",
            "probability=sa0.8",
            "probability=eb0.8",
        ],
    );
    let range = json!({"resourceType": "RiskAssessment",
        "prediction": [{"probabilityRange": {"low": {"value": 0.2}, "high": {"value": 0.4}}}]});
    check(
        &range,
        &[
            "probability=gt0.3",
            "probability=lt0.3",
            "probability=ap0.3",
            "probability=sa0.1",
        ],
        &["probability=0.3", "probability=gt0.4", "probability=eb0.3"],
    );
}

#[test]
fn a_quantity_has_a_unit() {
    let observation =
        |quantity: &Value| json!({"resourceType": "Observation", "valueQuantity": quantity});
    let ucum = "http://unitsofmeasure.org";
    check(
        &observation(&json!({"value": 5.40, "unit": "milligram", "system": ucum, "code": "mg"})),
        &[
            "value-quantity=5.4",
            "value-quantity=5.40|http://unitsofmeasure.org|mg",
            "value-quantity=5.4||mg",
            "value-quantity=5.4||milligram",
            "value-quantity=gt5||mg",
            "value-quantity=ap5.5",
        ],
        &[
            "value-quantity=5.5",
            "value-quantity=5.4|http://unitsofmeasure.org|g",
            "value-quantity=5.4|http://x|mg",
            "value-quantity=5.4||g",
            "value-quantity=lt5||mg",
            "value-quantity=5.4|http://unitsofmeasure.org|milligram",
        ],
    );
    check(
        &observation(&json!({"value": 5, "comparator": "<"})),
        &["value-quantity=lt3", "value-quantity=le5"],
        &["value-quantity=5", "value-quantity=gt5"],
    );
    let sampled = json!({"resourceType": "Observation", "valueSampledData": {"origin": {"value": 0,
        "code": "mV"}, "period": 1, "dimensions": 1, "lowerLimit": -2, "upperLimit": 2}});
    check(
        &sampled,
        &["value-quantity=gt1||mV"],
        &["value-quantity=gt2", "value-quantity=gt1||V"],
    );
    let item =
        json!({"resourceType": "ChargeItem", "priceOverride": {"value": 40, "currency": "EUR"}});
    check(
        &item,
        &[
            "price-override=40|urn:iso:std:iso:4217|EUR",
            "price-override=ge40||EUR",
        ],
        &["price-override=40||USD", "price-override=41"],
    );
    let context = json!({"resourceType": "ValueSet", "useContext": [{
        "code": {"code": "age"}, "valueRange": {"low": {"value": 10, "code": "a"}}}]});
    check(
        &context,
        &["context-quantity=gt50||a", "context-type-quantity=age$gt50"],
        &[
            "context-quantity=lt10",
            "context-quantity=gt50||mo",
            "context-type-quantity=focus$gt50",
        ],
    );
}
