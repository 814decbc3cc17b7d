//! The REST API, request by request: the whole server in this process, over simulated tables.

mod entries;
mod fyr;
mod reply;
