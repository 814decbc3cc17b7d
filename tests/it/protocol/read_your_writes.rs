//! A search right after a write: it never misses what was written, and never shows what was not.

use futures::{FutureExt, future::BoxFuture};
use serde_json::json;

use super::{
    found::{matches, organization},
    fyr::Fyr,
};

const CLIENTS: usize = 8;
const ROUNDS: usize = 125;

#[test]
fn a_thousand_searches_right_after_a_write_find_it_while_others_write() {
    let fyr = Fyr::new();
    let clients: Vec<BoxFuture<'_, ()>> = (0..CLIENTS)
        .map(|client| client_of(&fyr, client).boxed())
        .collect();
    fyr.run_at_once(7, clients);
}

/// Writes and searches; now and then looks at all, and deletes.
async fn client_of(fyr: &Fyr, client: usize) {
    let search = async |name: &str| {
        let query = format!("/Organization?name:exact={}", name.replace(' ', "%20"));
        matches(&fyr.ask("GET", &query).reply().await)
    };
    let mut last = "nobody".to_owned();
    for round in 0..ROUNDS {
        let id = format!("c{client}-{}", round % 5);
        let path = format!("/Organization/{id}");
        let name = format!("Ward of {client} in {round}");
        let members = json!({"name": name, "partOf": {"reference": "Organization/top"}});
        let put = fyr.ask("PUT", &path).json(&organization(&id, members));
        assert!(put.reply().await.status < 300);
        assert_eq!(search(&name).await, [id.as_str()]);
        if round % 5 == 4 {
            // what this one was called five rounds before
            assert_eq!(search(&last).await, [""; 0], "no former version");
            last = name;
        }
        if round % 25 == 24 {
            let path = "/Organization?partof=top&_count=1000";
            let children = fyr.ask("GET", path).reply().await;
            assert!(matches(&children).contains(&id));
        }
        if round % 25 == 13 {
            fyr.ask("DELETE", &path).reply().await;
            let name = format!("Ward of {client} in {round}");
            assert_eq!(search(&name).await, [""; 0], "nothing deleted");
        }
    }
}
