//! Where the workspace is, and commands that run at its root.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use anyhow::{Context, Result};

/// The root of the workspace that we are called in. (A path from the time of the build could be that
/// of another clone with the same target directory.)
pub(crate) fn root() -> &'static Path {
    static ROOT: LazyLock<PathBuf> = LazyLock::new(|| {
        let here = std::env::current_dir().unwrap_or_default();
        let is_root = |folder: &&Path| folder.join("xtask/Cargo.toml").is_file();
        here.ancestors().find(is_root).unwrap_or(&here).to_owned()
    });
    &ROOT
}

/// `cargo`, at the root of the workspace.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root());
    command
}

/// Where cargo puts what it builds: `target`, unless `CARGO_TARGET_DIR` or a configuration file says
/// otherwise.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let output = cargo(&["metadata", "--format-version", "1", "--no-deps"])
        .output()
        .context("cannot run cargo metadata")?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .context("cargo metadata did not answer with JSON")?;
    let directory = metadata
        .get("target_directory")
        .and_then(serde_json::Value::as_str);
    Ok(PathBuf::from(
        directory.context("cargo metadata names no target directory")?,
    ))
}
