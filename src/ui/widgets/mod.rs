//! The parts that screens are made of.

pub mod button;
pub mod card;
pub mod row;
pub mod text;
