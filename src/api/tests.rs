//! Shared by the tests of this layer.

pub(super) mod wire_server;
