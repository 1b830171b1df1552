//! Input of each frame: what the drawing code tells, snapshots, notices, results.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::App;
use crate::app::banners::Banner;
use crate::app::command::{ExportFormat, UiCommand};
use crate::app::desktop_status::DesktopEvent;
use crate::app::dialog::Dialog;
use crate::app::effect::WindowEffect;
use crate::app::export::{CopiedFile, for_clipboard};
use crate::app::key_flow::KeyEvent;
use crate::app::list_state::AddedFiles;
use crate::app::open_external::OpenEvent;
use crate::app::pickers::Picked;
use crate::app::wording;
use crate::engine::{Command, FinishedCounts, Notice};
use crate::model::relocation::RelocationError;
use crate::store::ForwardedPaths;
use crate::text::messages::{key, window};

impl App {
    pub(crate) fn set_in_front(&mut self, in_front: bool) {
        self.desktop_status.set_in_front(in_front);
    }

    pub(crate) fn hover(&mut self, paths: Vec<PathBuf>) {
        self.drop_preview.hover(paths, &self.wake);
    }

    pub(crate) fn set_page(&mut self, rows: usize) {
        self.list.set_page(rows);
    }

    /// Announces new banners to screen readers.
    pub(crate) fn tell_of(&mut self, banners: &[Banner]) {
        self.feedback.announcer().look_at(banners);
    }

    pub(crate) fn take_effects(&mut self) -> Vec<WindowEffect> {
        std::mem::take(&mut self.effects)
    }

    /// Stops the engines and saves pending settings and an edited note, without waiting.
    pub(crate) fn shut_down(&mut self) {
        self.save_note();
        self.settings.shut_down();
        self.engines.shut_down();
    }

    /// Applies the new snapshot.
    pub(super) fn take_in(&mut self) {
        let snapshot = self.engines.snapshot();
        self.list.list_mut().update(snapshot);
        let refused = self.list().refused_files();
        self.notices.update(snapshot, refused);
    }

    /// Handles everything since the last call: snapshot, notices, results.
    pub(crate) fn tick(&mut self, now: Instant) {
        self.follow_engine(now);
        self.notices.poll(self.engines.snapshot(), now);
        self.tell_desktop();
        while let Some(notice) = self.engines.next_notice() {
            self.notice(notice, now);
        }
        self.arrivals();
        let events = self.key.poll(now);
        self.key_events(events, now);
        if let Some(problem) = self.settings.poll() {
            self.feedback.say(problem, None, now);
        }
        for picked in self.pickers.poll() {
            match picked {
                Picked::Add(paths) => self.add(paths),
                Picked::Import(path) => self.read_import(path),
                Picked::Locate(id, path) => self.engines.send(Command::Locate(id, path)),
                Picked::SaveCopy(path) => self.save_copy(path),
                Picked::OpenCopy(path) => self.choose_copy(path),
                Picked::Set(setting) => self.set(setting),
                Picked::NotSet(why) => {
                    self.settings.refuse(why.to_owned());
                    self.feedback.announcer().message(why);
                }
                Picked::Say(text) => self.feedback.say(text, None, now),
            }
        }
        match self.engines.poll_sandbox() {
            Some(Ok(engine)) => self.enter_sandbox(engine),
            Some(Err(why)) => {
                let said = match why {
                    Some(why) => window::no_sandbox_because(&why),
                    None => window::no_sandbox().to_owned(),
                };
                self.feedback.say(said, None, now);
            }
            None => {}
        }
        match self.opener.poll(self.dialog.as_ref()) {
            Some(OpenEvent::InDialog(said)) => self.feedback.announcer().message(&said),
            Some(OpenEvent::Toast(said, copy)) => self.feedback.say(said, Some(copy), now),
            None => {}
        }
        self.poll_library(now);
        self.poll_backups(now);
        self.feedback.poll(now);
    }

    /// Shows the latest snapshot, if it is new.
    fn follow_engine(&mut self, now: Instant) {
        if let Some(before) = self.engines.poll_snapshot() {
            let after = self.engines.snapshot();
            self.feedback.announcer().compare(&before, after);
            self.take_in();
            self.ask_for_keys_of_others();
            self.show_added(now);
            self.copy_ended_batches(now);
        }
    }

    /// Copies the IDs of batches that have just ended, if the user wants that.
    fn copy_ended_batches(&mut self, now: Instant) {
        let ended = self.finished.take_ended(self.list.list());
        if ended.is_empty() || !self.settings.values().copy_when_done {
            return;
        }
        let list = self.list.list();
        let rows: Vec<_> = ended.iter().flat_map(|it| list.batch_rows(*it)).collect();
        let files: Vec<_> = rows.iter().map(|row| CopiedFile::of_row(row)).collect();
        if let Some(copied) = for_clipboard(&files, ExportFormat::Lines, false) {
            self.finished.note_copied(copied.said.clone());
            self.copy_text(Some(copied), now);
        }
    }

    /// Scrolls the first added row into view, or announces the count.
    fn show_added(&mut self, now: Instant) {
        match self.list.take_added(self.engines.snapshot()) {
            Some(AddedFiles::Shown(first)) => self.effects.push(WindowEffect::Scroll(first)),
            Some(AddedFiles::Counted(files, first)) => {
                let show = UiCommand::ShowAdded(first);
                let said = wording::selection::added(files);
                self.feedback.say(said, Some(show), now);
            }
            None => {}
        }
    }

    fn tell_desktop(&mut self) {
        let here = self.list.moves_bytes(self.engines.snapshot());
        let moving = here || self.engines.moves_bytes_outside();
        let percent = self.snapshot().totals.percent();
        for event in self.desktop_status.poll(moving, percent) {
            match event {
                DesktopEvent::StayAwake(awake) => self.desktop.stay_awake(awake),
                DesktopEvent::Progress(percent) => self.desktop.progress(percent),
                DesktopEvent::Raise => self.effects.push(WindowEffect::Raise),
            }
        }
    }

    /// Adds paths forwarded by later starts of the program.
    fn arrivals(&mut self) {
        while let Some(ForwardedPaths { paths, taken }) = self
            .arrivals
            .as_mut()
            .and_then(|arrivals| arrivals.try_recv().ok())
        {
            if !paths.is_empty() {
                self.begin_intake();
                self.engines.send(Command::AddFromOutside(paths));
            }
            // The other process may have timed out.
            let _ = taken.send(());
            self.effects.push(WindowEffect::Raise);
        }
    }

    fn notice(&mut self, notice: Notice, now: Instant) {
        match notice {
            Notice::QueueFinished(end) => {
                // The notice may be here before the snapshot that it is about.
                self.follow_engine(now);
                let copied = self.finished.take_copied();
                let said = wording::and_copied(wording::uploads_done(&end), copied.as_deref());
                self.feedback.say(said, None, now);
                self.notify_uploads_ended(&end, copied.as_deref());
                self.effects.push(WindowEffect::Attention);
            }
            Notice::Needs(_, fault) => self.notices.block(fault),
            Notice::NotLocated(path, misfit) => {
                let text = wording::misfit(&path, &misfit);
                let is_new = matches!(
                    misfit,
                    RelocationError::OtherSize { .. } | RelocationError::OtherContent
                );
                let add = is_new.then(|| UiCommand::Add(vec![path]));
                self.feedback.say(text, add, now);
            }
            Notice::OtherKeyRejected(account) => {
                let name = wording::account_name(&self.snapshot().accounts, &account);
                self.feedback.say(key::other_rejected(&name), None, now);
            }
            Notice::AlreadyListed(rows) => self.notices.already_listed(rows),
            Notice::NothingFound => {
                self.list.end_intake();
                let said = wording::selection::nothing_added();
                self.feedback.say(said, None, now);
            }
            // Begun by the Library, which shows the progress.
            Notice::AssetsChecked(end) => {
                self.feedback
                    .say(wording::library::checked(&end), None, now);
            }
            Notice::AssetsDeleted(end) => {
                self.feedback.say(wording::deletion::done(&end), None, now);
            }
            Notice::HistorySetAside(set_aside) => self.notices.set_aside(set_aside),
        }
    }

    /// Notifies the user that all uploads have ended, if the window is not in front.
    fn notify_uploads_ended(&self, end: &FinishedCounts, copied: Option<&str>) {
        if self.desktop_status.is_in_background() && self.settings.values().notifications {
            let (title, text) = wording::uploads_ended(end, self.backend());
            let text = wording::and_copied(text, copied);
            let raise = self.desktop_status.on_click(Arc::clone(&self.wake));
            self.desktop.notify(&title, &text, raise);
        }
    }

    /// Handles what follows from the key, which is the account's even during a sandbox.
    pub(super) fn key_events(&mut self, events: Vec<KeyEvent>, now: Instant) {
        for event in events {
            match event {
                KeyEvent::Send(command) => self.engines.account().send(command),
                KeyEvent::Say(text) => self.feedback.say(text, None, now),
                KeyEvent::Remember(keys) => self.settings.remember_keys(keys),
                KeyEvent::CloseDialog => {
                    self.dialog.take_if(|dialog| *dialog == Dialog::Key);
                }
            }
        }
    }
}
