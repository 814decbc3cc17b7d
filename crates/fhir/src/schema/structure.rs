//! One structure of the table: a resource type, a datatype, or a group of elements in one of these.

use super::primitive::Primitive;
use super::table::{StructureRef, reference};

/// What a structure is the structure of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// A resource type: `Organization`.
    Resource,
    /// A datatype: `Identifier`.
    Datatype,
    /// A base of others, without instances of its own: `DomainResource`.
    Abstract,
    /// A group of elements: `Organization.contact`.
    Part,
}

/// A resource type, a datatype or a group of elements, with all its elements.
#[derive(Debug)]
pub struct Structure {
    name: &'static str,
    class: Class,
    /// In the order of the specification, inherited ones first.
    elements: Vec<Element>,
    /// Positions in `elements`, sorted by name.
    by_name: Vec<u16>,
    /// Copies of those that are required: few, and asked for with every object.
    required: Vec<Element>,
}

/// An element of a structure. A choice of types is one element per type: `valueString`, ….
#[derive(Debug, Clone)]
pub struct Element {
    name: String,
    /// The element's name in the specification: `value[x]` for `valueString`.
    definition: &'static str,
    holds: ElementType,
    many: bool,
    required: bool,
    summary: bool,
}

/// What an element holds.
#[derive(Debug, Clone, Copy)]
pub enum ElementType {
    /// A primitive value.
    Primitive(Primitive),
    /// An object with this structure.
    Structure(StructureRef),
    /// A resource of any type.
    Resource,
}

impl Structure {
    /// The name: `Organization`, `Identifier`, `Organization.contact`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// What it is the structure of.
    pub fn class(&self) -> Class {
        self.class
    }

    /// All elements in the order of the specification, those of the base first.
    pub fn elements(&self) -> impl Iterator<Item = &Element> {
        self.elements.iter()
    }

    /// The elements that must be there; of a choice, all its elements follow each other.
    pub(super) fn required(&self) -> &[Element] {
        &self.required
    }

    /// The element with this JSON name.
    pub fn element(&self, name: &str) -> Option<&Element> {
        let element = |position: &u16| self.elements.get(usize::from(*position));
        let found = self.by_name.binary_search_by(|position| {
            element(position)
                .map_or("", |element| element.name.as_str())
                .cmp(name)
        });
        element(self.by_name.get(found.ok()?)?)
    }

    /// Reads a structure's lines (see `definitions/README.md`). Lines that make no sense are
    /// skipped; a test proves that the generated table has none.
    pub(super) fn read(text: &'static str) -> Self {
        let mut lines = text.lines();
        let mut words = lines.next().unwrap_or("").split(' ');
        let name = words.next().unwrap_or("");
        let class = match words.next() {
            Some("resource") => Class::Resource,
            Some("datatype") => Class::Datatype,
            Some("part") => Class::Part,
            _ => Class::Abstract,
        };
        let base = words.next().and_then(reference).map(StructureRef::get);
        let mut elements = base.map_or_else(Vec::new, |base| base.elements.clone());
        elements.extend(lines.filter_map(read_element).flatten());

        let mut by_name: Vec<u16> = (0..).take(elements.len()).collect();
        by_name.sort_by_key(|position| elements.get(usize::from(*position)).map(Element::name));
        let required = elements
            .iter()
            .filter(|element| element.required)
            .cloned()
            .collect();
        Self {
            name,
            class,
            elements,
            by_name,
            required,
        }
    }
}

/// Reads ` name 0..* Type|Type summary`: one element, or one per type of a choice.
fn read_element(line: &'static str) -> Option<impl Iterator<Item = Element>> {
    let mut words = line.trim_start().split(' ');
    let (definition, cardinality, types) = (words.next()?, words.next()?, words.next()?);
    let (min, max) = cardinality.split_once("..")?;
    let summary = words.next().is_some();
    let elements = types.split('|').filter_map(move |code| {
        let name = match definition.strip_suffix("[x]") {
            Some(stem) => format!("{stem}{}", capitalized(code)),
            None => definition.to_owned(),
        };
        let holds = ElementType::from_code(code)?;
        let (many, required) = (max == "*", min != "0");
        Some(Element {
            name,
            definition,
            holds,
            many,
            required,
            summary,
        })
    });
    Some(elements)
}

fn capitalized(code: &str) -> String {
    let mut characters = code.chars();
    characters
        .next()
        .map(|first| first.to_ascii_uppercase())
        .into_iter()
        .chain(characters)
        .collect()
}

impl Element {
    /// The JSON name: `partOf`, `valueString`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The name in the specification: `partOf`, `value[x]`. The elements of one choice share it.
    pub fn definition(&self) -> &'static str {
        self.definition
    }

    /// What it holds.
    pub fn element_type(&self) -> ElementType {
        self.holds
    }

    /// Whether it is an array.
    pub fn is_many(&self) -> bool {
        self.many
    }

    /// Whether it is one of a choice of types, of which only one may be there.
    pub fn is_choice(&self) -> bool {
        self.definition.ends_with("[x]")
    }

    /// Whether it, or another of its choice, must be there.
    pub fn is_required(&self) -> bool {
        self.required
    }

    /// Whether it is shown in a summary: <http://hl7.org/fhir/R4/search.html#summary>.
    pub fn is_summary(&self) -> bool {
        self.summary
    }
}

impl ElementType {
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        if code == "Resource" {
            return Some(Self::Resource);
        }
        let primitive = Primitive::from_name(code).map(Self::Primitive);
        primitive.or_else(|| reference(code).map(Self::Structure))
    }

    /// The type's code, or the path of the group of elements.
    pub fn name(self) -> &'static str {
        match self {
            Self::Primitive(primitive) => primitive.as_str(),
            Self::Structure(structure) => structure.get().name(),
            Self::Resource => "Resource",
        }
    }
}
