//! The servers of a process: one, or one for each tenant. What comes in goes to one of them.

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use fhir::outcome::IssueType;
use http::{Request, Response};
use store::Receipt;

use super::{
    Tenancy, Tenant,
    name::{Prefix, split},
};
use crate::{
    Ports, Server, Settings,
    auth::Caller,
    failure::{Failure, Kind},
    job::Again,
    port::AuditLog,
    rest,
};

/// All servers of a process. Cheap to clone.
///
/// A tenant has one server in a process and keeps it: what a server remembers (commits under way,
/// search parameters) must be remembered once.
#[derive(Clone)]
pub struct Servers(Arc<Inside>);

struct Inside {
    ports: Ports,
    settings: Settings,
    audit: Option<Arc<dyn AuditLog>>,
    /// The only one; with tenants, the one for requests of which no tenant is known.
    one: Server,
    each: BTreeMap<Tenant, OnceLock<Server>>,
}

impl Servers {
    /// The servers over these ports, as the settings have tenants. Requests are recorded in the log
    /// as the settings say.
    pub fn new(ports: Ports, settings: Settings, audit: Option<Arc<dyn AuditLog>>) -> Self {
        let of_one = match settings.tenancy {
            Tenancy::Off => ports.clone(),
            Tenancy::Claim | Tenancy::Path => ports.of_tenant(&Prefix::of_nobody()),
        };
        let one = Server::new(of_one, settings.clone()).recorded_in(audit.clone());
        let tenants = settings.tenants.iter();
        let each = match settings.tenancy {
            Tenancy::Off => BTreeMap::new(),
            _ => tenants
                .map(|tenant| (tenant.clone(), OnceLock::new()))
                .collect(),
        };
        Self(Arc::new(Inside {
            ports,
            settings,
            audit,
            one,
            each,
        }))
    }

    /// The settings; a tenant's own differ from them by the base.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Reads ahead what the first request will ask for. With tenants, of whom nobody knows who that will be,
    /// it only opens the way to the tables.
    pub async fn look_ahead(&self) {
        self.0.one.look_ahead().await;
    }

    /// All servers that may have something to do.
    pub fn all(&self) -> Vec<Server> {
        if self.0.settings.tenancy == Tenancy::Off {
            return vec![self.0.one.clone()];
        }
        let tenants = self.0.each.keys();
        tenants
            .filter_map(|tenant| self.of(tenant).cloned())
            .collect()
    }

    /// Whose server a message is for, and what it says. None when there is no such tenant.
    pub fn addressee<'a>(&self, message: &'a str) -> Option<(&Server, &'a str)> {
        if self.0.settings.tenancy == Tenancy::Off {
            return Some((&self.0.one, message));
        }
        let (tenant, message) = split(message)?;
        Some((self.of(&tenant)?, message))
    }

    /// Works off a message about a job.
    ///
    /// # Errors
    ///
    /// [`Again`]: the message must come again.
    pub async fn receive(&self, message: &str) -> Result<(), Again> {
        match self.addressee(message) {
            Some((server, message)) => server.receive(message).await,
            None => Err(Again::Unreadable(message.to_owned())),
        }
    }

    /// Answers a request of a caller. Always answers.
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
        match self.server_for(&request, &caller) {
            Ok(server) => server.respond_metered(request, caller, receipt).await,
            Err(failure) => self.refuse(&request, caller, failure).await,
        }
    }

    /// Answers a request that is not to be done, for this reason. Its body is not looked at.
    pub async fn refuse<B>(
        &self,
        request: &Request<B>,
        caller: Caller,
        failure: Failure,
    ) -> Response<Bytes> {
        self.0.one.refuse(request, caller, failure).await
    }

    fn server_for<B>(&self, request: &Request<B>, caller: &Caller) -> Result<&Server, Failure> {
        let tenancy = self.0.settings.tenancy;
        let named = || {
            let tenant = caller.tenant.as_deref()?.parse().ok()?;
            self.of(&tenant)
        };
        match tenancy {
            Tenancy::Off => Ok(&self.0.one),
            // what needs no token is the same for all, and everything else is refused for want of one
            Tenancy::Claim if caller.is_anonymous() => Ok(&self.0.one),
            Tenancy::Claim => named().ok_or_else(no_tenant),
            Tenancy::Path => {
                let path = rest::below_base(&self.0.settings, request.uri());
                let tenant = path.and_then(|path| path.split(['/', '?']).nth(1)?.parse().ok());
                let tenant: Tenant = tenant.ok_or_else(|| nothing_at(request.uri().path()))?;
                let server = self.of(&tenant);
                let server = server.ok_or_else(|| nothing_at(request.uri().path()))?;
                let is_own = caller.tenant.as_deref() == Some(tenant.as_str());
                if is_own || caller.is_anonymous() || caller.is_of_all_tenants() {
                    Ok(server)
                } else {
                    Err(no_tenant())
                }
            }
        }
    }

    fn of(&self, tenant: &Tenant) -> Option<&Server> {
        let Inside {
            ports,
            settings,
            audit,
            ..
        } = self.0.as_ref();
        let server = self.0.each.get(tenant)?;
        let server = server.get_or_init(|| {
            let mut settings = settings.clone();
            if settings.tenancy == Tenancy::Path {
                settings.base_url = format!("{}/{tenant}", settings.base_url);
                settings.base_path = format!("{}/{tenant}", settings.base_path);
            }
            let ports = ports.of_tenant(&Prefix::of(tenant));
            Server::new(ports, settings)
                .recorded_in(audit.clone())
                .of_tenant(tenant.clone())
        });
        Some(server)
    }
}

/// 403: whether there is such a tenant is nobody else's business.
fn no_tenant() -> Failure {
    let text = "the token names no tenant of this address";
    Failure::new(Kind::Forbidden, IssueType::Forbidden, text)
}

fn nothing_at(path: &str) -> Failure {
    let text = format!("there is nothing at \"{path}\"");
    Failure::new(Kind::NotFound, IssueType::NotFound, text)
}
