//! Links in a narrative: `<a href="…">` and `<img src="…">`.
//!
//! <http://hl7.org/fhir/R4/narrative.html>: a narrative is well-formed XHTML, so an attribute's
//! value is quoted and holds no `<`. Comments and CDATA sections are passed over.

use std::ops::Range;

use crate::xhtml::{escape, unescape};

/// The texts of the links, in order.
pub(super) fn links(div: &str) -> Vec<String> {
    attributes(div)
        .into_iter()
        .filter_map(|range| div.get(range))
        .map(unescape)
        .collect()
}

/// The narrative with the links replaced for which `replacement` answers; `None` when it answers
/// for none.
pub(super) fn rewrite(
    div: &str,
    replacement: &mut dyn FnMut(&str) -> Option<String>,
) -> Option<String> {
    let mut rewritten = String::new();
    let mut copied = 0;
    for range in attributes(div) {
        let Some(replaced) = replacement(&unescape(div.get(range.clone())?)) else {
            continue;
        };
        rewritten.push_str(div.get(copied..range.start)?);
        rewritten.push_str(&escape(&replaced));
        copied = range.end;
    }
    if copied == 0 {
        return None;
    }
    rewritten.push_str(div.get(copied..)?);
    Some(rewritten)
}

/// Where the values of the linking attributes stand.
fn attributes(div: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut scanner = Scanner { text: div, at: 0 };
    while scanner.skip_past("<") {
        if scanner.skip("!--") {
            scanner.skip_past("-->");
        } else if scanner.skip("![CDATA[") {
            scanner.skip_past("]]>");
        } else {
            let linking = match scanner.name() {
                "a" => "href",
                "img" => "src",
                _ => continue,
            };
            while let Some((name, value)) = scanner.attribute() {
                if name == linking {
                    found.push(value);
                }
            }
        }
    }
    found
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        self.at += if found { prefix.len() } else { 0 };
        found
    }

    /// Moves behind the next `mark`; to the end, and false, when there is none.
    fn skip_past(&mut self, mark: &str) -> bool {
        let found = self.rest().find(mark);
        self.at = found.map_or(self.text.len(), |found| self.at + found + mark.len());
        found.is_some()
    }

    fn skip_space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    /// The name of an element or attribute; empty when there is none.
    fn name(&mut self) -> &'a str {
        let rest = self.rest();
        let is_end = |c: char| c.is_whitespace() || matches!(c, '=' | '>' | '/' | '<' | '"' | '\'');
        let name = rest
            .get(..rest.find(is_end).unwrap_or(rest.len()))
            .unwrap_or("");
        self.at += name.len();
        name
    }

    /// The next `name="value"` of a tag; `None` at the tag's end.
    fn attribute(&mut self) -> Option<(&'a str, Range<usize>)> {
        self.skip_space();
        let name = self.name();
        self.skip_space();
        if name.is_empty() || !self.skip("=") {
            return None;
        }
        self.skip_space();
        let quote = if self.skip("\"") {
            "\""
        } else {
            self.skip("'").then_some("'")?
        };
        let start = self.at;
        self.skip_past(quote)
            .then(|| (name, start..self.at - quote.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::{links, rewrite};

    #[test]
    fn links_are_found_in_a_and_img() {
        for (div, expected) in [
            ("<div>text</div>", vec![]),
            (
                "<div><a href=\"x\">y</a><img alt='a > b' src='z'/></div>",
                vec!["x", "z"],
            ),
            (
                "<a\n class=\"c\"  href = \"x?a=1&amp;b=2\" >",
                vec!["x?a=1&b=2"],
            ),
            ("<a name=\"n\"/><a href=\"x\"/>", vec!["x"]),
            ("<abbr href=\"x\"><img href=\"x\"/><a src=\"x\">", vec![]),
            (
                "<!-- <a href=\"x\"> --><![CDATA[<a href=\"x\">]]><a href=\"y\">",
                vec!["y"],
            ),
            ("<p title=\"href='x'\">href=\"x\"</p>", vec![]),
            ("<a href=x><a href=\"x", vec![]),
            ("<a href=\"\">", vec![""]),
            ("<", vec![]),
        ] {
            assert_eq!(links(div), expected, "{div}");
        }
    }

    #[test]
    fn only_the_value_is_replaced_and_it_is_escaped() {
        let rewritten = rewrite("<a href='x'>x</a> <a href=\"y\"/> é", &mut |link| {
            (link == "x").then(|| "a\"b'&<".to_owned())
        });
        let expected = "<a href='a&quot;b&#39;&amp;&lt;'>x</a> <a href=\"y\"/> é";
        assert_eq!(rewritten.as_deref(), Some(expected));
        assert_eq!(rewrite("<a href='x'/>", &mut |_| None), None);
    }
}
