//! `$export`, from the kick-off to the end of the files.

mod binary;
mod chain;
mod changes;
mod client;
mod costs;
mod files;
mod interrupted;
mod kick_off;
mod owner;
mod retention;
mod schedule;
mod status;
