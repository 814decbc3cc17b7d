//! How an import changes an organization that is stored (I10).
//!
//! The register owns what it synchronizes, and what it leaves out goes. Contacts and relations stay,
//! and so does every contact point whose custodian is somebody else; the register's own contact points
//! are replaced by those it sends.

use fhir::json::Object;
use serde_json::{Value, json};

use super::{
    names::{CUSTODIAN_CODES, RELATED_TO, TELECOM_CUSTODIAN},
    source::Source,
};
use crate::rules::element::{code_in, extension};

/// Elements that the register owns, but for telecom and extensions.
const OWNED: [&str; 8] = [
    "identifier",
    "active",
    "type",
    "name",
    "alias",
    "address",
    "partOf",
    "endpoint",
];

/// The stored organization with what the register sends.
pub(super) fn merge(before: &Object, incoming: &Object, source: Source) -> Object {
    let mut merged = before.clone();
    for name in OWNED {
        replace(&mut merged, name, incoming.get(name).cloned());
        // the extensions of a primitive: _name, _alias
        let shadow = format!("_{name}");
        replace(&mut merged, &shadow, incoming.get(&shadow).cloned());
    }
    // endpoints are contained (O5), and nothing else is
    replace(&mut merged, "contained", incoming.get("contained").cloned());
    replace(&mut merged, "meta", meta(before, incoming));
    let telecom = points(array(before, "telecom"), array(incoming, "telecom"), source);
    replace(&mut merged, "telecom", filled(telecom));
    let contacts = contacts(array(before, "contact"), array(incoming, "contact"), source);
    replace(&mut merged, "contact", filled(contacts));
    let is_relation = |one: &&Value| one.get("url").and_then(Value::as_str) == Some(RELATED_TO);
    let kept = array(before, "extension").iter().filter(is_relation);
    let sent = array(incoming, "extension")
        .iter()
        .filter(|one| !is_relation(one));
    let extensions: Vec<Value> = sent.chain(kept).cloned().collect();
    if !same_in_any_order(&extensions, array(before, "extension")) {
        replace(&mut merged, "extension", filled(extensions));
    }
    merged
}

/// A new organization: its contact points get the register as their custodian.
pub(super) fn stamp(organization: &mut Object, source: Source) {
    for_each_point(organization, &mut |point| {
        if custodian(point).is_none() {
            set_custodian(point, source);
        }
    });
}

fn replace(object: &mut Object, name: &str, value: Option<Value>) {
    match value {
        Some(value) => {
            object.insert(name.to_owned(), value);
        }
        None => {
            object.shift_remove(name);
        }
    }
}

/// The stored tags and labels, with the profiles that are sent.
fn meta(before: &Object, incoming: &Object) -> Option<Value> {
    let stored = before.get("meta").and_then(Value::as_object);
    let mut meta = stored.cloned().unwrap_or_default();
    let sent = incoming.get("meta").and_then(|meta| meta.get("profile"));
    replace(&mut meta, "profile", sent.cloned());
    (!meta.is_empty()).then_some(Value::Object(meta))
}

fn array<'a>(object: &'a Object, name: &str) -> &'a [Value] {
    let items = object.get(name).and_then(Value::as_array);
    items.map_or(&[], Vec::as_slice)
}

fn filled(items: Vec<Value>) -> Option<Value> {
    (!items.is_empty()).then_some(Value::Array(items))
}

fn same_in_any_order(one: &[Value], other: &[Value]) -> bool {
    let mut rest: Vec<&Value> = other.iter().collect();
    let is_there = |item: &Value| {
        let at = rest.iter().position(|other| *other == item)?;
        rest.swap_remove(at);
        Some(())
    };
    one.len() == other.len() && one.iter().map(is_there).all(|found| found.is_some())
}

/// The stored contact points of others, and those that the register sends.
fn points(stored: &[Value], sent: &[Value], source: Source) -> Vec<Value> {
    let is_own = |point: &Value| custodian(point) == Some(source.custodian());
    let own = |point: &Value| {
        let is_unclaimed = custodian(point).is_none();
        (is_unclaimed || is_own(point)).then(|| {
            let mut point = point.clone();
            if is_unclaimed {
                set_custodian(&mut point, source);
            }
            point
        })
    };
    let sent: Vec<Value> = sent.iter().filter_map(own).collect();
    let kept: Vec<Value> = stored
        .iter()
        .filter(|point| !is_own(point))
        .cloned()
        .collect();
    let merged: Vec<Value> = kept.into_iter().chain(sent).collect();
    if same_in_any_order(&merged, stored) {
        return stored.to_vec();
    }
    merged
}

/// The stored contacts, with the register's contact points in them replaced. A contact of the register
/// is the stored one when they are the same but for their contact points.
fn contacts(stored: &[Value], sent: &[Value], source: Source) -> Vec<Value> {
    let mut unmatched: Vec<&Value> = sent.iter().collect();
    let mut merged = Vec::with_capacity(stored.len());
    for contact in stored {
        let at = unmatched.iter().position(|sent| who(sent) == who(contact));
        let sent = at.map(|at| unmatched.remove(at));
        let before = telecom(contact);
        let after = points(before, sent.map_or(&[], telecom), source);
        let is_left = !after.is_empty() || before.is_empty();
        let mut contact = contact.clone();
        if let Some(contact) = contact.as_object_mut() {
            replace(contact, "telecom", filled(after));
            // a contact that was nothing but the register's contact points goes with them
            if is_left || !contact.is_empty() {
                merged.push(Value::Object(contact.clone()));
            }
        }
    }
    for contact in unmatched {
        let points = points(&[], telecom(contact), source);
        let mut contact = contact.clone();
        if let Some(contact) = contact.as_object_mut()
            && !points.is_empty()
        {
            replace(contact, "telecom", filled(points));
            merged.push(Value::Object(contact.clone()));
        }
    }
    merged
}

fn telecom(contact: &Value) -> &[Value] {
    contact
        .as_object()
        .map_or(&[], |contact| array(contact, "telecom"))
}

/// A contact without its contact points.
fn who(contact: &Value) -> Object {
    let mut contact = contact.as_object().cloned().unwrap_or_default();
    contact.shift_remove("telecom");
    contact
}

fn custodian(point: &Value) -> Option<&str> {
    let custodian = extension(point.as_object()?, TELECOM_CUSTODIAN)?;
    code_in(custodian.get("valueCodeableConcept"), CUSTODIAN_CODES)
}

fn set_custodian(point: &mut Value, source: Source) {
    let Some(point) = point.as_object_mut() else {
        return;
    };
    let custodian = json!({
        "url": TELECOM_CUSTODIAN,
        "valueCodeableConcept": {"coding": [{"system": CUSTODIAN_CODES, "code": source.custodian()}]}
    });
    let extensions = point.entry("extension").or_insert_with(|| json!([]));
    if let Some(extensions) = extensions.as_array_mut() {
        extensions.push(custodian);
    }
}

fn for_each_point(organization: &mut Object, change: &mut dyn FnMut(&mut Value)) {
    let mut in_list = |list: Option<&mut Value>| {
        for point in list.and_then(Value::as_array_mut).into_iter().flatten() {
            change(point);
        }
    };
    in_list(organization.get_mut("telecom"));
    let contacts = organization
        .get_mut("contact")
        .and_then(Value::as_array_mut);
    for contact in contacts.into_iter().flatten() {
        in_list(contact.get_mut("telecom"));
    }
}
