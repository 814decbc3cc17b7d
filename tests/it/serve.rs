//! `fyr serve` as a process: how it starts, stops, and what it keeps when it is killed; and
//! the commands that bring files in and out.

mod client;
mod export;
mod files;
mod health;
mod import;
mod kill;
mod large_kill;
mod limits;
mod outside;
mod overlap;
mod polling;
mod process;
mod reindex;
mod start;
mod stop;
mod tenants;
mod tokens;

pub(crate) use process::run;

/// A size that the environment chooses: what every run does is small, the full size takes long.
#[expect(
    clippy::disallowed_methods,
    reason = "how long the tests run is chosen by the environment"
)]
fn chosen(variable: &str, otherwise: usize) -> usize {
    let given = std::env::var(variable).ok();
    given.map_or(otherwise, |text| text.parse().unwrap())
}
