//! What can be wrong, and how it is told (H14): the registry's code and Swedish text in `details`, for
//! those that it has published. Others have a code of ours and say in `diagnostics` what is wrong.

use fhir::outcome::{Coding, Issue, IssueType};

use super::names::ERROR_CODES;
use crate::rules;

/// 2-34-303: the value has not the form of an organisationsnummer.
pub(super) fn malformed_number(value: &str) -> Issue {
    let text = format!("{value} är ett ogiltigt format för organisationsnummer");
    published(Issue::error(IssueType::Invalid, ""), "2-34-303", &text)
}

/// 2-34-301: the number has the form and cannot be registered. The registry tells wrong check digits so.
pub(super) fn unregistered_number(value: &str, is_warning: bool) -> Issue {
    let text = format!("Organisationsnumret {value} är inte registrerat hos Bolagsverket");
    let issue = if is_warning {
        Issue::warning(IssueType::BusinessRule, "")
    } else {
        Issue::error(IssueType::BusinessRule, "")
    };
    published(issue, "2-34-301", &text)
}

/// 2-34-317: a time was given, and only the date is stored.
pub(super) fn time_given(value: &str) -> Issue {
    let text = format!("Tidpunkt har angetts för dateTime {value} men endast datum lagras");
    published(Issue::warning(IssueType::Invalid, ""), "2-34-317", &text)
}

fn published(issue: Issue, code: &str, text: &str) -> Issue {
    issue.coded(Coding::new(ERROR_CODES, code).display(text))
}

/// An error with a code of ours.
pub(super) fn error(code: IssueType, symbol: &str, text: impl Into<String>) -> Issue {
    Issue::error(code, text).coded(Coding::new(rules::ERROR_CODES, symbol))
}

/// A warning with a code of ours.
pub(super) fn warning(code: IssueType, symbol: &str, text: impl Into<String>) -> Issue {
    Issue::warning(code, text).coded(Coding::new(rules::ERROR_CODES, symbol))
}
