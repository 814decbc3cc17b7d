//! Where the tables of this server are: embedded, or outside.

use std::io;
use std::net::SocketAddr;

use aws::Config;
use aws::dynamodb::Endpoint;
use embedded::{DataDirectory, Durability, Engine, Loopback, S3, Sqs};

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
        /// Doors for other processes.
        doors: Box<Doors>,
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
        let queues = Sqs::new();
        let doors = Doors::open(arguments, &engine, &objects, &queues)?;
        Ok(Self::Embedded {
            engine,
            objects,
            queues,
            directory,
            doors: Box::new(doors),
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
        match self {
            Self::Embedded { doors, .. } => doors.tables.is_none(),
            Self::Outside(_) => false,
        }
    }
}

/// What other processes on this machine may speak to.
#[derive(Default)]
pub(super) struct Doors {
    tables: Option<Loopback>,
    objects: Option<Loopback>,
    queues: Option<Loopback>,
}

impl Doors {
    fn open(
        arguments: &Serve,
        engine: &Engine,
        objects: &S3,
        queues: &Sqs,
    ) -> Result<Self, Failure> {
        let tables = arguments.dynamodb_listen.map(|at| engine.listen(at));
        let taken = |at, refusal| Failure::usage(format!("cannot listen on {at}: {refusal}"));
        let loopback =
            |at: Option<SocketAddr>, listen: &dyn Fn(SocketAddr) -> io::Result<Loopback>| {
                at.map(|at| listen(at).map_err(|refusal| taken(at, refusal)))
                    .transpose()
            };
        Ok(Self {
            tables: tables.transpose().map_err(Failure::usage)?,
            objects: loopback(arguments.s3_listen, &|at| objects.listen(at))?,
            queues: loopback(arguments.sqs_listen, &|at| queues.listen(at))?,
        })
    }

    /// Each open door, and where it is.
    pub(super) fn addresses(&self) -> impl Iterator<Item = (&'static str, SocketAddr)> {
        let doors = [
            ("DynamoDB", &self.tables),
            ("S3", &self.objects),
            ("SQS", &self.queues),
        ];
        let address = |(name, door): (_, &Option<Loopback>)| Some((name, door.as_ref()?.address()));
        doors.into_iter().filter_map(address)
    }
}
