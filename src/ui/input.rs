//! Input from outside: dropped files, pasted text, shortcuts.

use std::path::PathBuf;

use egui::{Context, Event, KeyboardShortcut, Modifiers, Popup};

use super::clipboard::Paste;
use super::screens::uploads::ListView;
use crate::app::command::{
    self, BatchCommand, BulkAction, CursorMove, EntryId, Shortcut, UiCommand,
};
use crate::app::state::App;

/// Reads this frame's input.
pub fn read(
    ctx: &Context,
    app: &App,
    view: &ListView,
    paste: &mut Paste,
    out: &mut Vec<UiCommand>,
) {
    let pasted = ctx.input(|input| paste.read(&input.events));
    let dropped: Vec<PathBuf> = ctx.input(|input| {
        let files = input.raw.dropped_files.iter();
        files.map(|file| file.path().to_path_buf()).collect()
    });
    if !dropped.is_empty() {
        out.push(UiCommand::Add(dropped));
    }
    // An open menu or dialog takes all keys.
    if app.dialog().is_some() || Popup::is_any_open(ctx) {
        return;
    }
    if ctx.text_edit_focused() {
        press(ctx, [UiCommand::ShowShortcuts], out);
        return;
    }
    let selected = !app.list().selected().is_empty();
    // Longer combinations first: egui's shorter ones would match them too.
    press(
        ctx,
        [
            UiCommand::ChooseFolder,
            UiCommand::ChooseFiles,
            UiCommand::Upload,
            UiCommand::SelectAll,
            UiCommand::OpenSettings,
            UiCommand::ShowShortcuts,
        ],
        out,
    );
    if !app.snapshot().rows.is_empty() {
        press(ctx, [UiCommand::Find], out);
    }
    if app.can_undo() {
        press(ctx, [UiCommand::UndoRemove], out);
    }
    if selected {
        let commands = [
            UiCommand::Selected(BulkAction::Remove),
            UiCommand::SelectNone,
        ];
        press(ctx, commands, out);
    }
    in_list(ctx, view, out);
    if selected && ctx.input(|input| input.events.contains(&Event::Copy)) {
        out.push(UiCommand::CopySelected);
    }
    out.extend(pasted.map(UiCommand::Paste));
}

/// Handles list keys while a row or header, or nothing, has the focus.
fn in_list(ctx: &Context, view: &ListView, out: &mut Vec<UiCommand>) {
    if view.focused.is_none() && ctx.memory(|memory| memory.focused().is_some()) {
        return;
    }
    if let Some(entry) = view.entry() {
        press(ctx, [UiCommand::RowMenu(entry)], out);
        if ctx.input_mut(|input| input.consume_key(Modifiers::NONE, egui::Key::Menu)) {
            out.push(UiCommand::RowMenu(entry));
        }
    }
    match view.focused {
        Some(EntryId::Row(row)) => press(ctx, [UiCommand::Toggle(row)], out),
        Some(EntryId::Header(batch)) => {
            let fold = [BatchCommand::Fold, BatchCommand::Unfold];
            press(
                ctx,
                fold.map(|command| UiCommand::Batch(command, batch)),
                out,
            );
        }
        None => {}
    }
    // With Shift first: the plain key would match it too.
    for extend in [true, false] {
        let steps = CursorMove::EACH.map(|step| UiCommand::Move {
            step,
            extend,
            from: view.focused,
            page: view.page,
        });
        press(ctx, steps, out);
    }
}

fn press<const N: usize>(ctx: &Context, commands: [UiCommand; N], out: &mut Vec<UiCommand>) {
    ctx.input_mut(|input| {
        for command in commands {
            let pressed = |shortcut| input.consume_shortcut(&keys(shortcut));
            if command.entry().shortcut.is_some_and(pressed) {
                out.push(command);
            }
        }
    });
}

/// Converts a shortcut to egui's type.
fn keys(shortcut: Shortcut) -> KeyboardShortcut {
    let mut modifiers = Modifiers::NONE;
    if shortcut.command {
        modifiers |= Modifiers::COMMAND;
    }
    if shortcut.shift {
        modifiers |= Modifiers::SHIFT;
    }
    let key = match shortcut.key {
        command::Key::A => egui::Key::A,
        command::Key::C => egui::Key::C,
        command::Key::F => egui::Key::F,
        command::Key::O => egui::Key::O,
        command::Key::V => egui::Key::V,
        command::Key::Z => egui::Key::Z,
        command::Key::F1 => egui::Key::F1,
        command::Key::F10 => egui::Key::F10,
        command::Key::Comma => egui::Key::Comma,
        command::Key::Enter => egui::Key::Enter,
        command::Key::Delete => egui::Key::Delete,
        command::Key::Escape => egui::Key::Escape,
        command::Key::Space => egui::Key::Space,
        command::Key::Left => egui::Key::ArrowLeft,
        command::Key::Right => egui::Key::ArrowRight,
        command::Key::Up => egui::Key::ArrowUp,
        command::Key::Down => egui::Key::ArrowDown,
        command::Key::PageUp => egui::Key::PageUp,
        command::Key::PageDown => egui::Key::PageDown,
        command::Key::Home => egui::Key::Home,
        command::Key::End => egui::Key::End,
    };
    KeyboardShortcut::new(modifiers, key)
}
