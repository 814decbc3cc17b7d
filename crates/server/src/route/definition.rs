//! `OperationDefinition`s of the operations that this server has, made of the route table.
//!
//! <http://hl7.org/fhir/R4/operationdefinition.html>
//!
//! The capability statement names them by their canonical URLs, most of which are somebody else's.
//! `GET [base]/OperationDefinition/[the last part of the URL]` says how the operation is called here.

use fhir::json::Object;
use serde_json::{Value, json};

use super::{On, Row, Told, rows};

/// The definition whose URL ends with this; none when there is no such operation.
pub(crate) fn definition(id: &str) -> Option<Object> {
    rows().find_map(|row| match row.told {
        Told::Operation {
            name,
            definition,
            on,
        } if definition.rsplit('/').next() == Some(id) => {
            let Value::Object(object) = of(id, name, definition, on) else {
                return None;
            };
            Some(object)
        }
        _ => None,
    })
}

fn of(id: &str, name: &str, url: &str, on: On) -> Value {
    let is_called = |row: &&'static Row| row.path.ends_with(&format!("${name}"));
    let paths: Vec<&str> = rows().filter(is_called).map(|row| row.path).collect();
    let is_of = |place: fn(&str) -> bool| paths.iter().any(|path| place(path));
    let mut definition = json!({
        "resourceType": "OperationDefinition",
        "id": id,
        "url": url,
        "name": title(name),
        "status": "active",
        "kind": "operation",
        "code": name,
        "system": is_of(|path| path.starts_with('$')),
        "type": is_of(|path| path.matches('/').count() == 1),
        "instance": is_of(|path| path.contains("[id]")),
    });
    let resource = match on {
        On::System => None,
        On::Every => Some("Resource"),
        On::Type(kind) => Some(kind),
    };
    if let (Some(resource), Value::Object(members)) = (resource, &mut definition) {
        members.insert("resource".to_owned(), json!([resource]));
    }
    definition
}

/// `traverse-to-sor` → `TraverseToSor`.
fn title(name: &str) -> String {
    let words = name.split(['-', '.']);
    let capital = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| first.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    words.map(capital).collect()
}
