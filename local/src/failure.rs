//! Why a command ends early: a sentence on standard error, and an exit code.
//!
//! | code | meaning |
//! |---|---|
//! | 1 | something failed that should have worked |
//! | 2 | called wrongly: flags, settings, a port or a directory that is taken |

use std::fmt;
use std::process::ExitCode;

/// A failed command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The caller can set it right.
    Usage(String),
    /// The caller cannot.
    Unexpected(anyhow::Error),
}

impl Failure {
    pub(crate) fn usage(sentence: impl fmt::Display) -> Self {
        Self::Usage(sentence.to_string())
    }

    pub(crate) fn unexpected(cause: impl Into<anyhow::Error>) -> Self {
        Self::Unexpected(cause.into())
    }

    /// Tells the user.
    pub(crate) fn report(self) -> ExitCode {
        match self {
            Self::Usage(sentence) => {
                eprintln!("fyr: {sentence}");
                ExitCode::from(2)
            }
            Self::Unexpected(cause) => {
                eprintln!("fyr: {cause:#}");
                ExitCode::FAILURE
            }
        }
    }
}
