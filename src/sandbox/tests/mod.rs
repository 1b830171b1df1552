//! The server, driven by requests written by hand.
