//! The links of a resource, and their replacement when a transaction gives resources their ids.
//!
//! <http://hl7.org/fhir/R4/http.html#trules>
//!
//! | link | kind |
//! |---|---|
//! | `Reference.reference` | [`LinkKind::Reference`] |
//! | an element of type `uri`, `url`, `oid` or `uuid` | [`LinkKind::Uri`] |
//! | `<a href="…">` and `<img src="…">` in a narrative | [`LinkKind::Narrative`] |
//!
//! They are found by the element table ([`crate::schema`]), so also in datatypes, in contained
//! resources and in extensions (`valueUri`, …). Never links are elements of type `canonical` and
//! `Extension.url`: they name definitions. Links in `markdown` are not looked for.
//!
//! `Identifier.system` and `Coding.system` have type `uri`, so they are links like any other. In
//! a transaction only the full URL of an entry is replaced, and an entry whose full URL is
//! somebody's code system means exactly that.
//!
//! What the table does not know is not looked into: check a resource before rewriting it.

mod narrative;
mod walk;

use serde_json::Value;

use crate::json::Object;

/// What kind of link it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkKind {
    /// `Reference.reference`.
    Reference,
    /// An element of type uri, url, oid or uuid.
    Uri,
    /// `href` of an `<a>` or `src` of an `<img>` in a narrative.
    Narrative,
}

/// A link found in a resource.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Link {
    /// Where it stands, e.g. `Organization.partOf.reference`.
    pub path: String,
    /// Its whole text, without XML escapes.
    pub text: String,
    /// What kind it is.
    pub kind: LinkKind,
}

/// All links of a resource, in document order.
pub fn links(resource: &Object) -> Vec<Link> {
    let mut links = Vec::new();
    walk::for_each(resource, &mut |path, kind, text| {
        let texts = match kind {
            LinkKind::Narrative => narrative::links(text),
            LinkKind::Reference | LinkKind::Uri => vec![text.to_owned()],
        };
        links.extend(texts.into_iter().map(|text| Link {
            path: path.to_string(),
            text,
            kind,
        }));
    });
    links
}

/// Replaces the links for which `replacement` answers `Some`, and touches nothing else.
///
/// `replacement` is asked once for each link, for the part before its `#`, and the fragment is
/// kept: with `urn:uuid:1` → `Patient/7`, `urn:uuid:1#name` becomes `Patient/7#name`. A `#` behind
/// a `?` is no fragment: clients write it unescaped in a conditional reference. It is not asked
/// for a link to a contained resource, `#name`.
pub fn rewrite(
    resource: &mut Object,
    replacement: &mut dyn FnMut(LinkKind, &str) -> Option<String>,
) {
    let mut edits = Vec::new();
    walk::for_each(resource, &mut |path, kind, text| {
        let edited = match kind {
            LinkKind::Narrative => narrative::rewrite(text, &mut |link| {
                replace(link, &mut |text| replacement(kind, text))
            }),
            LinkKind::Reference | LinkKind::Uri => {
                replace(text, &mut |text| replacement(kind, text))
            }
        };
        edits.extend(edited.map(|text| (path.pointer(), text)));
    });
    if edits.is_empty() {
        return;
    }
    let mut root = Value::Object(std::mem::take(resource));
    for (pointer, text) in edits {
        if let Some(value) = root.pointer_mut(&pointer) {
            *value = Value::String(text);
        }
    }
    if let Value::Object(rewritten) = root {
        *resource = rewritten;
    }
}

fn replace(text: &str, replacement: &mut dyn FnMut(&str) -> Option<String>) -> Option<String> {
    match text.split_once('#') {
        Some(("", _)) => None,
        Some((before, fragment)) if !before.contains('?') => {
            replacement(before).map(|replaced| format!("{replaced}#{fragment}"))
        }
        _ => replacement(text),
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::LinkKind::{Narrative, Reference, Uri};
    use super::{links, rewrite};
    use crate::json::Object;

    fn resource() -> Object {
        let value = json!({
            "resourceType": "Organization",
            "meta": {"profile": ["urn:uuid:1"], "source": "urn:uuid:1"},
            "text": {"status": "generated", "div": "<div><a href=\"urn:uuid:1#a\">urn:uuid:1</a></div>"},
            "contained": [{"resourceType": "Endpoint", "address": "urn:uuid:1",
                "managingOrganization": {"reference": "urn:uuid:1"}}],
            "extension": [
                {"url": "urn:uuid:1", "valueUri": "urn:uuid:1"},
                {"url": "http://a.b", "valueCanonical": "urn:uuid:1"},
                {"url": "http://a.b", "valueString": "urn:uuid:1"},
                {"url": "http://a.b", "valueReference": {"reference": "urn:uuid:1#b"}},
            ],
            "identifier": [{"system": "urn:uuid:1", "value": "urn:uuid:1"}],
            "name": "urn:uuid:1",
            "_name": {"extension": [{"url": "http://a.b", "valueUuid": "urn:uuid:1"}]},
            "partOf": {"reference": "urn:uuid:1", "type": "Organization", "display": "urn:uuid:1"},
            "endpoint": [{"reference": "#e"}, {"reference": "urn:uuid:12"}],
        });
        match value {
            Value::Object(object) => object,
            other => panic!("not an object: {other}"),
        }
    }

    #[test]
    fn links_are_found_by_the_types_of_elements() {
        let found: Vec<_> = links(&resource())
            .into_iter()
            .map(|link| (link.kind, format!("{} = {}", link.path, link.text)))
            .collect();
        let expected = [
            (Uri, "Organization.meta.source = urn:uuid:1"),
            (Narrative, "Organization.text.div = urn:uuid:1#a"),
            (Uri, "Organization.contained[0].address = urn:uuid:1"),
            (
                Reference,
                "Organization.contained[0].managingOrganization.reference = urn:uuid:1",
            ),
            (Uri, "Organization.extension[0].valueUri = urn:uuid:1"),
            (
                Reference,
                "Organization.extension[3].valueReference.reference = urn:uuid:1#b",
            ),
            (Uri, "Organization.identifier[0].system = urn:uuid:1"),
            (
                Uri,
                "Organization._name.extension[0].valueUuid = urn:uuid:1",
            ),
            (Reference, "Organization.partOf.reference = urn:uuid:1"),
            (Uri, "Organization.partOf.type = Organization"),
            (Reference, "Organization.endpoint[0].reference = #e"),
            (
                Reference,
                "Organization.endpoint[1].reference = urn:uuid:12",
            ),
        ];
        assert_eq!(found, expected.map(|(kind, link)| (kind, link.to_owned())));
    }

    #[test]
    fn a_match_is_replaced_and_its_fragment_kept() {
        let mut rewritten = resource();
        rewrite(&mut rewritten, &mut |_, text| {
            (text == "urn:uuid:1").then(|| "Organization/7".to_owned())
        });
        let texts: Vec<_> = links(&rewritten)
            .into_iter()
            .map(|link| link.text)
            .collect();
        assert_eq!(
            texts,
            [
                "Organization/7",
                "Organization/7#a",
                "Organization/7",
                "Organization/7",
                "Organization/7",
                "Organization/7#b",
                "Organization/7",
                "Organization/7",
                "Organization/7",
                "Organization",
                "#e",
                "urn:uuid:12",
            ]
        );
        let expected = "<div><a href=\"Organization/7#a\">urn:uuid:1</a></div>";
        assert_eq!(rewritten["text"]["div"], expected);
        assert_eq!(rewritten["extension"][0]["url"], "urn:uuid:1");
        assert_eq!(rewritten["extension"][1]["valueCanonical"], "urn:uuid:1");
        assert_eq!(rewritten["name"], "urn:uuid:1");
    }

    #[test]
    fn a_replacement_is_asked_once_per_link_and_may_depend_on_its_kind() {
        let mut asked = Vec::new();
        let mut rewritten = resource();
        rewrite(&mut rewritten, &mut |kind, text| {
            asked.push((kind, text.to_owned()));
            (kind == Reference).then(|| "Patient/7".to_owned())
        });
        assert_eq!(
            asked.len(),
            links(&resource()).len() - 1,
            "all but the contained one"
        );
        assert!(asked.contains(&(Narrative, "urn:uuid:1".to_owned())));
        assert_eq!(
            rewritten["extension"][3]["valueReference"]["reference"],
            "Patient/7#b"
        );
        assert_eq!(rewritten["extension"][0]["valueUri"], "urn:uuid:1");
        assert_eq!(rewritten["endpoint"][0]["reference"], "#e");
    }

    #[test]
    fn a_number_sign_in_a_query_is_no_fragment() {
        let query = "Organization?identifier=http://a.b#c|1";
        let mut rewritten = resource();
        rewritten["partOf"]["reference"] = json!(query);
        rewrite(&mut rewritten, &mut |_, text| {
            (text == query).then(|| "Organization/7".into())
        });
        assert_eq!(rewritten["partOf"]["reference"], "Organization/7");
    }

    #[test]
    fn without_a_match_nothing_changes() {
        let mut rewritten = resource();
        rewrite(&mut rewritten, &mut |_, _| None);
        assert_eq!(rewritten, resource());
    }
}
