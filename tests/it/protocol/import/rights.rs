//! Who may import (A4, A5).

use serde_json::{Value, json};
use server::auth::Caller;

use super::{super::fyr::Fyr, entry, import, sor};

fn caller(user_type: &Value, roles: &[&str]) -> Caller {
    Caller::from_claims(&json!({
        "user_id": "somebody", "user_type": user_type, "realm_access": {"roles": roles}
    }))
}

#[test]
fn a4_the_role_of_the_operation_is_enough_and_no_other_will_do() {
    let fyr = Fyr::new();
    let send = |roles: &[&str]| import(&fyr.with_roles(roles), &[entry("a", &sor("1", "A"))]);
    send(&["$import-organizations"]).expect(200);
    let others = [
        "Organization.*",
        "FHIR.transaction",
        "Organization.$import-organizations",
    ];
    let reply = send(&others).expect(403);
    assert_eq!(
        reply.diagnostics(),
        "Insufficient permission for $import-organizations for this server"
    );
    import(&fyr.seen_by(Caller::anonymous()), &[]).expect(401);
}

#[test]
fn a5_people_do_not_import() {
    let fyr = Fyr::new();
    for (user_type, told) in [
        (json!("PRACTITIONER"), "PRACTITIONER"),
        (json!("PATIENT"), "PATIENT"),
        (Value::Null, "(none)"),
    ] {
        let person = fyr.seen_by(caller(&user_type, &["$import-organizations"]));
        let reply = import(&person, &[entry("a", &sor("1", "A"))]).expect(403);
        assert_eq!(
            reply.diagnostics(),
            format!("Operation not allowed for user type: {told}")
        );
    }
}
