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

fn requests(reply: &super::reply::Reply) -> u32 {
    let cost = reply.header("x-fyr-cost").unwrap();
    let first = cost.strip_prefix("requests=").unwrap();
    first.split(';').next().unwrap().parse().unwrap()
}

#[test]
fn what_was_read_ahead_is_not_read_by_the_first_request() {
    let fyr = Fyr::new();
    fyr.created(&organization_at("1", "A"));
    let search = "/Organization?identifier=1";
    let (unprepared, prepared) = (fyr.restarted(), fyr.restarted());
    futures::executor::block_on(prepared.servers().look_ahead());
    let (first, second) = (unprepared.get(search), unprepared.get(search));
    assert_eq!(requests(&first), requests(&second) + 1);
    assert_eq!(requests(&prepared.get(search)), requests(&second));
}

#[test]
fn a_process_that_cannot_read_ahead_reads_when_it_is_asked() {
    let fyr = Fyr::new();
    fyr.created(&organization_at("1", "A"));
    let next = fyr.restarted();
    next.break_with(|_| Some(store::simulated::Fault::Dropped));
    futures::executor::block_on(next.servers().look_ahead());
    next.repair();
    assert_eq!(
        next.get("/Organization?name=A").expect(200).json["total"],
        1
    );
}

#[test]
fn requests_that_come_at_once_read_the_search_parameters_once() {
    for seed in 1..=20 {
        let fyr = Fyr::new();
        fyr.created(&organization_at("1", "A"));
        let search = "/Organization?identifier=1";
        let one = requests(&fyr.get(search));
        let next = fyr.restarted();
        let asked = (0..10).map(|_| next.ask("GET", search)).collect();
        let all: u32 = next.at_once(seed, asked).iter().map(requests).sum();
        assert_eq!(all, 10 * one + 1, "seed {seed}");
    }
}

#[test]
fn who_waited_in_vain_for_the_search_parameters_reads_them_beside_the_others() {
    for seed in 1..=20 {
        let fyr = Fyr::new();
        fyr.created(&organization_at("1", "A"));
        let next = fyr.restarted();
        let mut first = true;
        next.break_with(move |_| {
            let is_first = std::mem::take(&mut first);
            is_first.then_some(store::simulated::Fault::Dropped)
        });
        let asked = (0..10).map(|_| next.ask("GET", "/Organization?identifier=1"));
        let replies = next.at_once(seed, asked.collect());
        let found = replies.iter().filter(|reply| reply.status == 200);
        assert!(found.count() >= 9, "seed {seed}");
    }
}
