//! What is started: a function, and the event that it answers.

use crate::cold::report::BARE;

/// A function, and what is measured of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Subject<'a> {
    pub(crate) function: &'a str,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum What {
    /// What every function is measured with: an event that asks the tables for something.
    Plain,
    /// The same over TLS.
    OverTls,
    /// An event that only reads, of a function that otherwise commits.
    Reads,
}

impl<'a> Subject<'a> {
    /// The bare function, the functions, and what else is measured of some.
    pub(crate) fn all(functions: &[&'a str], has_tls: bool) -> Vec<Self> {
        let mut all = vec![Self::new(BARE, What::Plain)];
        all.extend(functions.iter().map(|name| Self::new(name, What::Plain)));
        if functions.contains(&"transaction") {
            all.push(Self::new("transaction", What::Reads));
        }
        if functions.contains(&"resource") && has_tls {
            all.push(Self::new("resource", What::OverTls));
        }
        all
    }

    fn new(function: &'a str, what: What) -> Self {
        Self { function, what }
    }

    /// As it is told.
    pub(crate) fn title(&self) -> String {
        let more = match self.what {
            What::Plain => "",
            What::OverTls => ", TLS",
            What::Reads => ", reads",
        };
        format!("{}{more}", self.function)
    }

    /// The folder of its event, and the event.
    pub(crate) fn event(&self) -> (&'a str, &'static str) {
        let name = match self.function {
            BARE => return ("transaction", "01-two-organizations"),
            "transaction" if self.what == What::Reads => "11-a-batch-of-reads",
            "transaction" => "01-two-organizations",
            "resource" => "04-read-unknown",
            "binary" => "02-no-such-file",
            "poll-status" => "03-no-such-job",
            "import-organizations" => "01-an-organization-of-sor",
            "job-worker" => "01-a-job-that-is-over",
            "recovery" => "01-a-transaction-that-is-finished",
            "sweeper" | "scheduled-export" => "01-it-is-time",
            _ => "01-of-organizations",
        };
        (self.function, name)
    }

    /// Whether it reaches its tables over TLS.
    pub(crate) fn is_over_tls(&self) -> bool {
        self.what == What::OverTls
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_a_start_over_tls_are_measured_beside_the_others() {
        let titles = |functions: &[&str], has_tls| -> Vec<String> {
            let all = Subject::all(functions, has_tls);
            all.iter().map(Subject::title).collect()
        };
        let all = titles(&["resource", "transaction"], true);
        let more = ["transaction, reads", "resource, TLS"];
        assert_eq!(
            all,
            [&["bare", "resource", "transaction"], &more[..]].concat()
        );
        assert_eq!(titles(&["resource"], false), ["bare", "resource"]);
    }
}
