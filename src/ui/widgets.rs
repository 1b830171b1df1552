//! Widgets shared by the screens.

pub mod button;
pub mod card;
pub mod check;
pub mod mark;
pub mod menu;
pub mod row;
pub mod text;
