//! Prefixes of ordered values: <http://hl7.org/fhir/R4/search.html#prefix>

use super::Problem;

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::search) enum Prefix {
    /// `eq`, or none
    Equal,
    NotEqual,
    Greater,
    Less,
    GreaterOrEqual,
    LessOrEqual,
    StartsAfter,
    EndsBefore,
    Approximately,
}

const PREFIXES: [(&str, Prefix); 9] = [
    ("eq", Prefix::Equal),
    ("ne", Prefix::NotEqual),
    ("gt", Prefix::Greater),
    ("lt", Prefix::Less),
    ("ge", Prefix::GreaterOrEqual),
    ("le", Prefix::LessOrEqual),
    ("sa", Prefix::StartsAfter),
    ("eb", Prefix::EndsBefore),
    ("ap", Prefix::Approximately),
];

impl Prefix {
    /// Takes the prefix off a value.
    pub(super) fn split(text: &str) -> Result<(Self, &str), Problem> {
        let letters = text
            .get(..2)
            .filter(|two| two.bytes().all(|b| b.is_ascii_alphabetic()));
        let Some(letters) = letters else {
            return Ok((Self::Equal, text));
        };
        let known = PREFIXES.iter().find(|(code, _)| *code == letters);
        let rest = text.get(2..).unwrap_or("");
        known.map(|(_, prefix)| (*prefix, rest)).ok_or_else(|| {
            let codes = PREFIXES.map(|(code, _)| code).join(", ");
            format!("'{letters}' is no prefix; there are {codes}")
        })
    }

    /// The code, none for `eq`.
    pub(super) fn code(self) -> &'static str {
        let known = PREFIXES.iter().find(|(_, prefix)| *prefix == self);
        known.map_or("", |(code, _)| if *code == "eq" { "" } else { code })
    }
}

#[cfg(test)]
mod tests {
    use super::Prefix;

    #[test]
    fn a_prefix_is_two_known_letters() {
        assert_eq!(
            Prefix::split("ge2026"),
            Ok((Prefix::GreaterOrEqual, "2026"))
        );
        assert_eq!(Prefix::split("2026"), Ok((Prefix::Equal, "2026")));
        assert_eq!(Prefix::split("-1"), Ok((Prefix::Equal, "-1")));
        let problem = Prefix::split("xx1").unwrap_err();
        assert!(
            problem.contains("'xx' is no prefix; there are eq, ne,"),
            "{problem}"
        );
    }
}
