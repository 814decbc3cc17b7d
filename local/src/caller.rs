//! Who is calling in development mode: whoever the request says.
//!
//! | `Authorization` | caller |
//! |---|---|
//! | none | the developer, who may do everything |
//! | a bearer token | its claims, so that ownership and roles can be tried; the signature is not looked at |
//! | anything else | anonymous |

use aws::bearer::Bearer;
use http::HeaderMap;
use server::auth::Caller;

pub(crate) fn caller(headers: &HeaderMap) -> Caller {
    match Bearer::of(headers) {
        Bearer::None => Caller::developer(),
        Bearer::Claims(claims) => Caller::from_claims(&claims),
        Bearer::Unreadable => Caller::anonymous(),
    }
}
