//! Input from outside: dropped files, pasted text, shortcuts.

use std::path::PathBuf;

use egui::{Context, Event, KeyboardShortcut, Modifiers, Popup};

use super::clipboard::Paste;
use super::screens::library::AssetsView;
use super::screens::uploads::ListView;
use crate::app::command::{
    self, BatchCommand, BulkAction, CursorMove, EntryId, Page, Pick, Shortcut, UiCommand,
};
use crate::app::library::command::{AssetCommand, LibraryCommand};
use crate::app::state::App;
use crate::model::snapshot::ItemId;

/// Reads this frame's input.
pub fn read(
    ctx: &Context,
    app: &App,
    (view, assets): (&ListView, &AssetsView),
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
    let in_library = app.page() == Page::Library;
    let selected = match in_library {
        true => !app.library().selection().is_empty(),
        false => !app.list().selected().is_empty(),
    };
    // Longer combinations first: egui's shorter ones would match them too.
    press(
        ctx,
        [
            UiCommand::ChooseFolder,
            UiCommand::ChooseFiles,
            UiCommand::SelectAll,
            UiCommand::OpenSettings,
            UiCommand::ShowShortcuts,
        ],
        out,
    );
    if !in_library {
        press(ctx, [UiCommand::Upload], out);
    }
    if in_library || !app.snapshot().rows.is_empty() {
        press(ctx, [UiCommand::Find], out);
    }
    if !in_library && app.can_undo() {
        press(ctx, [UiCommand::UndoRemove], out);
    }
    if selected {
        let commands = [
            UiCommand::Selected(BulkAction::Remove),
            UiCommand::SelectNone,
        ];
        press(ctx, commands, out);
    }
    if in_library {
        in_assets(ctx, assets, out);
    } else {
        in_list(ctx, view, out);
    }
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
    if let Some(entry) = view.entry()
        && opens_menu(ctx)
    {
        out.push(UiCommand::RowMenu(entry));
    }
    match view.focused {
        Some(EntryId::Row(row)) => press(ctx, [UiCommand::Toggle(row)], out),
        Some(EntryId::Header(batch)) => {
            let fold = [BatchCommand::Fold, BatchCommand::Unfold];
            let fold = fold.map(|command| UiCommand::Batch(command, batch));
            press(ctx, fold, out);
        }
        None => {}
    }
    out.extend(moves(ctx).map(|(step, extend)| UiCommand::Move {
        step,
        extend,
        from: view.focused,
        page: view.page,
    }));
}

/// Handles the keys of the Library's list while a row, or nothing, has the focus.
fn in_assets(ctx: &Context, view: &AssetsView, out: &mut Vec<UiCommand>) {
    if view.focused.is_none() && ctx.memory(|memory| memory.focused().is_some()) {
        return;
    }
    let mut asked = Vec::new();
    if let Some(row) = view.entry()
        && opens_menu(ctx)
    {
        asked.push(LibraryCommand::Menu(row));
    }
    if let Some(row) = view.focused {
        if pressed(ctx, Shortcut::plain(command::Key::Space)) {
            asked.push(LibraryCommand::Click(row, Pick::Toggle));
        }
        if pressed(ctx, Shortcut::plain(command::Key::Enter)) {
            asked.push(LibraryCommand::Row(AssetCommand::Details, row));
        }
    }
    asked.extend(moves(ctx).map(|(step, extend)| LibraryCommand::Move {
        step,
        extend,
        from: view.focused,
        page: view.page,
    }));
    out.extend(asked.into_iter().map(UiCommand::Library));
}

/// Returns the moves of the cursor that are pressed, with `true` if they extend the selection.
fn moves(ctx: &Context) -> impl Iterator<Item = (CursorMove, bool)> {
    // With Shift first: the plain key would match it too.
    let extend = [true, false].into_iter();
    let moves = extend.flat_map(|extend| CursorMove::EACH.map(|step| (step, extend)));
    moves.filter(|(step, extend)| pressed(ctx, step.shortcut().and_shift(*extend)))
}

/// Returns `true` if the menu of the focused row or header is to open.
fn opens_menu(ctx: &Context) -> bool {
    let shortcut = UiCommand::RowMenu(EntryId::Row(ItemId(0))).entry().shortcut;
    shortcut.is_some_and(|it| pressed(ctx, it))
        || ctx.input_mut(|input| input.consume_key(Modifiers::NONE, egui::Key::Menu))
}

fn press<const N: usize>(ctx: &Context, commands: [UiCommand; N], out: &mut Vec<UiCommand>) {
    out.extend(commands.into_iter().filter(|command| {
        let shortcut = command.entry().shortcut;
        shortcut.is_some_and(|it| pressed(ctx, it))
    }));
}

fn pressed(ctx: &Context, shortcut: Shortcut) -> bool {
    ctx.input_mut(|input| input.consume_shortcut(&keys(shortcut)))
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
