//! Widgets shared by the screens.

pub mod batch_header;
pub mod button;
pub mod card;
pub mod check;
pub mod finished;
pub mod list_item;
pub mod logo;
pub mod menu;
pub mod row;
pub mod text;
