//! `$reindex`: index entries as today's rules have them, for everything.

pub(super) mod client;
mod interrupted;
mod kick_off;
mod parameters;
mod status;
mod work;
