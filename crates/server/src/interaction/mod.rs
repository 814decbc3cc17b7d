//! The FHIR interactions, one file each, and the one place that chooses among them.
//!
//! A request reaches [`perform`] from the edge (`rest`), and entry by entry from a batch.

mod answer;
mod batch;
mod binary;
mod bundle;
mod capabilities;
mod conditions;
mod create;
mod delete;
mod history;
mod manner;
mod patch;
mod read;
mod search;
mod smart_configuration;
mod transaction;
mod update;
mod vread;

use std::sync::Arc;

use fhir::{
    bundle::{Bundle, BundleKind},
    json::Object,
    outcome::IssueType,
    query::Parameter,
    resource::Resource,
    schema,
};
use futures::future::{BoxFuture, FutureExt};
use store::{Clock, Ids, Millis, Store};

pub(crate) use answer::{Answer, Content, Special, Stamp};
pub(crate) use bundle::{EntryStyle, response_bundle, response_entry, warnings_of};
pub(crate) use conditions::Conditions;
pub(crate) use manner::Manner;

use crate::{
    Settings,
    audit::Trail,
    auth::{self, Caller, Right},
    failure::{Failure, Kind},
    job::Engine,
    operation,
    port::Files,
    route::Route,
    rules::Rules,
    search::Registry,
    write::{Once, Patch},
};

/// What every interaction works with: the store, counted for this request, and who is asking.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) store: Store,
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn Ids>,
    pub(crate) files: Arc<dyn Files>,
    pub(crate) jobs: Engine,
    pub(crate) caller: Arc<Caller>,
    /// The rule sets in force.
    pub(crate) rules: Rules,
    /// Which search parameters there are.
    pub(crate) registry: Arc<Registry>,
    /// When the request has an idempotency key.
    pub(crate) once: Option<Arc<Once>>,
    /// Nothing is written after this instant. None when nobody waits for an answer.
    pub(crate) deadline: Option<Millis>,
    /// What is to be recorded of the request.
    pub(crate) trail: Arc<Trail>,
}

impl Context {
    /// Whether the caller may create, in a test environment, what otherwise only a register brings.
    pub(crate) fn is_test(&self) -> bool {
        let right = Right::Operation("$test-only-create");
        self.settings.rules.test_only_create && auth::demand(&self.caller, &right).is_ok()
    }
}

/// A request, as an HTTP request or an entry of a batch makes it.
pub(crate) struct Request {
    /// What is asked for.
    pub(crate) route: Route,
    /// The parameters of the query.
    pub(crate) parameters: Vec<Parameter>,
    /// `If-Match` and its kin.
    pub(crate) conditions: Conditions,
    /// The body, when there is one.
    pub(crate) body: Option<Object>,
    /// The body of a patch.
    pub(crate) patch: Option<Patch>,
    /// Whether the entries of a bundle's response hold the resources that were written
    /// (`Prefer: return=representation`).
    pub(crate) full_entries: bool,
    /// How it asks; none for an entry of a bundle.
    pub(crate) manner: Option<Manner>,
}

/// Performs one interaction, after checking that the caller may.
///
/// # Errors
///
/// Whatever the interaction fails with; 401 or 403 when the caller may not.
pub(crate) fn perform(
    context: &Context,
    request: Request,
) -> BoxFuture<'_, Result<Answer, Failure>> {
    async move {
        auth::demand(&context.caller, &request.route.right())?;
        context.rules.admit(&request.route)?;
        match request.route {
            Route::Bundle => bundle(context, request.body, request.full_entries).await,
            ref route if route.writes() => write(context, request).await,
            _ => read(context, request).await,
        }
    }
    .boxed()
}

/// What changes no resource.
async fn read(context: &Context, request: Request) -> Result<Answer, Failure> {
    let Request {
        parameters,
        conditions,
        body,
        manner,
        ..
    } = request;
    let lenient = manner.as_ref().is_some_and(|manner| manner.is_lenient);
    match request.route {
        Route::Capabilities => capabilities::capabilities(context).await,
        Route::SmartConfiguration => smart_configuration::smart_configuration(context),
        Route::Read(key) => {
            if let Some(file) = binary::exported(context, &key, manner.as_ref()).await? {
                return Ok(file);
            }
            auth::demand(&context.caller, &Right::Read(key.kind.clone()))?;
            read::read(context, &key, &parameters, &conditions).await
        }
        Route::Vread(key, version) => {
            let manner = manner.as_ref().filter(|_| version.0 == 1);
            if let Some(file) = binary::exported(context, &key, manner).await? {
                return Ok(file);
            }
            auth::demand(&context.caller, &Right::Read(key.kind.clone()))?;
            vread::vread(context, &key, version, &parameters).await
        }
        Route::History(key) => history::history(context, &key, &parameters).await,
        Route::TypeHistory(kind) => history::feed(context, Some(&kind), &parameters).await,
        Route::SystemHistory => history::feed(context, None, &parameters).await,
        Route::Search(kind) => search::search(context, kind.as_deref(), &parameters, lenient).await,
        Route::Lookup => operation::lookup(context, &parameters, body.as_ref()).await,
        Route::Meta(key) => operation::meta(context, &key).await,
        Route::Validate(kind, id) => {
            operation::validate(context, (&kind, id.as_deref()), &parameters, body).await
        }
        Route::Export => {
            let manner = manner.unwrap_or_default();
            operation::export::kick_off(context, &parameters, body.as_ref(), &manner).await
        }
        Route::ExportStatus => operation::export::status(context, &parameters, body.as_ref()).await,
        Route::ExportCancel => operation::export::cancel(context, &parameters).await,
        Route::Reindex => operation::reindex(context, body).await,
        Route::ImportStatus => operation::import_organizations::status(context, &parameters).await,
        Route::ImportCancel => operation::import_organizations::cancel(context, &parameters).await,
        Route::ReindexStatus => operation::reindex_status(context, &parameters).await,
        Route::TraverseToSor(key) => operation::traverse_to_sor(context, key).await,
        _ => Err(Failure::internal("a route that leads nowhere")),
    }
}

/// What changes resources of one type.
async fn write(context: &Context, request: Request) -> Result<Answer, Failure> {
    let Request {
        conditions, body, ..
    } = request;
    match request.route {
        Route::Create(kind) => {
            create::create(context, &kind, resource(body, &kind)?, &conditions).await
        }
        Route::Update(key) => {
            let resource = resource(body, &key.kind)?;
            update::update(context, key, resource, &conditions).await
        }
        Route::ConditionalUpdate(kind, query) => {
            let resource = resource(body, &kind)?;
            update::conditional_update(context, kind, &query, resource, &conditions).await
        }
        Route::Patch(key) => {
            patch::patch(
                context,
                key,
                request.patch.ok_or_else(no_body)?,
                &conditions,
            )
            .await
        }
        Route::ConditionalPatch(kind, query) => {
            let patch = request.patch.ok_or_else(no_body)?;
            patch::conditional_patch(context, (kind, query), patch, &conditions).await
        }
        Route::Delete(key) => delete::delete(context, key, &conditions).await,
        Route::ConditionalDelete(kind, query) => {
            delete::conditional_delete(context, kind, &query, &conditions).await
        }
        Route::Expunge(key) => operation::expunge(context, key, body).await,
        Route::ImportOrganizations => {
            let manner = request.manner.as_ref();
            operation::import_organizations(context, body, manner).await
        }
        _ => Err(Failure::internal("a route that writes nothing")),
    }
}

/// `POST [base]`: a transaction or a batch, as the bundle says.
async fn bundle(
    context: &Context,
    body: Option<Object>,
    full_entries: bool,
) -> Result<Answer, Failure> {
    let body = body.ok_or_else(no_body)?;
    bundle::check_size(&context.settings, &body)?;
    // Of a transaction nothing is set aside: one bad entry refuses it all.
    let parsed = Bundle::parse_each(body, BundleKind::ALL);
    let (bundle, refused) = parsed.map_err(Failure::malformed)?;
    let context = &Context {
        rules: context.rules.asked_for_by(&bundle),
        ..context.clone()
    };
    match bundle.kind {
        BundleKind::Transaction => transaction::transaction(context, bundle, full_entries).await,
        BundleKind::Batch if !context.settings.allow_batch => Err(Failure::not_supported(
            "batch bundles are switched off on this server",
        )),
        BundleKind::Batch => batch::batch(context, bundle, refused, full_entries).await,
    }
}

/// The body as a resource of the type that the URL names.
fn resource(body: Option<Object>, kind: &str) -> Result<Resource, Failure> {
    let mut body = body.ok_or_else(no_body)?;
    schema::drop_empty(&mut body);
    let resource = Resource::from_value(body.into()).map_err(Failure::malformed)?;
    check_type(&resource, kind)?;
    Ok(resource)
}

fn check_type(resource: &Resource, kind: &str) -> Result<(), Failure> {
    let found = resource.resource_type();
    if found == kind {
        return Ok(());
    }
    let text = format!("the URL names the type {kind}, but the resource is {found}");
    Err(Failure::new(Kind::Malformed, IssueType::Invalid, text))
}

fn no_body() -> Failure {
    Failure::new(
        Kind::Malformed,
        IssueType::Required,
        "a resource is needed as the body",
    )
}
