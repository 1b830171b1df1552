//! The parts that screens are made of.

pub mod button;
pub mod card;
pub mod check;
pub mod mark;
pub mod menu;
pub mod row;
pub mod text;
