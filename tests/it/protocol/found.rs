//! What a search found.

use serde_json::Value;

use super::{
    fyr::{BASE, Fyr},
    reply::Reply,
};

/// The ids of the entries with this search mode, in order.
pub(super) fn ids(reply: &Reply, mode: &str) -> Vec<String> {
    assert_eq!(reply.json["type"], "searchset", "{}", reply.text);
    let entries = reply.json["entry"].as_array().cloned().unwrap_or_default();
    let wanted = entries
        .iter()
        .filter(|entry| entry["search"]["mode"] == mode);
    wanted
        .map(|entry| entry["resource"]["id"].as_str().unwrap().to_owned())
        .collect()
}

/// The ids of the matches.
pub(super) fn matches(reply: &Reply) -> Vec<String> {
    ids(reply, "match")
}

/// The ids of the matches of a search, in the order of the ids.
pub(super) fn search(fyr: &Fyr, path: &str) -> Vec<String> {
    let mut found = matches(&fyr.get(path).expect(200));
    found.sort();
    found
}

/// The URL of a link.
pub(super) fn link(reply: &Reply, relation: &str) -> Option<String> {
    let links = reply.json["link"].as_array()?;
    let link = links.iter().find(|link| link["relation"] == relation)?;
    link["url"].as_str().map(str::to_owned)
}

/// The path of the next page, below the base.
pub(super) fn next(reply: &Reply) -> Option<String> {
    let url = link(reply, "next")?;
    Some(url.strip_prefix(BASE).unwrap().to_owned())
}

/// The matches of all pages from a path on, page by page.
pub(super) fn pages(fyr: &Fyr, path: &str) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = Some(path.to_owned());
    while let Some(at) = path {
        let reply = fyr.get(&at).expect(200);
        pages.push(matches(&reply));
        path = next(&reply);
        assert!(pages.len() < 1_000, "pages without end");
    }
    pages
}

/// An organization with an id and members.
pub(super) fn organization(id: &str, members: Value) -> Value {
    let mut organization = members;
    organization["resourceType"] = "Organization".into();
    organization["id"] = id.into();
    organization
}

/// Stores a resource under its id.
pub(super) fn store(fyr: &Fyr, resource: &Value) {
    let (kind, id) = (&resource["resourceType"], &resource["id"]);
    let path = format!("/{}/{}", kind.as_str().unwrap(), id.as_str().unwrap());
    let reply = fyr.put(&path, resource);
    assert!(reply.status < 300, "{}", reply.text);
}
