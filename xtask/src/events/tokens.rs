//! The tokens in events: `{token <user> <role> …}` stands for one that is minted for the replay, by
//! `fyr token`, since a token in a file would expire.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// An issuer, and the tokens that it has minted.
pub(crate) struct Tokens {
    fyr: PathBuf,
    key: PathBuf,
    minted: BTreeMap<String, String>,
}

impl Tokens {
    /// With a key in this folder.
    pub(crate) fn new(fyr: &Path, folder: &Path) -> Self {
        Self {
            fyr: fyr.to_owned(),
            key: folder.join("issuer-key"),
            minted: BTreeMap::new(),
        }
    }

    /// The setting by which a function trusts the issuer.
    pub(crate) fn issuers(&self) -> String {
        format!("http://localhost/fyr fyr {}.jwks.json", self.key.display())
    }

    /// The event with its tokens in their places.
    pub(crate) fn fill(&mut self, event: &str) -> Result<String> {
        let mut filled = String::with_capacity(event.len());
        let mut rest = event;
        while let Some((before, after)) = rest.split_once("{token ") {
            let (words, after) = after.split_once('}').context("a token has no end")?;
            filled.push_str(before);
            filled.push_str(&self.token(words)?);
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn token(&mut self, words: &str) -> Result<String> {
        if let Some(token) = self.minted.get(words) {
            return Ok(token.clone());
        }
        let mut command = Command::new(&self.fyr);
        command.args(["token", "--key"]).arg(&self.key);
        let mut all = words.split_whitespace();
        command.args(["--user", all.next().context("a token names nobody")?]);
        for role in all {
            command.args(["--role", role]);
        }
        let output = command.output().context("fyr token")?;
        if !output.status.success() {
            bail!("fyr token: {}", String::from_utf8_lossy(&output.stderr));
        }
        let token = String::from_utf8(output.stdout)?.trim().to_owned();
        self.minted.insert(words.to_owned(), token.clone());
        Ok(token)
    }
}
