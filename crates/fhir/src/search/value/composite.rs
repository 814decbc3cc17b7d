//! Composites: <http://hl7.org/fhir/R4/search.html#composite>
//!
//! `code-value-quantity=http://loinc.org|2823-3$gt5.4`: values for several parameters that must be
//! met by one and the same element.

use std::sync::Arc;

use super::{Problem, Wanted};
use crate::query::split_unescaped;
use crate::search_parameter::{Found, SearchParameter};

/// Values that belong together.
#[derive(Debug, Clone)]
pub(in crate::search) struct Composite {
    parameter: Arc<SearchParameter>,
    pub(in crate::search) parts: Vec<Wanted>,
}

impl Composite {
    pub(super) fn parse(parameter: &Arc<SearchParameter>, text: &str) -> Result<Self, Problem> {
        let values = split_unescaped(text, '$');
        let components = parameter.components();
        if values.len() != components.len() {
            let names: Vec<_> = components.iter().map(|component| component.code).collect();
            let names = names.join("$");
            return Err(format!("expected a value for each of {names}"));
        }
        let parts = values.iter().zip(components).map(|(value, component)| {
            Wanted::of_kind(component.kind, parameter, value)
                .map_err(|problem| format!("{}: {problem}", component.code))
        });
        Ok(Self {
            parts: parts.collect::<Result<_, _>>()?,
            parameter: Arc::clone(parameter),
        })
    }

    pub(super) fn is_met(&self, found: &Found<'_>, resource: Found<'_>) -> bool {
        let compiled = self.parameter.compiled(resource.holds.name());
        let Some(compiled) = compiled else {
            return false;
        };
        self.parts
            .iter()
            .zip(&compiled.components)
            .all(|(wanted, component)| {
                let values = component.evaluate(*found, resource);
                values.iter().any(|value| wanted.is_met(value, resource))
            })
    }
}
