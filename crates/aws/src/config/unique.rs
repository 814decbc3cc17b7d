//! `FYR_UNIQUE_IDENTIFIERS`: the identifier systems that are unique, by resource type.
//!
//! ```text
//! Organization=urn:oid:2.5.4.97 Patient=urn:oid:1.2.752.129.2.1.3.1     pairs, separated by spaces
//! none                                                                  no system at all
//! ```

use server::UniqueSystems;

pub(super) fn parse(text: &str) -> Option<UniqueSystems> {
    if text == "none" {
        return Some(UniqueSystems::none());
    }
    let pairs: Option<Vec<_>> = text.split_whitespace().map(pair).collect();
    let pairs = pairs.filter(|pairs| !pairs.is_empty())?;
    let all = UniqueSystems::none();
    Some(
        pairs
            .into_iter()
            .fold(all, |all, (kind, system)| all.with(kind, system)),
    )
}

fn pair(text: &str) -> Option<(&str, &str)> {
    text.split_once('=')
        .filter(|(kind, system)| kind.starts_with(char::is_uppercase) && !system.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_and_anything_else_is_not() {
        assert_eq!(parse("none"), Some(UniqueSystems::none()));
        let one = UniqueSystems::none().with("Patient", "urn:a");
        assert_eq!(parse(" Patient=urn:a "), Some(one));
        for wrong in ["", "Patient", "Patient=", "=urn:a", "patient=urn:a", "None"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
