//! One integration binary.
mod layers;
