//! The part of `FHIRPath` that names places in a resource.
//!
//! <http://hl7.org/fhir/R4/fhirpath.html>
//!
//! | text | is |
//! |---|---|
//! | `Organization.name`, `name`, `` `class` `` | an element; a first step may be the type |
//! | `telecom[0]`, `telecom.first()`, `telecom.last()` | one of several |
//! | `value as Quantity`, `value.as(Quantity)`, `value.ofType(Quantity)` | those of a type |
//! | `telecom.where(system = 'email' and use = 'work')` | those with these values |
//! | `subject.where(resolve() is Patient)` | references to a type |
//! | `extension('http://…')` | extensions by URL |
//! | `%resource.name` | from the resource, in the components of a composite |
//! | `a \| b` | both |
//! | `deceased.exists() and deceased != false` | whether it is there and not false |
//!
//! This is all that R4's search parameters and `FHIRPath` Patch need. It is read here, and given its
//! meaning where it is used: typed by the element table for searches, as places that can be written
//! to for patches.

mod parser;
mod token;

use serde_json::Value;

/// What is wrong with an expression, for people.
pub(crate) type Unsupported = String;

/// A parsed expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Expression {
    /// All that these paths lead to.
    Union(Vec<Path>),
    /// `path.exists() and path != false`
    IsTrue(Path),
}

/// Steps from the resource or from where the evaluation is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// Whether it starts with `%resource`.
    pub(crate) from_resource: bool,
    pub(crate) steps: Vec<Step>,
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// `name`: an element, or a type as the first step.
    Name(String),
    /// `[n]`, `first()`
    Index(usize),
    /// `last()`
    Last,
    /// `as T`, `as(T)`, `ofType(T)`
    As(String),
    /// `where(a.b = 'c' and …)`
    Where(Vec<Condition>),
    /// `where(resolve() is T)`
    Resolves(String),
}

/// `a.b = 'c'` in a `where`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    pub(crate) path: Vec<String>,
    pub(crate) literal: Literal,
}

/// A value in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Literal {
    Text(String),
    Boolean(bool),
    /// The digits as written.
    Number(String),
}

/// Reads an expression.
///
/// # Errors
/// What is not understood, with what is.
pub(crate) fn parse(text: &str) -> Result<Expression, Unsupported> {
    parser::parse(text)
}

/// Reads an expression that is a single path.
///
/// # Errors
/// What is not understood, with what is.
pub(crate) fn parse_path(text: &str) -> Result<Path, Unsupported> {
    match parse(text)? {
        Expression::Union(mut paths) if paths.len() == 1 => {
            paths.pop().ok_or_else(|| "an empty expression".to_owned())
        }
        _ => Err(format!("'{text}' is more than one path")),
    }
}

impl Literal {
    /// Whether a JSON value is this one.
    pub(crate) fn is(&self, value: &Value) -> bool {
        match self {
            Self::Text(text) => value.as_str() == Some(text),
            Self::Boolean(boolean) => value.as_bool() == Some(*boolean),
            Self::Number(digits) => {
                matches!(value, Value::Number(number) if number.as_str() == digits)
            }
        }
    }
}

impl Condition {
    /// Whether this holds for an element: some value at the path is the literal.
    pub(crate) fn holds(&self, element: &Value) -> bool {
        leads_to(element, &self.path, &self.literal)
    }
}

fn leads_to(value: &Value, path: &[String], literal: &Literal) -> bool {
    if let Value::Array(items) = value {
        return items.iter().any(|item| leads_to(item, path, literal));
    }
    match path.split_first() {
        None => literal.is(value),
        Some((name, rest)) => value
            .get(name)
            .is_some_and(|value| leads_to(value, rest, literal)),
    }
}

#[cfg(test)]
mod tests;
