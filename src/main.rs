//! Arguments, logging, wiring; nothing else.

fn main() {}
