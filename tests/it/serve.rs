//! `fyr serve` as a process: how it starts, stops, and what it keeps when it is killed; and
//! the commands that bring files in and out.

mod client;
mod export;
mod files;
mod health;
mod import;
mod kill;
mod limits;
mod outside;
mod process;
mod reindex;
mod start;
mod stop;
mod tenants;
mod tokens;

pub(crate) use process::run;
