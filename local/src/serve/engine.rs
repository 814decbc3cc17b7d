//! Where the tables of this server are: embedded, or outside.

use aws::Config;
use aws::dynamodb::Endpoint;
use embedded::{DataDirectory, Durability, Engine, Listener, S3, Sqs};

use crate::arguments::Serve;
use crate::failure::Failure;

/// The tables' engine, as long as the server runs.
pub(super) enum Tables {
    /// In this process.
    Embedded {
        /// The engine.
        engine: Engine,
        /// Bodies too large for the tables.
        objects: S3,
        /// Reminders.
        queues: Sqs,
        /// Where it keeps the tables; none when in memory.
        directory: Option<DataDirectory>,
        /// Its door for other processes.
        listener: Option<Listener>,
    },
    /// At this URL.
    Outside(String),
}

impl Tables {
    pub(super) fn open(arguments: &Serve, config: &Config) -> Result<Self, Failure> {
        let outside = arguments
            .dynamodb_endpoint
            .as_ref()
            .or(config.dynamodb_endpoint.as_ref());
        if let Some(url) = outside {
            return Ok(Self::Outside(url.clone()));
        }
        let (engine, objects, directory) = if arguments.ephemeral {
            let engine = Engine::in_memory().map_err(Failure::unexpected)?;
            (engine, S3::ephemeral().map_err(Failure::unexpected)?, None)
        } else {
            let directory = DataDirectory::take(&arguments.data_dir).map_err(Failure::usage)?;
            let durability = if arguments.fsync {
                Durability::PowerLoss
            } else {
                Durability::ProcessCrash
            };
            (
                Engine::open(&directory, durability).map_err(Failure::unexpected)?,
                S3::open(&directory).map_err(Failure::unexpected)?,
                Some(directory),
            )
        };
        let listener = arguments
            .dynamodb_listen
            .map(|address| engine.listen(address));
        let listener = listener.transpose().map_err(Failure::usage)?;
        Ok(Self::Embedded {
            engine,
            objects,
            queues: Sqs::new(),
            directory,
            listener,
        })
    }

    pub(super) fn endpoint(&self) -> Endpoint {
        match self {
            Self::Embedded { engine, .. } => Endpoint::InProcess(engine.http_client()),
            Self::Outside(url) => Endpoint::Url(url.clone()),
        }
    }

    /// Whether the tables are this server's own to make.
    pub(super) fn are_embedded(&self) -> bool {
        matches!(self, Self::Embedded { .. })
    }

    /// Whether nobody but this server can write to them.
    pub(super) fn are_closed(&self) -> bool {
        matches!(self, Self::Embedded { listener: None, .. })
    }
}
