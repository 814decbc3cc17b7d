//! Which rule sets are in force for a request: those that the operator named, and those that a bundle
//! asks for.

use std::sync::Arc;

use fhir::bundle::Bundle;

use super::{RuleSet, Settings};
use crate::{
    failure::{Failure, Kind},
    route::Route,
};

/// The rule sets of a request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Rules {
    known: Vec<Arc<dyn RuleSet>>,
    in_force: Vec<Arc<dyn RuleSet>>,
    /// Types that only the server itself writes.
    kept: &'static [&'static str],
}

impl Rules {
    /// The sets that are in force for every request.
    pub(crate) fn of(settings: &Settings) -> Self {
        let known = settings.all();
        let is_named =
            |set: &&Arc<dyn RuleSet>| settings.in_force.iter().any(|name| name == set.name());
        Self {
            in_force: known.iter().filter(is_named).cloned().collect(),
            known,
            kept: &[],
        }
    }

    /// Those, where only the server itself writes resources of these types.
    pub(crate) fn keeping(self, kept: &'static [&'static str]) -> Self {
        Self { kept, ..self }
    }

    /// Those, and the ones that a bundle asks for.
    pub(crate) fn asked_for_by(&self, bundle: &Bundle) -> Self {
        self.and(|set| set.is_asked_for_by(bundle))
    }

    /// Those, and the ones that these profiles are of.
    pub(crate) fn of_profiles(&self, profiles: &[String]) -> Self {
        self.and(|set| profiles.iter().any(|profile| set.is_of_profile(profile)))
    }

    fn and(&self, is_asked_for: impl Fn(&dyn RuleSet) -> bool) -> Self {
        let mut rules = self.clone();
        let asked = self.known.iter().filter(|set| is_asked_for(set.as_ref()));
        for set in asked {
            if rules
                .in_force
                .iter()
                .all(|other| other.name() != set.name())
            {
                rules.in_force.push(Arc::clone(set));
            }
        }
        rules
    }

    /// Those, and this one, which takes the place of the set of the same name.
    pub(crate) fn with(&self, set: Arc<dyn RuleSet>) -> Self {
        let mut rules = self.clone();
        rules.in_force.retain(|other| other.name() != set.name());
        rules.in_force.push(set);
        rules
    }

    /// The sets in force.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &dyn RuleSet> {
        self.in_force.iter().map(AsRef::as_ref)
    }

    /// Whether no set is in force.
    pub(crate) fn are_none(&self) -> bool {
        self.in_force.is_empty()
    }

    /// Refuses what clients may not do, whoever they are.
    ///
    /// # Errors
    ///
    /// 405 for a write of a type that a set makes read-only.
    pub(crate) fn admit(&self, route: &Route) -> Result<(), Failure> {
        let Some(kind) = route.written_kind() else {
            return Ok(());
        };
        let text = match self.iter().find(|set| set.is_read_only(kind)) {
            Some(set) => format!(
                "{kind} can only be read here: the rules \"{}\" are in force",
                set.name()
            ),
            None if self.kept.contains(&kind) => {
                format!("{kind} can only be read here: the server itself writes it")
            }
            None => return Ok(()),
        };
        Err(Failure::new(
            Kind::NotAllowed,
            fhir::outcome::IssueType::NotSupported,
            text,
        ))
    }
}
