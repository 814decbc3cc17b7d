use proptest::prelude::*;
use serde_json::{Value, json};

use super::{LAST, MAX_SORT_BYTES, SHARDS, cut, index_entries, shard};
use crate::arbitrary;
use crate::json::Object;
use crate::search::value::{reference, text, token};
use crate::search::{Criterion, Range};
use crate::search_parameter::{SearchParameter, SearchType, Set, of};

fn ranges(kind: &str, name: &str, modifier: Option<&str>, value: &str) -> Option<Vec<Range>> {
    let criterion = Criterion::parse(&Set::default(), kind, name, modifier, value);
    criterion.unwrap().drivers()
}

fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        if ",|$\\".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}

/// Ways to ask for a value that is there: modifier and text.
fn questions(
    parameter: &SearchParameter,
    resource: &Object,
) -> Vec<(Option<&'static str>, String)> {
    let mut questions = Vec::new();
    for found in parameter.values(resource) {
        match parameter.kind() {
            SearchType::String => questions.extend(text::texts(&found).iter().flat_map(|text| {
                let half = text.floor_char_boundary(text.len() / 2);
                [
                    (None, escape(&text[..half])),
                    (None, escape(text).to_uppercase()),
                    (Some("exact"), escape(text)),
                ]
            })),
            SearchType::Token => questions.extend(token::codes(&found).iter().flat_map(|code| {
                let text = escape(code.code);
                let system = match code.system {
                    token::System::Named(system) => escape(system),
                    _ => String::new(),
                };
                [(None, text.clone()), (None, format!("{system}|{text}"))]
            })),
            SearchType::Uri => questions.extend(found.node.as_str().into_iter().flat_map(|uri| {
                let parent = uri.rsplit_once('/').map_or(uri, |(parent, _)| parent);
                [
                    (None, escape(uri)),
                    (Some("below"), escape(parent)),
                    (Some("above"), escape(uri)),
                ]
            })),
            SearchType::Reference => {
                questions.extend(reference::link(&found).into_iter().flat_map(|link| {
                    let id = link.rsplit('/').next().unwrap_or("").to_owned();
                    [(None, escape(&link)), (None, id)]
                }));
            }
            _ => {}
        }
    }
    questions
}

proptest! {
    #[test]
    fn the_ranges_of_a_criterion_hold_every_resource_that_matches(
        kind in proptest::sample::select(crate::schema::resource_types().collect::<Vec<_>>()),
        choices in proptest::collection::vec(any::<u8>(), 0..600),
        id in "[a-z0-9]{1,8}",
    ) {
        let set = Set::default();
        let mut resource = arbitrary::resource(kind, choices);
        resource.insert("id".to_owned(), json!(id));
        let entries = index_entries(&set, &resource);
        for parameter in of(kind) {
            for (modifier, value) in questions(parameter, &resource) {
                let asked = Criterion::parse(&set, kind, parameter.code(), modifier, &value);
                // not every text is a value: an id with a slash, nothing at all
                let Ok(criterion) = asked else { continue };
                let Some(ranges) = criterion.drivers() else { continue };
                let is_held = entries.iter().any(|entry| ranges.iter().any(|range| range.holds(entry)));
                prop_assert!(
                    is_held || !criterion.matches(&resource),
                    "{kind}?{}:{modifier:?}={value} in {entries:?}, not in {ranges:?}", parameter.code()
                );
            }
        }
    }

    #[test]
    fn what_starts_alike_is_found_however_long_it_is(text in "[a-zåäöÅÄÖ 一\u{10ffff}]{1,90}", at in 0..90_usize) {
        let organization = json!({"resourceType": "Organization", "id": "1", "name": text});
        let start = text.get(..text.floor_char_boundary(at)).unwrap();
        prop_assume!(!start.trim().is_empty());
        let set = Set::default();
        let criterion = Criterion::parse(&set, "Organization", "name", None, start).unwrap();
        let resource = organization.as_object().unwrap();
        let ranges = criterion.drivers().unwrap();
        let entries = index_entries(&set, resource);
        prop_assert!(criterion.matches(resource));
        prop_assert!(entries.iter().any(|entry| ranges.iter().any(|range| range.holds(entry))));
    }
}

#[test]
fn entries_stand_where_the_table_says() {
    let patient = json!({"resourceType": "Patient", "id": "p",
        "name": [{"family": "Östergård", "given": ["Eva"]}],
        "generalPractitioner": [{"reference": "Organization/1"}, {"reference": "http://x/fhir/Practitioner/2"}],
        "link": [{"other": {"reference": "Patient/3"}}],
        "maritalStatus": {"coding": [{"system": "s", "code": "M"}]},
        "gender": "female", "birthDate": "1974", "active": true,
        "telecom": [{"value": "1"}], "address": [{"city": "Malmö"}],
        "identifier": [{"value": "1"}], "meta": {"tag": [{"code": "t"}], "profile": ["http://p"]}});
    let set = Set::default();
    let resource = patient.as_object().unwrap();
    let own = shard("p");
    let entries = index_entries(&set, resource);
    let plain: Vec<_> = entries
        .iter()
        .map(|entry| format!("{} {} {}", entry.parameter, entry.partition, entry.sort))
        .collect();
    let expected = [
        format!("_tag {own} t|"),
        format!("family {own} ostergard"),
        format!("general-practitioner 1~{own} Organization"),
        format!("general-practitioner ~{own} http://x/fhir/Practitioner/2"),
        format!("given {own} eva"),
        "link 3 Patient".to_owned(),
        format!("name {own} eva"),
        format!("name {own} ostergard"),
    ];
    assert_eq!(plain, expected);
}

#[test]
fn a_range_is_in_one_partition_or_in_all_shards() {
    for (kind, name, value, count, first) in [
        (
            "Observation",
            "subject",
            "Patient/1",
            1,
            ("1", Some("Patient")),
        ),
        (
            "Observation",
            "subject:Patient",
            "1",
            1,
            ("1", Some("Patient")),
        ),
        (
            "Observation",
            "subject",
            "Device/1",
            8,
            ("1~0", Some("Device")),
        ),
        ("Observation", "subject", "1", 9, ("1", None)),
        ("Organization", "partof", "1", 8, ("1~0", None)),
        ("Organization", "partof", "1,2", 16, ("1~0", None)),
        ("Organization", "name", "Öst", 8, ("0", Some("ost"))),
        ("Organization", "type", "s|c", 8, ("0", Some("c|s"))),
        ("Organization", "type", "c", 8, ("0", Some("c|"))),
        ("ValueSet", "url", "http://x", 8, ("0", Some("http://x"))),
    ] {
        let (name, modifier) = name
            .split_once(':')
            .map_or((name, None), |(n, m)| (n, Some(m)));
        let ranges = ranges(kind, name, modifier, value).unwrap();
        assert_eq!(ranges.len(), count, "{kind}?{name}={value}");
        let found = (ranges[0].partition.as_str(), ranges[0].from.as_deref());
        assert_eq!(found, first, "{kind}?{name}={value}");
        let to = first.1.map(|from| format!("{from}{LAST}"));
        assert_eq!(ranges[0].to, to);
    }
}

#[test]
fn what_has_no_entries_drives_nothing() {
    for (kind, name, modifier, value) in [
        ("Patient", "gender", None, "male"),
        ("Patient", "birthdate", None, "1974"),
        ("Patient", "address", None, "a"),
        ("Patient", "phone", None, "1"),
        ("Patient", "identifier", None, "a|b"),
        ("Patient", "_profile", None, "http://p"),
        ("Organization", "phonetic", None, "a"),
        ("Organization", "name", Some("contains"), "a"),
        ("Organization", "name", Some("missing"), "true"),
        ("Organization", "type", Some("not"), "a"),
        ("Organization", "type", Some("text"), "a"),
        ("Organization", "type", None, "s|"),
        ("Organization", "type", None, "a,s|"),
        ("Organization", "partof", Some("identifier"), "a|b"),
        ("ValueSet", "url", Some("above"), "http://x"),
        ("Observation", "code-value-quantity", None, "a$1"),
    ] {
        assert_eq!(
            ranges(kind, name, modifier, value),
            None,
            "{kind}?{name}={value}"
        );
    }
}

#[test]
fn shards_are_even_and_stay_as_they_are() {
    let mut counts = [0_usize; 8];
    for number in 0..8_000 {
        counts[usize::try_from(shard(&number.to_string())).unwrap()] += 1;
    }
    assert!(
        counts.iter().all(|count| (700..1_300).contains(count)),
        "{counts:?}"
    );
    assert_eq!(SHARDS, 8);
    // entries at rest depend on these
    assert_eq!(["1", "a", "o1", "7f9724ed"].map(shard), [0, 0, 2, 2]);
}

#[test]
fn long_texts_are_cut_at_a_character() {
    let text = "å".repeat(MAX_SORT_BYTES);
    assert_eq!(cut(&text).len(), MAX_SORT_BYTES);
    assert_eq!(cut(&format!("a{text}")).len(), MAX_SORT_BYTES - 1);
    let value: Value = json!(format!("a{LAST}b"));
    assert_eq!(cut(value.as_str().unwrap()), "a");
}
