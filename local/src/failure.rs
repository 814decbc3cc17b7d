//! Why a command ends early: a sentence on standard error, and an exit code.
//!
//! | code | meaning |
//! |---|---|
//! | 1 | something failed that should have worked |
//! | 2 | called wrongly: flags, settings, a port or a directory that is taken |
//! | 3 | a server refused |
//! | 4 | a server sent what it said it would not: other counts, broken lines |

use std::fmt;
use std::process::ExitCode;

/// A failed command.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The caller can set it right.
    Usage(String),
    /// The caller cannot.
    Unexpected(anyhow::Error),
    /// A server refused, in its own words.
    Refused(String),
    /// What a server sent is not what it promised.
    Wrong(String),
}

impl Failure {
    pub(crate) fn usage(sentence: impl fmt::Display) -> Self {
        Self::Usage(sentence.to_string())
    }

    pub(crate) fn unexpected(cause: impl Into<anyhow::Error>) -> Self {
        Self::Unexpected(cause.into())
    }

    pub(crate) fn refused(sentence: impl fmt::Display) -> Self {
        Self::Refused(sentence.to_string())
    }

    pub(crate) fn wrong(sentence: impl fmt::Display) -> Self {
        Self::Wrong(sentence.to_string())
    }

    /// Tells the user.
    pub(crate) fn report(self) -> ExitCode {
        eprintln!("fyr: {self}");
        ExitCode::from(match self {
            Self::Unexpected(_) => 1,
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
            Self::Wrong(_) => 4,
        })
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(sentence) | Self::Refused(sentence) | Self::Wrong(sentence) => {
                f.write_str(sentence)
            }
            Self::Unexpected(cause) => write!(f, "{cause:#}"),
        }
    }
}
