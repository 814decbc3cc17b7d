//! Pages of a search: complete, without repetition, bounded in what they cost.

use serde_json::json;

use super::{
    found::{link, matches, next, organization, pages, store},
    fyr::Fyr,
};

fn numbered(count: usize) -> Fyr {
    filled(Fyr::new(), count)
}

fn filled(fyr: Fyr, count: usize) -> Fyr {
    for number in 0..count {
        let members = json!({"name": format!("Ward {number:03}"), "alias": [format!("Ward of {number:03}")],
            "active": number % 10 == 0, "partOf": {"reference": "Organization/top"}});
        store(&fyr, &organization(&format!("{number:03}"), members));
        fyr.advance(1_000);
    }
    fyr
}

fn all(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:03}")).collect()
}

#[test]
fn every_match_is_on_one_page_whatever_finds_it() {
    let fyr = numbered(23);
    for query in [
        "",
        "name=ward",
        "name=ward,w",
        "partof=top",
        "partof=Organization/top&name=ward",
        "_lastUpdated=gt2025",
        "_sort=_lastUpdated",
        "_sort=-_lastUpdated",
        "_sort=-_id",
        "_sort=name",
        "_sort=-name",
        "_sort=active,-name",
        "_sort=address-city",
        "_total=accurate",
    ] {
        for count in [1, 5, 23, 100] {
            let pages = pages(&fyr, &format!("/Organization?{query}&_count={count}"));
            assert!(pages.iter().all(|page| page.len() <= count), "{query}");
            assert_eq!(pages.len(), 23_usize.div_ceil(count), "{query} by {count}");
            let mut found: Vec<String> = pages.concat();
            found.sort();
            assert_eq!(found, all(23), "{query} by {count}");
        }
    }
}

#[test]
fn matches_come_in_the_order_that_is_asked_for() {
    let fyr = numbered(6);
    store(&fyr, &organization("nameless", json!({"active": true})));
    let order = |query: &str| pages(&fyr, &format!("/Organization?_count=2&{query}")).concat();
    let up = ["000", "001", "002", "003", "004", "005", "nameless"];
    let mut down: Vec<&str> = up.iter().rev().copied().collect();
    assert_eq!(order("_sort=_lastUpdated"), up);
    assert_eq!(order("_sort=-_lastUpdated"), down);
    assert_eq!(order("_sort=_id"), up);
    down.retain(|id| *id != "nameless");
    assert_eq!(order("_sort=-_lastUpdated&name=ward"), down);
    down.push("nameless");
    assert_eq!(order("_sort=-name"), down, "what has no value comes last");
}

#[test]
fn a_page_is_as_long_as_asked_for_within_the_limit() {
    let fyr = filled(
        Fyr::with(|settings| {
            settings.search.page = 3;
            settings.search.max_page = 5;
        }),
        12,
    );
    let length = |path: &str| matches(&fyr.get(path).expect(200)).len();
    assert_eq!(length("/Organization"), 3);
    assert_eq!(length("/Organization?_count=4"), 4);
    assert_eq!(length("/Organization?_count=1000"), 5);
}

#[test]
fn a_page_whose_budget_is_spent_is_short_and_has_a_next_one() {
    let fyr = filled(Fyr::with(|settings| settings.search.candidates = 7), 40);
    let pages = pages(&fyr, "/Organization?active=true");
    assert_eq!(pages.concat(), ["000", "010", "020", "030"]);
    assert!(pages.len() >= 6, "{pages:?}");
    assert!(pages.iter().any(Vec::is_empty), "an empty page is legal");
    let reply = fyr.get("/Organization?active=true").expect(200);
    assert_eq!(reply.json.get("total"), None);
}

#[test]
fn what_the_budget_does_not_allow_is_refused_with_the_reason() {
    let fyr = filled(
        Fyr::with(|settings| {
            settings.search.candidates = 7;
            settings.search.sorted = 5;
        }),
        10,
    );
    for query in [
        "_sort=name",
        "_total=accurate",
        "_summary=count",
        "active=true&_sort=name",
    ] {
        let reply = fyr.get(&format!("/Organization?{query}")).expect(400);
        assert_eq!(reply.codes(), ["too-costly"], "{query}");
        assert!(reply.diagnostics().contains("narrow"), "{}", reply.text);
    }
    let up = pages(&fyr, "/Organization?_sort=_lastUpdated&name=ward").concat();
    assert_eq!(up, all(10), "time itself can be read in order");
}

#[test]
fn a_cursor_that_was_changed_or_is_of_another_search_is_refused() {
    let fyr = numbered(4);
    fyr.get("/Organization?_cursor=AAAA").expect(400);
    let reply = fyr.get("/Organization?name=ward&_count=2").expect(200);
    let path = next(&reply).unwrap();
    fyr.get(&path).expect(200);
    let (before, cursor) = path.split_once("_cursor=").unwrap();
    let flipped = if cursor.starts_with('A') { "B" } else { "A" };
    let forged = format!("{before}_cursor={flipped}{}", &cursor[1..]);
    let reply = fyr.get(&forged).expect(400);
    assert!(reply.diagnostics().contains("start the search again"));
    fyr.get(&format!("/Organization?name=other&_cursor={cursor}"))
        .expect(400);
    fyr.get(&format!("/Patient?name=ward&_cursor={cursor}"))
        .expect(400);
    fyr.get(&format!(
        "/Organization?_count=1&name=ward&_cursor={cursor}"
    ))
    .expect(200);
}

#[test]
fn a_cursor_of_one_process_is_read_by_another() {
    let fyr = numbered(4);
    let reply = fyr.get("/Organization?name=ward&_count=2").expect(200);
    let first = matches(&reply);
    let reply = fyr.restarted().get(&next(&reply).unwrap()).expect(200);
    let mut found = [matches(&reply), first].concat();
    found.sort();
    assert_eq!(found, all(4));
}

#[test]
fn what_stands_still_is_met_once_while_others_write() {
    for query in [
        "",
        "name=ward",
        "partof=top",
        "_sort=-_lastUpdated",
        "_sort=_lastUpdated",
        "_sort=name",
    ] {
        let fyr = numbered(20);
        let mut path = Some(format!("/Organization?_count=3&{query}"));
        let mut found: Vec<String> = Vec::new();
        let mut turn = 0;
        while let Some(at) = path {
            let reply = fyr.get(&at).expect(200);
            found.extend(matches(&reply));
            path = next(&reply);
            // one that was met, one that was not, and a new one
            for id in ["001", "018", &format!("new-{turn}")] {
                let members = json!({"name": format!("Ward {id}"), "alias": [format!("Ward {id} in turn {turn}")],
                    "partOf": {"reference": "Organization/top"}});
                store(&fyr, &organization(id, members));
            }
            fyr.advance(1_000);
            turn += 1;
            assert!(turn < 30, "pages without end: {query}");
        }
        let still: Vec<String> = all(20);
        let still: Vec<&String> = still
            .iter()
            .filter(|id| *id != "001" && *id != "018")
            .collect();
        for id in still {
            let times = found.iter().filter(|other| *other == id).count();
            assert_eq!(times, 1, "{id} with {query:?} in {found:?}");
        }
        assert!(found.contains(&"018".to_owned()), "018 with {query:?}");
    }
}

#[test]
fn links_carry_all_parameters() {
    let fyr = numbered(4);
    let reply = fyr
        .get("/Organization?name:contains=ward%20&_count=2&_elements=name&_format=json")
        .expect(200);
    let own = link(&reply, "self").unwrap();
    assert!(
        own.ends_with("/Organization?name:contains=ward%20&_count=2&_elements=name&_format=json"),
        "{own}"
    );
    let next = link(&reply, "next").unwrap();
    assert!(next.starts_with(&format!("{own}&_cursor=")), "{next}");
}
