//! Text in XHTML: what is written into a narrative, and what is read out of it.
//!
//! <http://hl7.org/fhir/R4/narrative.html>

/// Text as content or attribute value.
pub(crate) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// What [`escape`] wrote, and `&apos;`. Other entities stay as they are; no URL needs them.
pub(crate) fn unescape(text: &str) -> String {
    // `&amp;` last: `&amp;lt;` is the text `&lt;`
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&apos;", "'")
        .replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::{escape, unescape};

    #[test]
    fn escaped_text_is_read_back() {
        for text in [
            "plain",
            "a & b",
            "<a href=\"x\">'</a>",
            "&amp;lt;",
            "é\u{1f600}",
        ] {
            assert_eq!(unescape(&escape(text)), text);
            assert!(!escape(text).contains(['<', '>', '"', '\'']));
        }
    }
}
