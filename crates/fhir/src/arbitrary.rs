//! Resources for property tests: any that the element table allows, of a chosen type.

use serde_json::{Value, json};

use crate::json::Object;
use crate::schema::{ElementType, Primitive, Structure, structure};

/// The texts that links have in generated resources.
pub(crate) const LINKS: [&str; 6] = [
    "urn:uuid:1",
    "urn:uuid:1#part",
    "urn:uuid:2",
    "Organization/0",
    "#contained",
    "http://example.org/fhir/Organization/9",
];

/// Builds a resource of this type; the bytes decide what is in it, none give the smallest.
pub(crate) fn resource(kind: &str, choices: Vec<u8>) -> Object {
    let mut builder = Builder {
        choices: choices.into_iter(),
    };
    let mut resource = Object::new();
    resource.insert("resourceType".to_owned(), json!(kind));
    builder.fill(&mut resource, structure(kind).unwrap(), 0);
    resource
}

struct Builder {
    choices: std::vec::IntoIter<u8>,
}

impl Builder {
    fn choose(&mut self, below: usize) -> usize {
        usize::from(self.choices.next().unwrap_or(0)) % below
    }

    fn fill(&mut self, object: &mut Object, structure: &Structure, depth: usize) {
        let mut made = "";
        for element in structure.elements() {
            let chosen = depth < 6 && self.choose(16) == 1;
            let is_new = element.definition() != made;
            if is_new && (chosen || element.is_required()) {
                made = element.definition();
                let value = self.value(element.element_type(), depth);
                let value = if element.is_many() {
                    json!([value])
                } else {
                    value
                };
                object.insert(element.name().to_owned(), value);
            }
        }
        if object.is_empty() {
            object.insert("id".to_owned(), json!("only"));
        }
    }

    fn value(&mut self, element_type: ElementType, depth: usize) -> Value {
        let mut object = Object::new();
        match element_type {
            ElementType::Primitive(primitive) => return self.primitive(primitive),
            ElementType::Resource => return Value::Object(resource("Organization", Vec::new())),
            ElementType::Structure(structure) => {
                self.fill(&mut object, structure.get(), depth + 1);
            }
        }
        if element_type.name() == "Reference" {
            object.insert("reference".to_owned(), self.link());
        }
        Value::Object(object)
    }

    fn link(&mut self) -> Value {
        let choice = self.choose(LINKS.len());
        json!(LINKS[choice])
    }

    fn primitive(&mut self, primitive: Primitive) -> Value {
        match primitive {
            Primitive::Boolean => json!(true),
            Primitive::Decimal | Primitive::Integer => json!(1),
            Primitive::PositiveInt | Primitive::UnsignedInt => json!(2),
            Primitive::Xhtml => {
                let (link, image) = (self.link(), self.link());
                json!(format!(
                    "<div><a href={link}>{link}</a><img src={image}/></div>"
                ))
            }
            // a text that would be a link elsewhere
            _ => self.link(),
        }
    }
}
