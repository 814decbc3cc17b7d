//! `$reindex`: index entries as today's rules have them, for everything.

mod client;
mod interrupted;
mod kick_off;
mod status;
mod work;
