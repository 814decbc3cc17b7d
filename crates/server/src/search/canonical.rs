//! Resources by their canonical URL: what other resources are defined by.
//!
//! <http://hl7.org/fhir/R4/references.html#canonical>

use fhir::{json::Object, query::Parameter};
use serde_json::Value;

use super::{Reader, Search};
use crate::failure::Failure;

/// Resources with one URL that are looked at.
const MAX_VERSIONS: usize = 20;

impl Search<'_> {
    /// The resources of a type with this URL, and this business version if one is given; the latest
    /// change first.
    ///
    /// # Errors
    ///
    /// When the tables cannot be read, or there are too many.
    pub(crate) async fn canonical(
        &self,
        kind: &str,
        url: &str,
        version: Option<&str>,
    ) -> Result<Vec<Object>, Failure> {
        let url = [Parameter {
            name: "url".to_owned(),
            modifier: None,
            value: escaped(url),
        }];
        let reader = Reader::new(self.set(), &self.context.settings.base_url);
        let conditions = reader.read(kind, &url).map_err(Failure::malformed)?;
        let mut found = self.all(kind, &conditions.all, MAX_VERSIONS).await?;
        found.sort_by_key(|found| std::cmp::Reverse(found.head.last_updated));
        let is_wanted = |one: &Object| {
            version
                .is_none_or(|version| one.get("version").and_then(Value::as_str) == Some(version))
        };
        let all = found.into_iter().map(|found| found.object);
        Ok(all.filter(is_wanted).collect())
    }
}

/// A text as the value of a parameter has it.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | ',' | '|' | '$') {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
}
