//! What is asked of one value, and whether a value of a resource is that.
//!
//! One file per type of parameter: <http://hl7.org/fhir/R4/search.html#ptypes>

pub(super) mod composite;
pub(super) mod date;
pub(super) mod decimal;
pub(super) mod number;
pub(super) mod prefix;
pub(super) mod quantity;
pub(super) mod reference;
pub(super) mod text;
pub(super) mod token;
pub(super) mod uri;

use std::sync::Arc;

use composite::Composite;
use date::DateComparison;
use number::NumberComparison;
use quantity::QuantityComparison;
use reference::ReferenceTarget;
use text::Text;
use token::TokenPattern;
use uri::UriPattern;

use crate::identifier::TokenCriterion;
use crate::search_parameter::{Found, SearchParameter, SearchType};

/// What one alternative of a criterion asks for.
#[derive(Debug, Clone)]
pub(super) enum Wanted {
    Composite(Composite),
    Date(DateComparison),
    Number(NumberComparison),
    Quantity(QuantityComparison),
    Reference(ReferenceTarget),
    /// `:identifier`
    LogicalReference(TokenCriterion),
    Text(Text),
    Token(TokenPattern),
    /// `:text` of a token
    TokenText(Text),
    Uri(UriPattern),
}

/// What is wrong with a value, for people.
pub(super) type Problem = String;

impl Wanted {
    /// Reads an alternative without a modifier.
    pub(super) fn parse(parameter: &Arc<SearchParameter>, text: &str) -> Result<Self, Problem> {
        Self::of_kind(parameter.kind(), parameter, text)
    }

    /// Reads an alternative, or a part of a composite.
    pub(super) fn of_kind(
        kind: SearchType,
        parameter: &Arc<SearchParameter>,
        text: &str,
    ) -> Result<Self, Problem> {
        Ok(match kind {
            SearchType::Composite => Self::Composite(Composite::parse(parameter, text)?),
            SearchType::Date => Self::Date(DateComparison::parse(text)?),
            SearchType::Number => Self::Number(NumberComparison::parse(text)?),
            SearchType::Quantity => Self::Quantity(QuantityComparison::parse(text)?),
            SearchType::Reference => Self::Reference(ReferenceTarget::parse(text, None)?),
            SearchType::String if parameter.is_full_text() => Self::Text(Text::containing(text)?),
            SearchType::String if parameter.is_phonetic() => Self::Text(Text::sounding(text)?),
            SearchType::String => Self::Text(Text::starting(text)?),
            SearchType::Token => Self::Token(TokenPattern::parse(text, parameter.systems())?),
            SearchType::Uri => Self::Uri(UriPattern::exact(text)?),
            SearchType::Special => return Err("such a parameter is not supported".to_owned()),
        })
    }

    /// The same text for all ways to ask for this.
    pub(super) fn canonical(&self) -> String {
        match self {
            Self::Composite(composite) => {
                let parts: Vec<_> = composite.parts.iter().map(Self::canonical).collect();
                parts.join("$")
            }
            Self::Date(date) => date.canonical(),
            Self::Number(number) => number.canonical(),
            Self::Quantity(quantity) => quantity.canonical(),
            Self::Reference(reference) => reference.canonical(),
            Self::LogicalReference(token) => token::canonical(token),
            Self::Text(text) | Self::TokenText(text) => text.wanted.clone(),
            Self::Token(token) => token.canonical(),
            Self::Uri(uri) => uri.uri.clone(),
        }
    }

    /// Whether a value is what is asked for.
    pub(super) fn is_met(&self, found: &Found<'_>, resource: Found<'_>) -> bool {
        match self {
            Self::Composite(composite) => composite.is_met(found, resource),
            Self::Date(date) => date.is_met(found),
            Self::Number(number) => number.is_met(found),
            Self::Quantity(quantity) => quantity.is_met(found),
            Self::Reference(reference) => reference.is_met(found),
            Self::LogicalReference(token) => reference::identifier_is(found, token),
            Self::Text(text) => text.is_met(found),
            Self::Token(token) => token.is_met(found),
            Self::TokenText(text) => token::texts(found).iter().any(|label| text.is(label)),
            Self::Uri(uri) => uri.is_met(found),
        }
    }
}

/// The text of an alternative with its escapes resolved; never empty.
pub(super) fn plain(text: &str) -> Result<String, Problem> {
    let plain = crate::query::unescape(text);
    if plain.trim().is_empty() {
        return Err("a value is missing".to_owned());
    }
    Ok(plain)
}
