//! `FYR_RULES`: the rule sets that are in force for every request.
//!
//! ```text
//! fut hvo     names, separated by spaces
//! none        no set at all
//! ```

use server::rules::Settings;

pub(super) fn parse(text: &str) -> Option<Vec<String>> {
    if text == "none" {
        return Some(Vec::new());
    }
    let known = Settings::default().all();
    let names = text.split_whitespace().map(|name| {
        let is_known = known.iter().any(|set| set.name() == name);
        is_known.then(|| name.to_owned())
    });
    let names: Option<Vec<String>> = names.collect();
    names.filter(|names| !names.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_named_and_anything_else_is_not_known() {
        assert_eq!(parse("none"), Some(Vec::new()));
        assert_eq!(parse("fut"), Some(vec!["fut".to_owned()]));
        assert_eq!(parse(" fut  hvo ").map(|names| names.len()), Some(2));
        for wrong in ["", "FUT", "fut,hvo", "fut none"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }
}
