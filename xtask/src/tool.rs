//! Tools that are used when they are installed: in `.venv`, or on the path.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workspace::root;

/// A Python tool: the one in `.venv` (where `.ci/run` installs it), else the one on the path.
pub(crate) fn python_tool(name: &str) -> Option<PathBuf> {
    let own = root().join(".venv/bin").join(name);
    if own.is_file() {
        return Some(own);
    }
    answers(Path::new(name), "--version").then(|| PathBuf::from(name))
}

/// Whether cargo has this subcommand, such as `nextest`.
pub(crate) fn has_cargo(subcommand: &str) -> bool {
    answers(Path::new(&format!("cargo-{subcommand}")), "--version")
}

/// The Lambda Runtime Interface Emulator, which ships inside the wheel of the SAM CLI.
pub(crate) fn lambda_emulator() -> Option<PathBuf> {
    let file = match std::env::consts::ARCH {
        "x86_64" => "aws-lambda-rie-x86_64",
        "aarch64" => "aws-lambda-rie-arm64",
        _ => return None,
    };
    let libraries = std::fs::read_dir(root().join(".venv/lib")).ok()?;
    libraries
        .flatten()
        .map(|python| {
            python
                .path()
                .join("site-packages/samcli/local/rapid")
                .join(file)
        })
        .find(|path| path.is_file())
}

/// Whether a program can be run.
pub(crate) fn answers(program: &Path, argument: &str) -> bool {
    Command::new(program)
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
