//! Widgets shared by the screens.

pub mod button;
pub mod card;
pub mod check;
pub mod logo;
pub mod menu;
pub mod row;
pub mod text;
