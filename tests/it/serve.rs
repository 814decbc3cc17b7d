//! `fyr serve` as a process: how it starts, stops, and what it keeps when it is killed.

mod client;
mod kill;
mod outside;
mod process;
mod start;
mod stop;
