//! Modifiers: <http://hl7.org/fhir/R4/search.html#modifiers>

use std::sync::Arc;

use super::criterion::HierarchyDirection;
use super::value::reference::ReferenceTarget;
use super::value::text::Text;
use super::value::token::TokenPattern;
use super::value::uri::{UriComparison, UriPattern};
use super::value::{Problem, Wanted};
use crate::identifier::TokenCriterion;
use crate::resource::is_type;
use crate::search_parameter::{SearchParameter, SearchType};

/// How a modifier changes what a criterion asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Modifier {
    None,
    Missing,
    Not,
    Exact,
    Contains,
    /// `:text` of a token: what describes the code.
    Text,
    OfType,
    /// `:above`, `:below` of a URI.
    Path(UriComparison),
    /// `:above`, `:below` of a reference.
    Hierarchy(HierarchyDirection),
    /// `:identifier` of a reference.
    Identifier,
    /// `:Patient` of a reference.
    Type(String),
}

impl Modifier {
    /// Reads the modifier of a parameter.
    pub(super) fn parse(text: Option<&str>, kind: SearchType) -> Result<Self, Problem> {
        use HierarchyDirection::{Above, Below};
        let Some(text) = text else {
            return Ok(Self::None);
        };
        Ok(match (text, kind) {
            ("missing", _) => Self::Missing,
            ("exact", SearchType::String) => Self::Exact,
            ("contains", SearchType::String) => Self::Contains,
            ("not", SearchType::Token) => Self::Not,
            ("text", SearchType::Token) => Self::Text,
            ("of-type", SearchType::Token) => Self::OfType,
            ("above", SearchType::Uri) => Self::Path(UriComparison::Above),
            ("below", SearchType::Uri) => Self::Path(UriComparison::Below),
            ("above", SearchType::Reference) => Self::Hierarchy(Above),
            ("below", SearchType::Reference) => Self::Hierarchy(Below),
            ("identifier", SearchType::Reference) => Self::Identifier,
            (kind, SearchType::Reference) if is_type(kind) => Self::Type(kind.to_owned()),
            _ => {
                return Err(format!(
                    "the modifier ':{text}' is not supported; {}",
                    known(kind)
                ));
            }
        })
    }

    /// Reads one alternative.
    pub(super) fn wanted(
        &self,
        parameter: &Arc<SearchParameter>,
        text: &str,
    ) -> Result<Wanted, Problem> {
        Ok(match self {
            Self::None | Self::Missing | Self::Not => Wanted::parse(parameter, text)?,
            Self::Exact => Wanted::Text(Text::exactly(text)?),
            Self::Contains => Wanted::Text(Text::containing(text)?),
            Self::Text => Wanted::TokenText(Text::starting(text)?),
            Self::OfType => Wanted::Token(TokenPattern::of_type(text)?),
            Self::Path(how) => Wanted::Uri(UriPattern::new(text, *how)?),
            Self::Hierarchy(_) => Wanted::Reference(ReferenceTarget::parse(text, None)?),
            Self::Identifier => {
                let token = TokenCriterion::parse(text).ok_or("an identifier is missing")?;
                Wanted::LogicalReference(token)
            }
            Self::Type(kind) => Wanted::Reference(ReferenceTarget::parse(text, Some(kind))?),
        })
    }
}

/// The modifiers that there are, for people.
fn known(kind: SearchType) -> &'static str {
    match kind {
        SearchType::String => "a string has :missing, :exact and :contains",
        SearchType::Token => {
            "a token has :missing, :not, :text and :of-type, and in a search of one type :in and :not-in"
        }
        SearchType::Reference => {
            "a reference has :missing, :identifier, :above, :below and resource types"
        }
        SearchType::Uri => "a URI has :missing, :above and :below",
        _ => "such a parameter has :missing",
    }
}
