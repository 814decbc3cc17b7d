//! The generated narrative of an outcome: the small table that HAPI FHIR servers render.
//!
//! <http://hl7.org/fhir/R4/narrative.html>

use serde_json::{Value, json};

use super::Issue;
use crate::xhtml::escape;

/// The `text` element of an OperationOutcome with these issues: `{"status":"generated","div":…}`.
pub fn narrative(issues: &[Issue]) -> Value {
    let rows: String = issues.iter().map(row).collect();
    let div = format!(
        "<div xmlns=\"http://www.w3.org/1999/xhtml\"><h1>Operation Outcome</h1>\
         <table border=\"0\">{rows}</table></div>"
    );
    json!({"status": "generated", "div": div})
}

fn row(issue: &Issue) -> String {
    let severity = issue.severity.as_str().to_uppercase();
    let places = escape(&issue.expression.join(", "));
    let text = match issue.details.first() {
        Some(coding) if issue.diagnostics.is_empty() => {
            coding.display.as_deref().unwrap_or(&coding.code)
        }
        _ => &issue.diagnostics,
    };
    format!(
        "<tr><td style=\"font-weight: bold;\">{severity}</td><td>[{places}]</td><td>{}</td></tr>",
        escape(text)
    )
}

#[cfg(test)]
mod tests {
    use super::{Issue, narrative};
    use crate::outcome::IssueType;

    #[test]
    fn the_narrative_is_the_published_one() {
        let text = "Successfully updated resource \"Organization/1061/_history/2\".";
        let issue = Issue::information(IssueType::Informational, text);
        assert_eq!(
            narrative(&[issue])["div"],
            "<div xmlns=\"http://www.w3.org/1999/xhtml\"><h1>Operation Outcome</h1>\
             <table border=\"0\"><tr><td style=\"font-weight: bold;\">INFORMATION</td><td>[]</td>\
             <td>Successfully updated resource &quot;Organization/1061/_history/2&quot;.</td></tr>\
             </table></div>"
        );
    }

    #[test]
    fn markup_in_a_message_stays_text() {
        let issue = Issue::error(IssueType::Value, "<script>&'").at("Patient.name");
        let narrative = narrative(&[issue]);
        let div = narrative["div"].as_str().unwrap();
        assert!(
            div.contains("<td>[Patient.name]</td><td>&lt;script&gt;&amp;&#39;</td>"),
            "{div}"
        );
    }
}
