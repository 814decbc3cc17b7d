//! A query that selects the resource that a write is about: `identifier=system|value`, or any other.
//!
//! <http://hl7.org/fhir/R4/http.html#ccreate>, <http://hl7.org/fhir/R4/http.html#cond-update>
//!
//! | criterion | finds by | holds until the commit |
//! | --- | --- | --- |
//! | one `identifier` with a value | its key item, two round trips | who has the identifier |
//! | `identifier` and more | a search | who has the identifier |
//! | anything else | a search | that nobody else writes by the same criterion when nothing matches |
//!
//! The last needs a key item of its own, which no resource is under: see [`Criterion::guard`].
//! docs/adr/0010-conditional-writes-by-any-criterion.md says what that does not hold.

use fhir::{
    query::{self, Parameter},
    search_parameter::Set,
};

use crate::{
    failure::{Failure, Kind},
    interaction::Context,
    search::{Condition, Reader},
};

/// Parameters of any request, which say nothing of the resource.
const EDGE: [&str; 2] = ["_format", "_pretty"];

/// A criterion on one resource type.
#[derive(Debug, Clone)]
pub(crate) struct Criterion {
    /// The resource type.
    pub(crate) kind: String,
    /// The query as it was written, for messages: `Organization?identifier=…`.
    pub(crate) text: String,
    /// What must match.
    pub(crate) conditions: Vec<Condition>,
    /// The conditions as text, the same for all ways to write them.
    canonical: String,
    /// The key item that it is guarded by.
    guard: store::Criterion,
    /// Whether the key item alone knows all matches.
    is_identifier: bool,
}

impl Criterion {
    /// Reads a criterion with the search parameters of this server.
    ///
    /// # Errors
    ///
    /// As [`Self::parse`].
    pub(crate) async fn read(context: &Context, kind: &str, query: &str) -> Result<Self, Failure> {
        let set = context.registry.searched(context).await?;
        Self::parse(&set, &context.settings.base_url, kind, query)
    }

    /// Reads a criterion from the query of a conditional request.
    ///
    /// # Errors
    ///
    /// 400 for a query without criteria, or with one that is unknown or unreadable.
    pub(crate) fn parse(
        set: &Set,
        base_url: &str,
        kind: &str,
        query: &str,
    ) -> Result<Self, Failure> {
        let text = format!("{kind}?{query}");
        let mut parameters = query::parse(query);
        parameters.retain(|parameter| !EDGE.contains(&parameter.name.as_str()));
        let says_nothing = |parameter: &Parameter| {
            let signs: &[char] = &[',', '|', ' '];
            parameter.value.trim_matches(signs).is_empty()
        };
        if parameters.is_empty() || parameters.iter().any(says_nothing) {
            return Err(Failure::not_supported(format!(
                "the criterion \"{text}\" does not say what must match"
            )));
        }
        let read = Reader::new(set, base_url).read(kind, &parameters);
        let refuse = |issues| about(&text, Failure::malformed(issues));
        let read = read.map_err(refuse)?;
        if !read.unknown.is_empty() {
            return Err(refuse(read.unknown));
        }
        let canonical = canonical(&read.all);
        let keys: Vec<&store::Criterion> = read.all.iter().filter_map(Condition::key).collect();
        let is_identifier = read.all.len() == 1 && keys.len() == 1;
        let guard = match keys.first() {
            Some(key) => (*key).clone(),
            None => guard_of(&canonical),
        };
        Ok(Self {
            kind: kind.to_owned(),
            text,
            conditions: read.all,
            canonical,
            guard,
            is_identifier,
        })
    }

    /// The criterion on one identifier.
    pub(crate) fn identifier(kind: &str, system: &str, value: &str) -> Self {
        let token = format!("{system}|{value}");
        let canonical = format!("identifier={token}");
        Self {
            kind: kind.to_owned(),
            text: format!("{kind}?{canonical}"),
            conditions: Vec::new(),
            canonical,
            guard: store::Criterion {
                key: value.to_owned(),
                token: Some(token),
            },
            is_identifier: true,
        }
    }

    /// The key item to read first, and to hold until the commit.
    pub(crate) fn guard(&self) -> (String, store::Criterion) {
        (self.kind.clone(), self.guard.clone())
    }

    /// Whether those who are under the key item are the matches.
    pub(crate) fn is_identifier(&self) -> bool {
        self.is_identifier
    }

    /// A failure to answer it, said to be about it.
    pub(crate) fn failure(&self, failure: Failure) -> Failure {
        if failure.kind == Kind::Malformed {
            about(&self.text, failure)
        } else {
            failure
        }
    }

    /// The same for criteria that ask for the same, however they are written.
    pub(crate) fn name(&self) -> String {
        format!("{}?{}", self.kind, self.canonical)
    }
}

fn about(text: &str, mut failure: Failure) -> Failure {
    for issue in &mut failure.issues {
        issue.diagnostics = format!("the criterion \"{text}\": {}", issue.diagnostics);
    }
    failure
}

/// No identifier begins like this key, since a resource's identifiers are looked up by their value and
/// a token names the system.
fn guard_of(canonical: &str) -> store::Criterion {
    let key = format!("?{canonical}");
    store::Criterion {
        token: Some(format!("?|{key}")),
        key,
    }
}

fn canonical(conditions: &[Condition]) -> String {
    let mut all: Vec<String> = conditions.iter().map(Condition::canonical).collect();
    all.sort();
    all.join("&")
}
