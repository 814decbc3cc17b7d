//! `fyr doctor`: what is wrong with an environment.

use aws::Config;
use aws::doctor::{Verdict, examine};

use crate::failure::Failure;

/// Prints every finding, and fails when something is wrong.
#[expect(clippy::print_stdout, reason = "the output of the command")]
pub(crate) async fn examine_and_tell(config: &Config) -> Result<(), Failure> {
    let findings = examine(config).await;
    for finding in &findings {
        println!("{finding}");
    }
    let wrong = |verdict: &Verdict| matches!(verdict, Verdict::Fails(_));
    let wrong = findings.iter().filter(|finding| wrong(&finding.verdict));
    match wrong.count() {
        0 => Ok(()),
        1 => Err(Failure::wrong("one thing is not as it should be")),
        many => Err(Failure::wrong(format!(
            "{many} things are not as they should be"
        ))),
    }
}
