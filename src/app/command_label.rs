//! Labels, tooltips and shortcuts of all commands in one table. Texts are in
//! [`super::wording::command`].

use super::command::{
    BatchCommand, BulkAction, CursorMove, EntryId, Group, Key, RowCommand, Shortcut, UiCommand,
};
use super::wording::command::{self as words, Words};
use crate::model::snapshot::ItemId;
use crate::text::messages::command as say;

/// A command's label, tooltip and shortcut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandLabel {
    /// Text of its button.
    pub label: &'static str,
    /// Tooltip.
    pub tooltip: &'static str,
    /// Shortcut, if any.
    pub shortcut: Option<Shortcut>,
}

impl CommandLabel {
    fn of((label, tooltip): Words) -> Self {
        Self {
            label,
            tooltip,
            shortcut: None,
        }
    }

    /// Returns the tooltip with the shortcut, if any.
    pub fn hint(&self) -> String {
        match self.shortcut {
            Some(shortcut) => say::with_shortcut(self.tooltip, &shortcut.text()),
            None => self.tooltip.to_owned(),
        }
    }
}

impl RowCommand {
    /// Returns the command's table entry.
    pub fn entry(self) -> CommandLabel {
        CommandLabel::of(words::row(self))
    }
}

impl UiCommand {
    /// Returns every command with a shortcut, grouped and ordered as the shortcut list shows them.
    pub fn with_shortcuts() -> Vec<(Group, Vec<Self>)> {
        let mut list = Vec::from(CursorMove::EACH.map(|step| Self::Move {
            step,
            extend: false,
            from: None,
            page: 0,
        }));
        list.extend([
            Self::Toggle(ItemId(0)),
            Self::RowMenu(EntryId::Row(ItemId(0))),
            Self::Batch(BatchCommand::Fold, None),
            Self::Batch(BatchCommand::Unfold, None),
            Self::Batch(BatchCommand::Rename, None),
            Self::SelectAll,
            Self::SelectNone,
            Self::Find,
        ]);
        vec![
            (
                Group::Files,
                vec![
                    Self::ChooseFiles,
                    Self::ChooseFolder,
                    Self::Paste(String::new()),
                    Self::Upload,
                ],
            ),
            (Group::List, list),
            (
                Group::Selection,
                vec![
                    Self::CopySelected,
                    Self::Selected(BulkAction::Remove),
                    Self::UndoRemove,
                ],
            ),
            (Group::Window, vec![Self::OpenSettings, Self::ShowShortcuts]),
        ]
    }

    /// Returns the command's table entry.
    pub fn entry(&self) -> CommandLabel {
        CommandLabel {
            shortcut: self.shortcut(),
            ..CommandLabel::of(words::window(self))
        }
    }

    fn shortcut(&self) -> Option<Shortcut> {
        Some(match self {
            Self::ChooseFiles => Shortcut::command(Key::O),
            Self::ChooseFolder => Shortcut::command(Key::O).and_shift(true),
            Self::Paste(_) => Shortcut::command(Key::V),
            Self::Upload => Shortcut::command(Key::Enter),
            Self::UndoRemove => Shortcut::command(Key::Z),
            Self::Move { step, extend, .. } => step.shortcut().and_shift(*extend),
            Self::Toggle(_) => Shortcut::plain(Key::Space),
            Self::RowMenu(_) => Shortcut::plain(Key::F10).and_shift(true),
            Self::Batch(BatchCommand::Fold, _) | Self::GoToHeader(_) => Shortcut::plain(Key::Left),
            Self::Batch(BatchCommand::Unfold, _) => Shortcut::plain(Key::Right),
            Self::Batch(BatchCommand::Rename, _) => Shortcut::plain(Key::F2),
            Self::SelectAll => Shortcut::command(Key::A),
            Self::SelectNone | Self::CloseDialog => Shortcut::plain(Key::Escape),
            Self::CopySelected => Shortcut::command(Key::C),
            Self::Selected(BulkAction::Remove) => Shortcut::plain(Key::Delete),
            Self::Find => Shortcut::command(Key::F),
            Self::OpenSettings => Shortcut::command(Key::Comma),
            Self::ShowShortcuts => Shortcut::plain(Key::F1),
            _ => return None,
        })
    }
}

impl CursorMove {
    /// Returns its key.
    pub fn shortcut(self) -> Shortcut {
        Shortcut::plain(match self {
            Self::Up => Key::Up,
            Self::Down => Key::Down,
            Self::PageUp => Key::PageUp,
            Self::PageDown => Key::PageDown,
            Self::Home => Key::Home,
            Self::End => Key::End,
        })
    }
}

impl Shortcut {
    /// Returns its notation: "Ctrl+O", or "⌘O" on macOS.
    pub fn text(self) -> String {
        // Each system's own order.
        let modifiers = if cfg!(target_os = "macos") {
            [(self.shift, "⇧"), (self.command, "⌘")]
        } else {
            [
                (self.command, say::key_ctrl()),
                (self.shift, say::key_shift()),
            ]
        };
        let held = modifiers.iter().filter(|(held, _)| *held);
        held.map(|(_, name)| *name).collect::<String>() + words::key(self.key)
    }
}

#[cfg(test)]
mod tests;
