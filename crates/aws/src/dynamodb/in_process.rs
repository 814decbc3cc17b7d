//! The SDK's client without what an engine in this process has no use for: no signature and no
//! keys, no user agent, no invocation and attempt headers, no clock skew, one fixed endpoint, no
//! time limits. That is a third of the CPU that the SDK spends on a read (figures in
//! `docs/adr/0004-embedded-engines-on-the-aws-wire-protocol.md`).

use aws_config::BehaviorVersion;
use aws_runtime::invocation_id::InvocationIdInterceptor;
use aws_runtime::request_info::RequestInfoInterceptor;
use aws_runtime::service_clock_skew::ServiceClockSkewInterceptor;
use aws_runtime::user_agent::UserAgentInterceptor;
use aws_sdk_dynamodb::config::auth::{Params as AuthParams, ResolveAuthScheme};
use aws_sdk_dynamodb::config::endpoint::{
    Endpoint, EndpointFuture, Params as EndpointParams, ResolveEndpoint,
};
use aws_sdk_dynamodb::config::interceptors::BeforeSerializationInterceptorContextRef;
use aws_sdk_dynamodb::config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::config::{
    Builder, ConfigBag, IdentityCache, Intercept, Region, RuntimeComponents,
};
use aws_sdk_dynamodb::error::BoxError;
use aws_smithy_runtime_api::client::auth::{
    AuthSchemeId, AuthSchemeOption, AuthSchemeOptionsFuture,
};
use aws_smithy_runtime_api::client::interceptors::{disable_interceptor, dyn_dispatch_hint};

/// The SDK's own scheme for operations that are not signed; every client has it.
const NO_AUTH: AuthSchemeId = AuthSchemeId::new("noAuth");

pub(super) fn config() -> Builder {
    Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("local"))
        .auth_scheme_resolver(Unsigned)
        .identity_cache(IdentityCache::no_cache())
        .endpoint_resolver(Here(Endpoint::builder().url("http://embedded").build()))
        .timeout_config(TimeoutConfig::disabled())
        .interceptor(Quiet)
}

#[derive(Debug)]
struct Unsigned;

impl ResolveAuthScheme for Unsigned {
    fn resolve_auth_scheme<'a>(
        &'a self,
        _params: &'a AuthParams,
        _config: &'a ConfigBag,
        _components: &'a RuntimeComponents,
    ) -> AuthSchemeOptionsFuture<'a> {
        AuthSchemeOptionsFuture::ready(Ok(vec![AuthSchemeOption::from(NO_AUTH)]))
    }
}

#[derive(Debug)]
struct Here(Endpoint);

impl ResolveEndpoint for Here {
    fn resolve_endpoint<'a>(&'a self, _params: &'a EndpointParams) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(self.0.clone()))
    }
}

/// Switches off the interceptors whose headers nobody reads.
#[derive(Debug)]
struct Quiet;

#[dyn_dispatch_hint]
impl Intercept for Quiet {
    fn name(&self) -> &'static str {
        "Quiet"
    }

    fn read_before_execution(
        &self,
        _context: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        const WHY: &str = "the engine is in this process";
        config
            .interceptor_state()
            .store_put(disable_interceptor::<UserAgentInterceptor>(WHY))
            .store_put(disable_interceptor::<InvocationIdInterceptor>(WHY))
            .store_put(disable_interceptor::<RequestInfoInterceptor>(WHY))
            .store_put(disable_interceptor::<ServiceClockSkewInterceptor>(WHY));
        Ok(())
    }
}
