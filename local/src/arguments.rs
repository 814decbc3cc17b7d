//! The command line.

mod client;
mod token;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};

pub(crate) use client::{Export, ImportOrganizations, Load, Registry};
pub(crate) use token::Token;

/// A FHIR R4 server: one process with an embedded DynamoDB here, Lambda functions on AWS.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    after_help = "Settings that are not flags: fyr config --help"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run the FHIR server
    #[command(long_about = SERVE, after_help = "Settings that are not flags: fyr config --help")]
    Serve(Serve),
    /// Make the tables at an outside DynamoDB
    Tables {
        #[command(subcommand)]
        command: TablesCommand,
    },
    /// Look at the tables, buckets and queues of the settings, and say what is wrong with them
    Doctor,
    /// Export resources from a FHIR server into files, and check them
    #[command(long_about = EXPORT)]
    Export(Export),
    /// Load files of resources into a FHIR server
    Load(Load),
    /// Import a register's organizations by $import-organizations, whole trees at a time
    ImportOrganizations(ImportOrganizations),
    /// Make up a registry of organizations, as NDJSON on standard output
    Registry(Registry),
    /// Mint an access token with a key of this machine, to try authorization out
    #[command(long_about = token::ABOUT)]
    Token(Token),
    /// Show the settings in force
    #[command(
        long_about = "Show the settings in force: the FYR_* variables of the environment, and \
                      their defaults.",
        after_help = crate::settings::help()
    )]
    Config,
}

const SERVE: &str = "Run the FHIR server.

It keeps its data in an embedded DynamoDB and needs nothing else: no AWS account, no container.
A write that was answered survives a killed process, and with --fsync a power failure too.

With issuers of tokens (--issuer, or FYR_ISSUERS) it believes their tokens alone. Without an issuer it
runs in development mode: it trusts the claims of any bearer token without looking at the signature,
and takes a request without one for a developer who may do everything. It therefore listens on this
machine only.";

const EXPORT: &str = "Export resources from a FHIR server into files, and check them.

Any server of FHIR Bulk Data Access will do. Every line is checked to be a resource of its file's type,
and counted. Interrupted, and called again with the same directory, it goes on where it was.

Exit codes: 0 all is there, 1 something failed, 2 called wrongly, 3 the server refused, 4 what came is
not what the server said.";

#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Address to listen on; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Path of the API on that address; "/" for none
    #[arg(long, value_name = "PATH", default_value = "/fhir", value_parser = base_path)]
    pub(crate) base_path: BasePath,

    /// Public URL of the API, when something stands in front [default: address and path]
    #[arg(long, value_name = "URL")]
    pub(crate) base_url: Option<String>,

    /// Directory that keeps the data
    #[arg(
        long,
        value_name = "DIRECTORY",
        default_value = "fyr-data",
        conflicts_with = "ephemeral"
    )]
    pub(crate) data_dir: PathBuf,

    /// Keep the data in memory only, and forget it at the end
    #[arg(long)]
    pub(crate) ephemeral: bool,

    /// Wait for the disk at every write, so that it survives a power failure
    #[arg(long, conflicts_with = "ephemeral")]
    pub(crate) fsync: bool,

    /// Use an outside DynamoDB instead of the embedded one (see: fyr tables create)
    #[arg(long, value_name = "URL", conflicts_with_all = ["ephemeral", "fsync", "dynamodb_listen"])]
    pub(crate) dynamodb_endpoint: Option<String>,

    /// Offer the embedded DynamoDB to other processes, at this address of this machine
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) dynamodb_listen: Option<SocketAddr>,

    /// Offer the embedded S3 to other processes, at this address of this machine
    #[arg(long, value_name = "ADDRESS", conflicts_with = "dynamodb_endpoint")]
    pub(crate) s3_listen: Option<SocketAddr>,

    /// Offer the embedded SQS to other processes, at this address of this machine
    #[arg(long, value_name = "ADDRESS", conflicts_with = "dynamodb_endpoint")]
    pub(crate) sqs_listen: Option<SocketAddr>,

    /// Whose tokens are believed: "issuer audience jwks", jwks being a URL or a file; may be repeated
    /// [default: the setting `FYR_ISSUERS`; none is development mode]
    #[arg(long = "issuer", value_name = "ISSUER")]
    pub(crate) issuers: Vec<String>,

    /// Export at every multiple of this time since midnight UTC: 30m, 6h, 1d (needs `FYR_EXPORT_OWNER`)
    #[arg(long, value_name = "TIME", value_parser = crate::serve::every)]
    pub(crate) export_schedule: Option<Duration>,

    /// Allow addresses that other machines reach, although anybody may then read and change all data
    #[arg(long)]
    pub(crate) insecure_listen_beyond_this_machine: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TablesCommand {
    /// Make those tables that are missing, and wait until they are active
    Create(CreateTables),
}

#[derive(Debug, Args)]
pub(crate) struct CreateTables {
    /// URL of the DynamoDB [default: the setting of this name, else the region's]
    #[arg(long, value_name = "URL")]
    pub(crate) dynamodb_endpoint: Option<String>,
}

/// `/fhir`, or nothing: never a slash at the end.
#[derive(Debug, Clone)]
pub(crate) struct BasePath(pub(crate) String);

fn base_path(text: &str) -> Result<BasePath, String> {
    let path = text.trim_end_matches('/');
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
    if (path.is_empty() || path.starts_with('/')) && path.chars().all(plain) {
        Ok(BasePath(path.to_owned()))
    } else {
        Err("a path such as /fhir".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_base_path_ends_without_a_slash() {
        for (text, expected) in [
            ("/fhir", "/fhir"),
            ("/fhir/r4/", "/fhir/r4"),
            ("/", ""),
            ("", ""),
        ] {
            assert_eq!(base_path(text).unwrap().0, expected);
        }
        assert!(base_path("fhir").is_err() && base_path("/a b").is_err());
    }
}
