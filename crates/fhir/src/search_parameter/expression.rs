//! Expressions of search parameters: typed by the element table, and evaluated on resources.
//!
//! Typing them beforehand finds what does not exist (a mistake in a server's own parameter), turns a
//! choice of types into the JSON names that it has, and leaves little to do per resource: some
//! microseconds for all parameters of a type.

use serde_json::Value;

use super::found::{Found, Node, spread, structure_of};
use crate::fhirpath::{self, Condition, Path, Step, Unsupported};
use crate::schema::{ElementType, Primitive, Structure, is_resource_type};

/// A typed expression.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expression {
    paths: Vec<TypedPath>,
    /// Whether the values are reduced to whether there is one that is not false.
    is_test: bool,
}

#[derive(Debug, Clone)]
struct TypedPath {
    from_resource: bool,
    steps: Vec<TypedStep>,
    /// What the values can be.
    leaves: Vec<ElementType>,
}

#[derive(Debug, Clone)]
enum TypedStep {
    /// An element by its JSON name.
    Field(String, ElementType),
    /// An element of which the type depends on where it is: of a choice, or of several types.
    Open(String),
    Index(usize),
    Last,
    Where(Vec<Condition>),
    Resolves(String),
}

static TRUE: Value = Value::Bool(true);
static FALSE: Value = Value::Bool(false);

impl Expression {
    /// Types an expression, evaluated from a structure: a resource type, or what the root of a
    /// composite leads to. The resource's type is what `%resource` stands for.
    ///
    /// # Errors
    /// What is not supported, or does not exist.
    pub(crate) fn compile(
        text: &str,
        from: &[ElementType],
        resource: ElementType,
    ) -> Result<Self, Unsupported> {
        let (paths, is_test) = match fhirpath::parse(text)? {
            fhirpath::Expression::Union(paths) => (paths, false),
            fhirpath::Expression::IsTrue(path) => (vec![path], true),
        };
        let about: Vec<_> = paths.iter().filter(|path| is_about(path, from)).collect();
        if about.is_empty() {
            return Err(format!("'{text}' says nothing about {}", resource.name()));
        }
        let typed = about
            .iter()
            .map(|path| TypedPath::compile(path, from, resource));
        Ok(Self {
            paths: typed.collect::<Result<_, _>>()?,
            is_test,
        })
    }

    /// What the values can be.
    pub(crate) fn leaves(&self) -> Vec<ElementType> {
        if self.is_test {
            return vec![ElementType::Primitive(Primitive::Boolean)];
        }
        let leaves = self.paths.iter().flat_map(|path| &path.leaves);
        leaves.copied().collect()
    }

    /// The values, seen from a place in the resource.
    pub(crate) fn evaluate<'a>(&self, from: Found<'a>, resource: Found<'a>) -> Vec<Found<'a>> {
        let mut found = Vec::new();
        for path in &self.paths {
            let start = if path.from_resource { resource } else { from };
            path.follow(start, &mut found);
        }
        if self.is_test {
            let is_true =
                |found: &Found<'_>| !matches!(found.node, Node::Value(Value::Bool(false)));
            let answer = if found.iter().any(is_true) {
                &TRUE
            } else {
                &FALSE
            };
            return vec![Found {
                node: Node::Value(answer),
                holds: ElementType::Primitive(Primitive::Boolean),
            }];
        }
        found
    }
}

impl TypedPath {
    fn compile(
        path: &Path,
        from: &[ElementType],
        resource: ElementType,
    ) -> Result<Self, Unsupported> {
        let start = if path.from_resource {
            &[resource]
        } else {
            from
        };
        let mut typed = Self {
            from_resource: path.from_resource,
            steps: Vec::new(),
            leaves: start.to_vec(),
        };
        let mut steps = path.steps.as_slice();
        if let [Step::Name(name), rest @ ..] = steps
            && is_type_of(name, start)
        {
            steps = rest;
        }
        while let Some((step, rest)) = steps.split_first() {
            steps = rest;
            match (step, rest) {
                (Step::Name(name), [Step::As(kind), after @ ..]) => {
                    typed.name(name, Some(kind))?;
                    steps = after;
                }
                (Step::Name(name), _) => typed.name(name, None)?,
                (Step::As(kind), _) => typed.only(kind)?,
                (Step::Index(index), _) => typed.steps.push(TypedStep::Index(*index)),
                (Step::Last, _) => typed.steps.push(TypedStep::Last),
                (Step::Where(conditions), _) => {
                    typed.steps.push(TypedStep::Where(conditions.clone()));
                }
                (Step::Resolves(kind), _) => typed.steps.push(TypedStep::Resolves(kind.clone())),
            }
        }
        Ok(typed)
    }

    /// Steps to the elements of this name, or those of its choice that have this type.
    fn name(&mut self, name: &str, kind: Option<&str>) -> Result<(), Unsupported> {
        let mut next: Vec<(&str, ElementType)> = Vec::new();
        for structure in self.leaves.iter().copied().filter_map(structure_of) {
            let named = elements(structure, name);
            let named = named.filter(|(_, holds)| kind.is_none_or(|kind| is_called(*holds, kind)));
            next.extend(named);
        }
        let Some((json_name, holds)) = next.first().copied() else {
            let places: Vec<_> = self.leaves.iter().map(|leaf| leaf.name()).collect();
            let of_type = kind.map_or(String::new(), |kind| format!(" of type {kind}"));
            return Err(format!(
                "{} has no element '{name}'{of_type}",
                places.join(" or ")
            ));
        };
        let same = |(other, kind): &(&str, ElementType)| {
            *other == json_name && kind.name() == holds.name()
        };
        let is_closed = next.iter().all(same);
        self.steps.push(if is_closed {
            TypedStep::Field(json_name.to_owned(), holds)
        } else if kind.is_some() {
            return Err(format!("'{name}' of several types, narrowed to one"));
        } else {
            TypedStep::Open(name.to_owned())
        });
        self.leaves = next.into_iter().map(|(_, holds)| holds).collect();
        Ok(())
    }

    /// Narrows what is there already: to nothing, or to itself.
    fn only(&self, kind: &str) -> Result<(), Unsupported> {
        if self.leaves.iter().all(|leaf| is_called(*leaf, kind)) {
            return Ok(());
        }
        Err(format!("'as {kind}' of what is no choice of types"))
    }

    fn follow<'a>(&self, start: Found<'a>, found: &mut Vec<Found<'a>>) {
        let (mut current, mut next) = (vec![start], Vec::new());
        for step in &self.steps {
            match step {
                TypedStep::Index(index) => next.extend(current.get(*index)),
                TypedStep::Last => next.extend(current.last()),
                TypedStep::Where(conditions) => {
                    next.extend(current.iter().filter(|at| at.is(conditions)));
                }
                TypedStep::Resolves(kind) => {
                    next.extend(current.iter().filter(|at| at.points_to(kind)));
                }
                TypedStep::Field(name, holds) => {
                    for value in current.iter().filter_map(|at| at.node.get(name)) {
                        spread(value, *holds, &mut next);
                    }
                }
                TypedStep::Open(name) => {
                    for at in &current {
                        at.open(name, &mut next);
                    }
                }
            }
            std::mem::swap(&mut current, &mut next);
            next.clear();
        }
        found.append(&mut current);
    }
}

/// The elements that a name stands for: one, or those of a choice, by JSON name.
fn elements<'n>(
    structure: &'static Structure,
    name: &'n str,
) -> impl Iterator<Item = (&'static str, ElementType)> + use<'n> {
    let named = structure.elements().filter(move |element| {
        element.name() == name && !element.is_choice()
            || element.definition().strip_suffix("[x]") == Some(name)
    });
    named.map(|element| (element.name(), element.element_type()))
}

/// Whether a path is about this type, and not about another base of the same parameter.
fn is_about(path: &Path, from: &[ElementType]) -> bool {
    match path.steps.first() {
        Some(Step::Name(name)) => !is_resource_type(name) || is_type_of(name, from),
        _ => true,
    }
}

/// Whether a first step names what the path starts from.
fn is_type_of(name: &str, start: &[ElementType]) -> bool {
    let is_abstract = ["Resource", "DomainResource"].contains(&name);
    is_abstract || start.iter().any(|kind| kind.name() == name)
}

/// Whether a type is called that; R4 writes `DateTime` in one place.
fn is_called(holds: ElementType, kind: &str) -> bool {
    let name = holds.name();
    let is_primitive = matches!(holds, ElementType::Primitive(_));
    name == kind || is_primitive && name.eq_ignore_ascii_case(kind)
}

#[cfg(test)]
pub(crate) mod place;
#[cfg(test)]
mod tests;
