//! Actions that the logic of the window leaves to the drawing code.

use super::command::{EntryId, ThemeChoice};
use crate::model::snapshot::ItemId;

/// Action for the drawing code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowEffect {
    /// Copies this text.
    CopyText(String),
    /// Sets the colours.
    Theme(ThemeChoice),
    /// Scrolls to the row or header and focuses it.
    Reveal(EntryId),
    /// Opens the menu of the row or header for the keyboard.
    Menu(EntryId),
    /// Scrolls to the asset and focuses it.
    RevealAsset(i64),
    /// Opens the asset's menu for the keyboard.
    AssetMenu(i64),
    /// Focuses the search field.
    FocusSearch,
    /// Scrolls to the row without focusing it.
    Scroll(ItemId),
    /// Requests attention if the window is in the background.
    Attention,
    /// Raises the window.
    Raise,
    /// Closes the window.
    Close,
}
