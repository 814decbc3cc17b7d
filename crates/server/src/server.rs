//! A server: the settings, and the ports to everything outside.

use std::{collections::BTreeMap, sync::Arc};

use bytes::Bytes;
use http::{Request, Response};
use store::{Clock, Ids, Receipt, Store};

use crate::{
    Settings,
    audit::Trail,
    auth::Caller,
    deadline::deadline,
    dictionaries::dictionaries,
    failure::Failure,
    interaction::Context,
    job::{
        Again, Engine, Ticked, Work,
        export::{self, EXPORT, Export},
        reindex::{REINDEX, Reindex},
    },
    operation::{
        self,
        export::{Scheduled, ScheduledExport},
        import_organizations::{self, IMPORT, ImportWork},
    },
    port::{AuditLog, Files, Queue},
    rest,
    rules::Rules,
    settings::Audit,
    tenancy::Tenant,
};

/// What a server works with.
#[derive(Clone)]
pub struct Ports {
    /// The resources, and the records of jobs.
    pub store: Store,
    /// The files that jobs leave for their owners.
    pub files: Arc<dyn Files>,
    /// Messages that ask for work on a job.
    pub jobs: Arc<dyn Queue>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids.
    pub ids: Arc<dyn Ids>,
}

/// A FHIR server without a network: requests in, responses out. Cheap to clone.
#[derive(Clone)]
pub struct Server {
    ports: Ports,
    /// What all requests have in common: nobody is calling, and nothing is counted.
    base: Context,
    audit: Option<Arc<dyn AuditLog>>,
    tenant: Option<Tenant>,
}

impl Server {
    /// A server over these ports.
    pub fn new(ports: Ports, settings: Settings) -> Self {
        let store = ports.store.clone().with_dictionaries(dictionaries());
        let ports = Ports { store, ..ports };
        let mut base = base(&ports, settings);
        base.jobs = engine(&ports, &base.settings, works(&ports, &base));
        Self {
            ports,
            base,
            audit: None,
            tenant: None,
        }
    }

    /// The same server, which records its requests in this log unless the settings say otherwise.
    pub fn recorded_in(self, log: Option<Arc<dyn AuditLog>>) -> Self {
        let audit = log.filter(|_| self.settings().audit != Audit::Off);
        Self { audit, ..self }
    }

    /// The same server, of this tenant.
    pub(crate) fn of_tenant(self, tenant: Tenant) -> Self {
        let tenant = Some(tenant);
        Self { tenant, ..self }
    }

    /// Reads what most requests ask for first: the first one finds it then, and the way to the tables
    /// open. Best effort, and counted on nobody's receipt.
    pub(crate) async fn look_ahead(&self) {
        let context = self.context(Caller::anonymous(), &Arc::default());
        if let Err(failure) = context.registry.look_ahead(&context).await {
            tracing::debug!(?failure, "the first request will read it itself");
        }
    }

    /// Begins an export that a schedule asks for. May be called twice for once.
    ///
    /// # Errors
    ///
    /// As a request for it would fail.
    pub async fn start_scheduled_export(
        &self,
        scheduled: &ScheduledExport,
    ) -> Result<Scheduled, Failure> {
        let context = self.context(Caller::anonymous(), &Arc::default());
        operation::export::start_scheduled(&context, scheduled).await
    }

    /// Works off a message about a job.
    ///
    /// # Errors
    ///
    /// [`Again`]: the message must come again.
    pub async fn receive(&self, message: &str) -> Result<(), Again> {
        self.base.jobs.receive(message).await
    }

    /// Does what nobody asks for, side by side; to be called every few minutes, and at the start. Lost
    /// messages are sent again, overdue jobs fail, and files go whose time is over or that belong to
    /// nobody. The files of a job that fails now go the next time.
    ///
    /// # Errors
    ///
    /// Something cannot be reached: the next time goes on.
    pub async fn tick(&self) -> Result<Ticked, Again> {
        let context = self.context(Caller::anonymous(), &Arc::default());
        let (jobs, files) = (&self.base.jobs, &self.ports.files);
        let (ticked, noted, of_exports, of_imports) = futures::join!(
            jobs.tick(),
            operation::export::note_completed(&context),
            export::sweep(jobs, files),
            import_organizations::sweep(jobs, files),
        );
        noted.map_err(|failure| Again::Work(failure.into()))?;
        Ok(Ticked {
            files_removed: of_exports? + of_imports?,
            ..ticked?
        })
    }

    /// Answers a request of a caller. Always answers: what fails is an `OperationOutcome`.
    ///
    /// The body must be whole, and is refused beyond the limit of the settings; whoever reads it
    /// from a network bounds it before.
    pub async fn respond(&self, request: Request<Bytes>, caller: Caller) -> Response<Bytes> {
        self.respond_metered(request, caller, Arc::default()).await
    }

    /// As [`Self::respond`], with a receipt for what the request costs.
    pub async fn respond_metered(
        &self,
        request: Request<Bytes>,
        caller: Caller,
        receipt: Arc<Receipt>,
    ) -> Response<Bytes> {
        let timeout = self.settings().request_timeout;
        let until = deadline(&request, self.ports.clock.now(), timeout);
        let context = Context {
            deadline: Some(until),
            ..self.context(caller, &receipt)
        };
        rest::respond(&context, &receipt, request, None).await
    }

    /// Answers a request that is not to be done, for this reason. Its body is not looked at.
    pub async fn refuse<B>(
        &self,
        request: &Request<B>,
        caller: Caller,
        failure: Failure,
    ) -> Response<Bytes> {
        let mut head = Request::new(Bytes::new());
        *head.method_mut() = request.method().clone();
        *head.uri_mut() = request.uri().clone();
        *head.headers_mut() = request.headers().clone();
        let receipt = Arc::default();
        let context = self.context(caller, &receipt);
        rest::respond(&context, &receipt, head, Some(failure)).await
    }

    fn context(&self, caller: Caller, receipt: &Arc<Receipt>) -> Context {
        let store = self.base.store.metered(Arc::clone(receipt));
        Context {
            jobs: self.base.jobs.over(store.clone()),
            store,
            caller: Arc::new(caller.with_public(&self.settings().auth.public_read)),
            trail: Arc::new(Trail::of(self.tenant.as_ref(), self.audit.clone())),
            ..self.base.clone()
        }
    }

    /// The store, with the dictionaries by which bodies are compressed.
    pub fn store(&self) -> &Store {
        &self.ports.store
    }

    /// The tenant that it is of, where there are tenants.
    pub fn tenant(&self) -> Option<&str> {
        self.tenant.as_ref().map(Tenant::as_str)
    }

    /// The settings, as they are in force.
    pub fn settings(&self) -> &Settings {
        &self.base.settings
    }
}

/// The types that clients can only read, whoever they are.
fn kept(settings: &Settings) -> &'static [&'static str] {
    match settings.audit {
        Audit::Store => &["AuditEvent"],
        Audit::Off | Audit::Log => &[],
    }
}

/// An engine over these ports, for these kinds of jobs.
fn engine(
    ports: &Ports,
    settings: &Settings,
    works: BTreeMap<&'static str, Arc<dyn Work>>,
) -> Engine {
    Engine::new(
        ports.store.clone(),
        Arc::clone(&ports.jobs),
        (Arc::clone(&ports.clock), Arc::clone(&ports.ids)),
        settings.jobs.clone(),
        works,
    )
}

/// What all requests and all jobs have in common. Its engine knows no kind of job yet.
fn base(ports: &Ports, settings: Settings) -> Context {
    Context {
        store: ports.store.clone(),
        clock: Arc::clone(&ports.clock),
        ids: Arc::clone(&ports.ids),
        files: Arc::clone(&ports.files),
        jobs: engine(ports, &settings, BTreeMap::new()),
        caller: Arc::new(Caller::anonymous()),
        rules: Rules::of(&settings.rules).keeping(kept(&settings)),
        registry: Arc::default(),
        settings: Arc::new(settings),
        once: None,
        deadline: None,
        trail: Arc::new(Trail::of(None, None)),
    }
}

/// The kinds of jobs, by the names that their records have.
fn works(ports: &Ports, base: &Context) -> BTreeMap<&'static str, Arc<dyn Work>> {
    let settings = &base.settings;
    let export: Arc<dyn Work> = Arc::new(Export {
        store: ports.store.clone(),
        files: Arc::clone(&ports.files),
        clock: Arc::clone(&ports.clock),
        ids: Arc::clone(&ports.ids),
        settings: settings.export.clone(),
        segments: settings.jobs.segments,
        remembered: settings.jobs.retention + settings.jobs.remembered,
    });
    let reindex: Arc<dyn Work> = Arc::new(Reindex {
        store: ports.store.clone(),
        clock: Arc::clone(&ports.clock),
        settings: Arc::clone(settings),
    });
    let import: Arc<dyn Work> = Arc::new(ImportWork {
        context: base.clone(),
    });
    BTreeMap::from([(EXPORT, export), (REINDEX, reindex), (IMPORT, import)])
}
