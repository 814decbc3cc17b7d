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

/// The text of some XHTML: a space for each tag.
pub(crate) fn without_markup(xhtml: &str) -> String {
    let mut text = String::with_capacity(xhtml.len());
    for piece in xhtml.split('<') {
        // before the first tag there is none to end
        text.push_str(piece.split_once('>').map_or(piece, |(_, text)| text));
        text.push(' ');
    }
    unescape(&text)
}

#[cfg(test)]
mod tests {
    use super::{escape, unescape, without_markup};

    #[test]
    fn markup_is_taken_away() {
        let narrative = "<div xmlns=\"x\">A &amp; <b>B</b><br/>C</div>";
        let words: Vec<_> = without_markup(narrative)
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        assert_eq!(words, ["A", "&", "B", "C"]);
        assert_eq!(without_markup("plain").trim(), "plain");
    }

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
