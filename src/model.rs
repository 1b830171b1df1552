//! Domain types and decisions, without I/O, clock, runtime or window.

pub mod accounts;
pub mod asset;
pub mod asset_check;
pub mod asset_deletion;
pub mod batch;
pub mod calendar;
pub mod cell_escaping;
pub mod cost;
pub mod export_record;
pub mod fault;
pub mod key;
pub mod media;
pub mod plan;
pub mod relocation;
pub mod retry;
pub mod set_aside;
pub mod snapshot;
pub mod terminal;
pub mod throughput;
pub mod upload;
pub mod upload_facts;
pub mod version;
