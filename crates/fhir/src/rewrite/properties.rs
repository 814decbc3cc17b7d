//! What rewriting promises, for any resource that the element table allows.

use proptest::prelude::*;

use super::{Link, LinkKind, links, rewrite};
use crate::arbitrary::resource;
use crate::json::Object;
use crate::schema;

/// What a transaction does: placeholders become references to the resources that it creates.
fn placed(_: LinkKind, text: &str) -> Option<String> {
    match text {
        "urn:uuid:1" => Some("Patient/101".to_owned()),
        "urn:uuid:2" => Some("Patient/102".to_owned()),
        _ => None,
    }
}

/// The reverse of [`placed`].
fn unplaced(_: LinkKind, text: &str) -> Option<String> {
    match text {
        "Patient/101" => Some("urn:uuid:1".to_owned()),
        "Patient/102" => Some("urn:uuid:2".to_owned()),
        _ => None,
    }
}

fn rewritten(before: &Object, rule: fn(LinkKind, &str) -> Option<String>) -> Object {
    let mut after = before.clone();
    rewrite(&mut after, &mut |kind, text| rule(kind, text));
    after
}

fn any_resource() -> impl Strategy<Value = Object> {
    let kinds: Vec<_> = schema::resource_types().collect();
    let choices = prop::collection::vec(any::<u8>(), 0..2_000);
    (prop::sample::select(kinds), choices).prop_map(|(kind, choices)| resource(kind, choices))
}

proptest! {
    #[test]
    fn no_link_is_lost_and_every_match_is_replaced(before in any_resource()) {
        let expected: Vec<Link> = links(&before)
            .into_iter()
            .map(|link| {
                let text = link.text.replace("urn:uuid:1", "Patient/101");
                Link { text: text.replace("urn:uuid:2", "Patient/102"), ..link }
            })
            .collect();
        prop_assert_eq!(links(&rewritten(&before, placed)), expected);
    }

    #[test]
    fn rewriting_twice_is_rewriting_once(before in any_resource()) {
        let once = rewritten(&before, placed);
        prop_assert_eq!(rewritten(&once, placed), once);
    }

    #[test]
    fn nothing_but_links_is_touched(before in any_resource()) {
        let back = rewritten(&rewritten(&before, placed), unplaced);
        prop_assert_eq!(serde_json::to_string(&back).unwrap(), serde_json::to_string(&before).unwrap());
    }

    #[test]
    fn what_the_table_allows_passes_the_check_before_and_after(before in any_resource()) {
        prop_assert_eq!(schema::check(&before), vec![]);
        prop_assert_eq!(schema::check(&rewritten(&before, placed)), vec![]);
    }
}
