//! The commands that speak to a FHIR server, this one or another.

use std::path::PathBuf;

use clap::Args;

use crate::client::Client;
use crate::failure::Failure;

/// The server, and how to be let in.
#[derive(Debug, Args)]
pub(crate) struct Target {
    /// Base URL of the FHIR server, such as <http://localhost:8080/fhir>
    #[arg(long, value_name = "URL")]
    pub(crate) base: String,

    /// Access token; others on this machine may see it in the list of processes
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    pub(crate) token: Option<String>,

    /// File that holds the access token
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
}

impl Target {
    /// A client of the server.
    pub(crate) fn client(&self) -> Result<Client, Failure> {
        let from_file = self.token_file.as_ref().map(|path| {
            std::fs::read_to_string(path)
                .map_err(|refusal| Failure::usage(format!("{}: {refusal}", path.display())))
        });
        let token = from_file.transpose()?.or_else(|| self.token.clone());
        Client::new(&self.base, token.as_deref())
    }
}

#[derive(Debug, Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) target: Target,

    /// Resource types, separated by commas [default: all]
    #[arg(long = "type", value_name = "TYPES", value_delimiter = ',')]
    pub(crate) types: Vec<String>,

    /// Only what was changed after this instant: the transactionTime of an earlier export
    #[arg(long, value_name = "INSTANT")]
    pub(crate) since: Option<String>,

    /// Search that narrows a type down, such as 'Organization?active=true'; may be repeated
    #[arg(long = "type-filter", value_name = "SEARCH")]
    pub(crate) type_filters: Vec<String>,

    /// Directory for the files: new, empty, or of an export that was interrupted
    #[arg(long, value_name = "DIRECTORY")]
    pub(crate) out: PathBuf,

    /// Files that are downloaded at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(crate) parallel: u8,

    /// Ask at least this often whether the files are ready, however seldom the server suggests
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    pub(crate) poll: u64,
}

#[derive(Debug, Args)]
pub(crate) struct Load {
    /// Files, or directories of files: NDJSON (*.ndjson), bundles or single resources (*.json)
    #[arg(required = true, value_name = "FILE")]
    pub(crate) sources: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) target: Target,

    /// Resources in one transaction
    #[arg(long, value_name = "NUMBER", default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..=5000))]
    pub(crate) entries: u16,

    /// Transactions that are sent at once
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(crate) parallel: u8,
}

#[derive(Debug, Args)]
pub(crate) struct ImportOrganizations {
    /// Files, or directories of files: NDJSON of organizations, or bundles of them
    #[arg(required = true, value_name = "FILE")]
    pub(crate) sources: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) target: Target,

    /// Organizations in one call
    #[arg(long, value_name = "NUMBER", default_value_t = 1000, value_parser = clap::value_parser!(u16).range(1..=5000))]
    pub(crate) entries: u16,

    /// Calls that are sent at once; those about one tree follow each other
    #[arg(long, value_name = "NUMBER", default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=32))]
    pub(crate) parallel: u8,
}

#[derive(Debug, Args)]
pub(crate) struct Registry {
    /// How many organizations
    #[arg(long, value_name = "NUMBER")]
    pub(crate) organizations: u32,

    /// The same number makes the same registry
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub(crate) seed: u64,
}
