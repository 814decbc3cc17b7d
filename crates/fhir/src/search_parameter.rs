//! Search parameters: what a search may ask of a resource type, and where the values stand.
//!
//! <http://hl7.org/fhir/R4/searchparameter-registry.html>, <http://hl7.org/fhir/R4/searchparameter.html>
//!
//! R4's own parameters are in one text, generated from the official definitions and embedded in the
//! program (`definitions/README.md`). Those of a type are read when the type is first searched, an
//! expression is compiled when it is first evaluated: starting costs nothing.
//!
//! A server has a [`Set`] of parameters: R4's, and those that are SearchParameter resources stored
//! on it ([`SearchParameter::compile`]).

mod custom;
mod expression;
mod found;
mod table;

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

pub use table::{find, of};

pub(crate) use expression::Expression;
pub(crate) use found::{Found, Node};

use crate::fhirpath::Unsupported;
use crate::json::Object;
use crate::outcome::Issue;
use crate::schema::{ElementType, structure_type};

/// What kind of values a parameter has: <http://hl7.org/fhir/R4/search.html#ptypes>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the specification's")]
pub enum SearchType {
    Number,
    Date,
    String,
    Token,
    Reference,
    Composite,
    Quantity,
    Uri,
    Special,
}

impl SearchType {
    const ALL: [Self; 9] = [
        Self::Number,
        Self::Date,
        Self::String,
        Self::Token,
        Self::Reference,
        Self::Composite,
        Self::Quantity,
        Self::Uri,
        Self::Special,
    ];

    /// The code: `number`, `date`, ….
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Date => "date",
            Self::String => "string",
            Self::Token => "token",
            Self::Reference => "reference",
            Self::Composite => "composite",
            Self::Quantity => "quantity",
            Self::Uri => "uri",
            Self::Special => "special",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == code)
    }
}

impl fmt::Display for SearchType {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A search parameter, of R4 or of a server.
#[derive(Debug, Clone)]
pub struct SearchParameter {
    code: Cow<'static, str>,
    kind: SearchType,
    definition: Cow<'static, str>,
    /// What it is for each of its bases; never empty.
    forms: Vec<Form>,
    targets: Vec<Cow<'static, str>>,
    /// The code systems that the values of `code` elements come from.
    systems: Vec<&'static str>,
    is_phonetic: bool,
    is_custom: bool,
    expression: Cow<'static, str>,
    components: Vec<Component>,
}

/// A parameter as one of its bases has it.
#[derive(Debug, Clone)]
struct Form {
    base: Cow<'static, str>,
    compiled: OnceLock<Compiled>,
}

/// A parameter's expressions, typed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Compiled {
    pub(crate) expression: Expression,
    /// Whether all values have codes with systems of their own.
    pub(crate) has_systems: bool,
    /// The parts of a composite, seen from what the expression leads to.
    pub(crate) components: Vec<Expression>,
}

/// A part of a composite parameter.
#[derive(Debug, Clone)]
pub(crate) struct Component {
    pub(crate) code: &'static str,
    pub(crate) kind: SearchType,
    expression: &'static str,
}

impl SearchParameter {
    /// Reads a SearchParameter resource.
    ///
    /// # Errors
    /// All problems: `required` for a missing `code`, `type`, `base` or `expression`; `value` for
    /// one that makes no sense; `not-supported` for an expression or a type that this server does not
    /// evaluate, or for a code that R4 uses already.
    pub fn compile(resource: &Object) -> Result<Self, Vec<Issue>> {
        custom::compile(resource)
    }

    /// The name in a query: `partof`.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What kind of values it has.
    pub fn kind(&self) -> SearchType {
        self.kind
    }

    /// The canonical URL: `http://hl7.org/fhir/SearchParameter/Organization-partof`.
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// The types that it is a parameter of; `Resource` and `DomainResource` stand for all of those.
    pub fn bases(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().map(|form| form.base.as_ref())
    }

    /// The types that a reference may point to; none when any is possible, or when it is no reference.
    pub fn targets(&self) -> impl Iterator<Item = &str> {
        self.targets.iter().map(AsRef::as_ref)
    }

    /// Where the values stand, as a FHIRPath expression; empty when the definition has none.
    pub fn expression(&self) -> &str {
        &self.expression
    }

    /// Whether resources can be searched by it. R4 has two of which this server cannot: `_query` and
    /// `near`.
    pub fn is_supported(&self) -> bool {
        self.kind != SearchType::Special && !self.expression.is_empty()
    }

    /// Whether it is not one of R4's.
    pub fn is_custom(&self) -> bool {
        self.is_custom
    }

    /// Whether it looks for words in all of a text: `_text` and `_content`.
    pub(crate) fn is_full_text(&self) -> bool {
        self.kind == SearchType::String && self.code.starts_with('_')
    }

    pub(crate) fn is_phonetic(&self) -> bool {
        self.is_phonetic
    }

    pub(crate) fn systems(&self) -> &[&'static str] {
        &self.systems
    }

    pub(crate) fn components(&self) -> &[Component] {
        &self.components
    }

    fn is_about(&self, resource_type: &str) -> bool {
        let mut bases = self.bases();
        bases.any(|base| table::is_a(resource_type, base))
    }

    /// Its expressions for resources of a type.
    pub(crate) fn compiled(&self, resource_type: &str) -> Option<&Compiled> {
        let form = match self.forms.as_slice() {
            [only] => Some(only),
            forms => forms
                .iter()
                .find(|form| table::is_a(resource_type, &form.base)),
        };
        // a test proves that all of R4's compile; a server's own were compiled before
        form.map(|form| {
            let compile = || self.compile_for(&form.base).unwrap_or_default();
            form.compiled.get_or_init(compile)
        })
    }

    fn compile_for(&self, base: &str) -> Result<Compiled, Unsupported> {
        let root = structure_type(base).ok_or_else(|| format!("'{base}' is no type of R4"))?;
        if !self.is_supported() {
            return Ok(Compiled::default());
        }
        let expression = Expression::compile(&self.expression, &[root], root)?;
        let leaves = expression.leaves();
        let components = self.components.iter();
        let components = components.map(|part| Expression::compile(part.expression, &leaves, root));
        let has_system =
            |leaf: &ElementType| ["CodeableConcept", "Coding", "Identifier"].contains(&leaf.name());
        Ok(Compiled {
            has_systems: leaves.iter().all(has_system),
            components: components.collect::<Result<_, _>>()?,
            expression,
        })
    }

    /// The values of a resource.
    pub(crate) fn values<'a>(&self, resource: &'a Object) -> Vec<Found<'a>> {
        self.values_of(Found::resource(resource))
    }

    /// The values of a resource that is at hand as a starting point.
    pub(crate) fn values_of<'a>(&self, root: Found<'a>) -> Vec<Found<'a>> {
        let compiled = self.compiled(root.holds.name());
        compiled.map_or_else(Vec::new, |compiled| {
            compiled.expression.evaluate(root, root)
        })
    }
}

/// The parameters of a server: R4's, and its own. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Set {
    custom: Arc<Vec<Arc<SearchParameter>>>,
}

impl Set {
    /// R4's parameters and these. Of several with one code and base the last counts.
    pub fn with(custom: impl IntoIterator<Item = SearchParameter>) -> Self {
        Self {
            custom: Arc::new(custom.into_iter().map(Arc::new).collect()),
        }
    }

    /// The parameter of this name that resources of this type have; `Resource` asks for those
    /// that all types have.
    pub fn find(&self, resource_type: &str, code: &str) -> Option<&Arc<SearchParameter>> {
        let own = self.custom.iter().rev();
        let own = own.filter(|own| own.code() == code);
        own.filter(|own| own.is_about(resource_type))
            .chain(find(resource_type, code))
            .next()
    }

    /// All parameters that resources of this type have.
    pub fn of<'s>(
        &'s self,
        resource_type: &'s str,
    ) -> impl Iterator<Item = &'s Arc<SearchParameter>> {
        let own = self.custom.iter();
        let own = own.filter(move |own| own.is_about(resource_type));
        let built_in = of(resource_type).map(|known| -> &'s Arc<SearchParameter> { known });
        built_in.chain(own)
    }
}
