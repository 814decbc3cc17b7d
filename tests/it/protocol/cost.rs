//! What a request cost, where the operator wants to see it.

use super::{entries::organization_at, fyr::Fyr};

#[test]
fn the_cost_is_told_only_when_it_is_switched_on() {
    let silent = Fyr::with(|settings| settings.cost_headers = false);
    for reply in [silent.get("/metadata"), silent.get("/Organization/nobody")] {
        assert_eq!(reply.header("x-fyr-cost"), None);
        assert_eq!(reply.header("server-timing"), None);
    }
    let open = Fyr::with(|settings| settings.cost_headers = true);
    for reply in [open.get("/metadata"), open.get("/Organization/nobody")] {
        assert!(reply.header("x-fyr-cost").is_some());
        assert!(reply.header("server-timing").is_some());
    }
}

#[test]
fn a_read_is_one_round_trip_and_writes_nothing() {
    let fyr = Fyr::new();
    fyr.put("/Organization/1", &organization_at("1", "A"))
        .expect(201);
    let cost = |path: &str| fyr.get(path).header("x-fyr-cost").unwrap().to_owned();
    assert_eq!(cost("/metadata"), "requests=0; rru=0; wru=0; round-trips=0");
    assert_eq!(
        cost("/Organization/1"),
        "requests=1; rru=1; wru=0; round-trips=1"
    );
}

#[test]
fn a_write_costs_more_than_what_it_refuses() {
    let fyr = Fyr::new();
    let wrote = |reply: &super::reply::Reply| {
        let cost = reply.header("x-fyr-cost").unwrap();
        !cost.contains("wru=0;")
    };
    assert!(wrote(
        &fyr.put("/Organization/1", &organization_at("1", "A"))
            .expect(201)
    ));
    assert!(!wrote(
        &fyr.put("/Organization/1", &organization_at("1", "A"))
            .expect(200)
    ));
    assert!(!wrote(
        &fyr.put("/Organization/1", &organization_at("2", "A"))
            .expect(400)
    ));
}
