//! Made-up resources of the types that registries and records are full of. Nobody and nothing in them
//! exists; systems and codes are those of the specification and of the registries.

use serde_json::{Value, json};

use super::chance::Chance;
use super::elements::{
    TERMS, V3, address, available, concept, identifier, maybe, narrative, one_name, period,
    reference, start, telecom, with,
};

pub(super) fn organization(chance: &mut Chance) -> Value {
    let kind = chance.pick(&[
        ("prov", "Healthcare Provider"),
        ("dept", "Hospital Department"),
        ("govt", "Government"),
        ("team", "Organizational team"),
        ("other", "Other"),
    ]);
    let name = format!(
        "{} {}",
        chance.word(),
        chance.pick(&[
            "Sygehus",
            "sjukhus",
            "Region",
            "kliniken",
            "afdeling",
            "vårdcentral",
            "Lægehus",
            "kommun"
        ])
    );
    let systems = [
        "urn:oid:1.2.208.176.1.1",
        "urn:oid:2.5.4.97",
        "urn:oid:1.2.752.29.4.19",
        "https://www.gs1.org/gln",
        "urn:oid:1.2.208.176.1.4",
    ];
    let identifiers: Vec<Value> = (0..=chance.below(3))
        .map(|_| identifier(chance, &systems, 13))
        .collect();
    let rest = json!({"identifier": identifiers, "active": chance.percent(95),
        "type": [concept(&format!("{TERMS}organization-type"), kind.0, kind.1)], "name": name});
    let mut resource = with(start(chance, "Organization"), rest);
    let draws = [40, 60, 50, 70, 20, 10].map(|percent| chance.percent(percent));
    let [alias, phone, place, part, contact, text] = draws;
    maybe(&mut resource, alias, "alias", || json!([chance.word()]));
    maybe(&mut resource, phone, "telecom", || telecom(chance));
    maybe(&mut resource, place, "address", || json!([address(chance)]));
    maybe(&mut resource, part, "partOf", || {
        reference(chance, "Organization")
    });
    maybe(&mut resource, contact, "contact", || {
        json!([{"purpose": concept(&format!("{TERMS}contactentity-type"), "ADMIN", "Administrative"),
            "name": one_name(chance), "telecom": telecom(chance)}])
    });
    maybe(&mut resource, text, "text", || narrative(&name));
    resource
}

pub(super) fn patient(chance: &mut Chance) -> Value {
    let systems = [
        "urn:oid:1.2.208.176.1.2",
        "urn:oid:1.2.752.129.2.1.3.1",
        "urn:oid:2.16.578.1.12.4.1.4.1",
    ];
    let rest = json!({"identifier": [identifier(chance, &systems, 10)], "active": true,
        "name": [one_name(chance)], "telecom": telecom(chance), "gender": chance.pick(&["male", "female", "other", "unknown"]),
        "birthDate": chance.date(), "address": [address(chance)]});
    let mut resource = with(start(chance, "Patient"), rest);
    let [dead, married, speaks, doctor, managed, contact] =
        [8, 40, 40, 50, 50, 20].map(|percent| chance.percent(percent));
    maybe(&mut resource, dead, "deceasedDateTime", || {
        json!(chance.instant())
    });
    maybe(&mut resource, married, "maritalStatus", || {
        concept(&format!("{V3}MaritalStatus"), "M", "Married")
    });
    maybe(&mut resource, speaks, "communication", || {
        let language = chance.pick(&[("da", "Danish"), ("sv", "Swedish"), ("en", "English")]);
        json!([{"language": concept("urn:ietf:bcp:47", language.0, language.1), "preferred": true}])
    });
    maybe(&mut resource, doctor, "generalPractitioner", || {
        json!([reference(chance, "Practitioner")])
    });
    maybe(&mut resource, managed, "managingOrganization", || {
        reference(chance, "Organization")
    });
    maybe(
        &mut resource,
        contact,
        "contact",
        || json!([{"relationship": [concept(&format!("{TERMS}v2-0131"), "N", "Next-of-Kin")], "name": one_name(chance), "telecom": telecom(chance)}]),
    );
    resource
}

pub(super) fn practitioner(chance: &mut Chance) -> Value {
    let systems = [
        "urn:oid:1.2.208.176.1.3",
        "urn:oid:1.2.752.29.6.2.1",
        "http://hl7.org/fhir/sid/us-npi",
    ];
    let rest = json!({"identifier": [identifier(chance, &systems, 10)], "active": true, "name": [one_name(chance)],
        "telecom": telecom(chance), "gender": chance.pick(&["male", "female"])});
    let mut resource = with(start(chance, "Practitioner"), rest);
    let [born, skilled] = [40, 70].map(|percent| chance.percent(percent));
    maybe(&mut resource, born, "birthDate", || json!(chance.date()));
    maybe(&mut resource, skilled, "qualification", || {
        let degree = chance.pick(&[
            ("MD", "Doctor of Medicine"),
            ("RN", "Registered Nurse"),
            ("PHD", "Doctor of Philosophy"),
        ]);
        json!([{"code": concept(&format!("{TERMS}v2-0360|2.7"), degree.0, degree.1), "period": {"start": chance.date()}, "issuer": reference(chance, "Organization")}])
    });
    resource
}

pub(super) fn practitioner_role(chance: &mut Chance) -> Value {
    let role = chance.pick(&[
        ("doctor", "Doctor"),
        ("nurse", "Nurse"),
        ("pharmacist", "Pharmacist"),
        ("researcher", "Researcher"),
    ]);
    let field = chance.pick(&[
        ("394579002", "Cardiology"),
        ("394585009", "Obstetrics and gynecology"),
        ("408443003", "General medical practice"),
        ("394537008", "Pediatric specialty"),
    ]);
    let rest = json!({"active": true, "period": {"start": chance.date()}, "practitioner": reference(chance, "Practitioner"),
        "organization": reference(chance, "Organization"), "code": [concept(&format!("{TERMS}practitioner-role"), role.0, role.1)],
        "specialty": [concept("http://snomed.info/sct", field.0, field.1)]});
    let mut resource = with(start(chance, "PractitionerRole"), rest);
    let [place, service, phone, hours] = [60, 30, 40, 20].map(|percent| chance.percent(percent));
    maybe(&mut resource, place, "location", || {
        json!([reference(chance, "Location")])
    });
    maybe(&mut resource, service, "healthcareService", || {
        json!([reference(chance, "HealthcareService")])
    });
    maybe(&mut resource, phone, "telecom", || telecom(chance));
    maybe(&mut resource, hours, "availableTime", available);
    resource
}

pub(super) fn location(chance: &mut Chance) -> Value {
    let kind = chance.pick(&[
        ("HOSP", "Hospital"),
        ("ER", "Emergency room"),
        ("OF", "Outpatient facility"),
        ("PHARM", "Pharmacy"),
    ]);
    let form = chance.pick(&[
        ("bu", "Building"),
        ("wa", "Ward"),
        ("ro", "Room"),
        ("si", "Site"),
    ]);
    let rest = json!({"identifier": [identifier(chance, &["urn:oid:1.2.208.176.1.1", "https://www.gs1.org/gln"], 13)], "status": "active",
        "name": format!("{} {}", chance.word(), form.1), "mode": "instance", "type": [concept(&format!("{V3}RoleCode"), kind.0, kind.1)],
        "address": address(chance), "physicalType": concept(&format!("{TERMS}location-physical-type"), form.0, form.1)});
    let mut resource = with(start(chance, "Location"), rest);
    let [spot, owner, part, phone] = [40, 80, 50, 50].map(|percent| chance.percent(percent));
    maybe(&mut resource, spot, "position", || {
        let degrees = |text: String| text.parse::<f64>().unwrap_or_default();
        json!({"longitude": degrees(format!("12.{}", chance.digits(4))), "latitude": degrees(format!("55.{}", chance.digits(4)))})
    });
    maybe(&mut resource, owner, "managingOrganization", || {
        reference(chance, "Organization")
    });
    maybe(&mut resource, part, "partOf", || {
        reference(chance, "Location")
    });
    maybe(&mut resource, phone, "telecom", || telecom(chance));
    resource
}

pub(super) fn healthcare_service(chance: &mut Chance) -> Value {
    let kind = chance.pick(&[
        ("8", "Counselling"),
        ("17", "General Practice"),
        ("27", "Specialist Medical"),
        ("35", "Hospital"),
    ]);
    let field = chance.pick(&[
        ("394579002", "Cardiology"),
        ("408443003", "General medical practice"),
        ("394537008", "Pediatric specialty"),
    ]);
    let rest = json!({"identifier": [identifier(chance, &["urn:oid:1.2.208.176.1.1", "urn:oid:1.2.752.29.4.19"], 13)], "active": true,
        "providedBy": reference(chance, "Organization"), "category": [concept(&format!("{TERMS}service-category"), kind.0, kind.1)],
        "type": [concept(&format!("{TERMS}service-type"), kind.0, kind.1)], "specialty": [concept("http://snomed.info/sct", field.0, field.1)],
        "location": [reference(chance, "Location")], "name": format!("{} {}", chance.word(), kind.1)});
    let mut resource = with(start(chance, "HealthcareService"), rest);
    let [phone, hours, booked] = [60, 40, 50].map(|percent| chance.percent(percent));
    maybe(&mut resource, phone, "telecom", || telecom(chance));
    maybe(&mut resource, hours, "availableTime", available);
    maybe(&mut resource, booked, "appointmentRequired", || json!(true));
    resource
}

pub(super) fn observation(chance: &mut Chance) -> Value {
    let what = chance.pick(&[
        ("8480-6", "Systolic blood pressure", "mm[Hg]"),
        ("8867-4", "Heart rate", "/min"),
        ("8310-5", "Body temperature", "Cel"),
        ("29463-7", "Body Weight", "kg"),
        ("718-7", "Hemoglobin [Mass/volume] in Blood", "g/dL"),
        ("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL"),
    ]);
    let kind = chance.pick(&[("vital-signs", "Vital Signs"), ("laboratory", "Laboratory")]);
    let value = format!("{}.{}", chance.below(200), chance.below(10))
        .parse::<f64>()
        .unwrap_or_default();
    let rest = json!({"status": chance.pick(&["final", "preliminary", "amended"]),
        "category": [concept(&format!("{TERMS}observation-category"), kind.0, kind.1)], "code": concept("http://loinc.org", what.0, what.1),
        "subject": reference(chance, "Patient"), "encounter": reference(chance, "Encounter"), "effectiveDateTime": chance.instant(), "issued": chance.instant(),
        "valueQuantity": {"value": value, "unit": what.2, "system": "http://unitsofmeasure.org", "code": what.2}});
    let mut resource = with(start(chance, "Observation"), rest);
    let [by, judged, range] = [50, 30, 30].map(|percent| chance.percent(percent));
    maybe(&mut resource, by, "performer", || {
        json!([reference(chance, "Practitioner")])
    });
    maybe(&mut resource, judged, "interpretation", || {
        let judged = chance.pick(&[("N", "Normal"), ("H", "High"), ("L", "Low")]);
        json!([concept(
            &format!("{V3}ObservationInterpretation"),
            judged.0,
            judged.1
        )])
    });
    maybe(
        &mut resource,
        range,
        "referenceRange",
        || json!([{"low": {"value": chance.below(50), "unit": what.2}, "high": {"value": 50 + chance.below(100), "unit": what.2}}]),
    );
    resource
}

pub(super) fn encounter(chance: &mut Chance) -> Value {
    let class = chance.pick(&[
        ("AMB", "ambulatory"),
        ("IMP", "inpatient encounter"),
        ("EMER", "emergency"),
        ("VR", "virtual"),
    ]);
    let kind = chance.pick(&[
        ("185345009", "Encounter for symptom"),
        ("410620009", "Well child visit (procedure)"),
        ("162673000", "General examination of patient (procedure)"),
    ]);
    let rest = json!({"status": chance.pick(&["finished", "in-progress", "planned"]),
        "class": {"system": format!("{V3}ActCode"), "code": class.0, "display": class.1}, "type": [concept("http://snomed.info/sct", kind.0, kind.1)],
        "subject": reference(chance, "Patient"),
        "participant": [{"type": [concept(&format!("{V3}ParticipationType"), "PPRF", "primary performer")], "period": period(chance), "individual": reference(chance, "Practitioner")}],
        "period": period(chance), "serviceProvider": reference(chance, "Organization")});
    let mut resource = with(start(chance, "Encounter"), rest);
    let [reason, place, home] = [40, 50, 20].map(|percent| chance.percent(percent));
    maybe(&mut resource, reason, "reasonCode", || {
        json!([concept(
            "http://snomed.info/sct",
            "10509002",
            "Acute bronchitis (disorder)"
        )])
    });
    maybe(
        &mut resource,
        place,
        "location",
        || json!([{"location": reference(chance, "Location"), "status": "active"}]),
    );
    maybe(
        &mut resource,
        home,
        "hospitalization",
        || json!({"dischargeDisposition": concept(&format!("{TERMS}discharge-disposition"), "home", "Home")}),
    );
    resource
}

/// A resource of a type without a dictionary of its own.
pub(super) fn other(chance: &mut Chance) -> Value {
    if chance.percent(50) {
        let rest = json!({"clinicalStatus": concept(&format!("{TERMS}condition-clinical"), "active", "Active"),
            "code": concept("http://snomed.info/sct", "444814009", "Viral sinusitis (disorder)"), "subject": reference(chance, "Patient"),
            "encounter": reference(chance, "Encounter"), "onsetDateTime": chance.instant(), "recordedDate": chance.instant()});
        return with(start(chance, "Condition"), rest);
    }
    let rest = json!({"status": "completed", "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "140", "Influenza, seasonal, injectable"),
        "patient": reference(chance, "Patient"), "occurrenceDateTime": chance.instant(), "primarySource": true, "location": reference(chance, "Location")});
    with(start(chance, "Immunization"), rest)
}
