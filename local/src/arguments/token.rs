//! The command that mints tokens.

use std::path::PathBuf;

use clap::Args;

/// What it is for.
pub(super) const ABOUT: &str = "Mint an access token with a key of this machine, to try authorization out.

The key is made when the file is not there; it stays on this machine. Beside it the public key is put
into <file>.jwks.json, which the server is started with:

  fyr serve --issuer \"http://localhost/fyr fyr fyr-key.jwks.json\"
  fyr token --scope 'system/*.cruds'
  curl -H \"Authorization: Bearer $(fyr token --role Organization.read)\" http://localhost:8080/fhir/Organization

Whoever has the key is everybody. Do not let a server that holds real data believe it.";

#[derive(Debug, Args)]
pub(crate) struct Token {
    /// File of the private key; made when it is not there
    #[arg(long, value_name = "FILE", default_value = "fyr-key")]
    pub(crate) key: PathBuf,

    /// Issuer
    #[arg(long, value_name = "ISSUER", default_value = "http://localhost/fyr")]
    pub(crate) issuer: String,

    /// Audience
    #[arg(long, value_name = "AUDIENCE", default_value = "fyr")]
    pub(crate) audience: String,

    /// Who calls: owns the jobs and files that they start
    #[arg(long, value_name = "ID", default_value = "developer")]
    pub(crate) user: String,

    /// What the user is; operations of the whole server are for SYSTEM alone
    #[arg(long, value_name = "TYPE", default_value = "SYSTEM")]
    pub(crate) user_type: String,

    /// Role such as Organization.read, FHIR.transaction or $bulk-export; may be repeated
    #[arg(long = "role", value_name = "ROLE")]
    pub(crate) roles: Vec<String>,

    /// SMART scopes such as 'system/Organization.rs'; may be repeated
    #[arg(long = "scope", value_name = "SCOPES")]
    pub(crate) scopes: Vec<String>,

    /// Any other claim, as name=text; may be repeated
    #[arg(long = "claim", value_name = "NAME=TEXT", value_parser = claim)]
    pub(crate) claims: Vec<(String, String)>,

    /// How long it is good
    #[arg(long, value_name = "MINUTES", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=525_600))]
    pub(crate) minutes: u32,
}

fn claim(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("name=text")?;
    Ok((name.to_owned(), value.to_owned()))
}
