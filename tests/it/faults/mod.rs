//! The rows of the design's fault table, each made to happen on the real wire.

mod account;
mod answers;
mod connection;
mod files;
mod processing;
mod program;
mod watching;
mod window;
