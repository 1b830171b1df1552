//! Commands on the whole selection.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::App;
use crate::app::command::{BulkAction, ExportFormat};
use crate::app::dialog::{Cancel, Dialog, Pause};
use crate::app::effect::WindowEffect;
use crate::app::wording::selection as words;
use crate::app::{export, rows};
use crate::engine::Command;
use crate::model::snapshot::{DuplicateStage, ItemId, Row, Status};

/// Bytes whose loss is worth a question before pausing: half a minute at 13 Mbit/s.
const WORTH_ASKING: u64 = 50_000_000;

impl App {
    /// Applies the action to every selected row that allows it.
    pub(super) fn selected(&mut self, many: BulkAction, now: Instant) {
        let selected = self.list().selected_rows();
        let ids: Vec<ItemId> = selected
            .filter(|row| rows::fits(row, many) || many == BulkAction::Upload && is_found(row))
            .map(|row| row.id)
            .collect();
        let left = self.list().selected().len() - ids.len();
        if ids.is_empty() {
            if many == BulkAction::Remove && !self.list().selected().is_empty() {
                self.feedback.say(words::not_removable(), None, now);
            }
            return;
        }
        match many {
            BulkAction::Upload => self.with_key(Command::StartItems(ids)),
            BulkAction::GetIds => self.with_key(Command::TakeIds(ids)),
            BulkAction::Pause => self.pause(Some(&ids)),
            BulkAction::Resume => self.engines.send(Command::ResumeItems(ids)),
            BulkAction::Retry => self.engines.send(Command::Retry(ids)),
            BulkAction::SendFirst => self.engines.send(Command::SendFirst(ids)),
            BulkAction::Cancel => self.cancel(&ids),
            BulkAction::Remove => self.remove(ids, left, now),
        }
    }

    /// Cancels these rows. Asks first if sent bytes would be lost or there are several, since
    /// cancelling can't be undone.
    pub(super) fn cancel(&mut self, ids: &[ItemId]) {
        let wanted: HashSet<ItemId> = ids.iter().copied().collect();
        let rows = self.snapshot().rows.iter();
        let losing: Vec<&Arc<Row>> = rows
            .filter(|row| wanted.contains(&row.id) && rows::cancel_loses_work(row))
            .collect();
        let (sent, total) = sent(&losing);
        if losing.is_empty() && ids.len() < 2 || !self.settings.values().confirmations {
            self.engines.send(Command::Cancel(ids.to_vec()));
            return;
        }
        let name = match ids {
            [one] => self.row(*one).map(|row| row.name.clone()),
            _ => None,
        };
        self.dialog = Some(Dialog::Cancel(Cancel {
            ids: ids.into(),
            name,
            losing: losing.len(),
            sent,
            total,
        }));
    }

    /// Returns `true` if discarding interrupted uploads needs a question: there are several, or
    /// sent bytes would be lost.
    pub(super) fn asks_before_discarding(&self) -> bool {
        let mut rows = self.snapshot().rows.iter();
        self.settings.values().confirmations
            && (self.snapshot().interrupted > 1
                || rows.any(|row| row.interrupted && rows::cancel_loses_work(row)))
    }

    /// Pauses these rows, or all. Asks first if much was sent of uploads that restart from their
    /// first byte.
    pub(super) fn pause(&mut self, ids: Option<&[ItemId]>) {
        let wanted: Option<HashSet<ItemId>> = ids.map(|ids| ids.iter().copied().collect());
        let is_wanted = |row: &Row| wanted.as_ref().is_none_or(|ids| ids.contains(&row.id));
        let rows = self.snapshot().rows.iter();
        let losing: Vec<&Arc<Row>> = rows
            .filter(|row| is_wanted(row) && rows::pause_loses_work(row))
            .collect();
        let (sent, total) = sent(&losing);
        let name = match losing.as_slice() {
            [row] => Some(row.name.clone()),
            _ => None,
        };
        let pause = Pause {
            ids: ids.map(Arc::from),
            name,
            losing: losing.len(),
            sent,
            total,
        };
        if sent >= WORTH_ASKING && self.settings.values().confirmations {
            self.dialog = Some(Dialog::Pause(pause));
        } else {
            self.pause_now(&pause);
        }
    }

    /// Pauses without asking.
    pub(super) fn pause_now(&mut self, pause: &Pause) {
        self.engines.send(match &pause.ids {
            Some(ids) => Command::PauseItems(ids.to_vec()),
            None => Command::Pause,
        });
    }

    /// Copies the ids of the selected rows.
    pub(super) fn copy_selected(&mut self, format: ExportFormat, now: Instant) {
        let rows: Vec<Arc<Row>> = self.list().selected_rows().cloned().collect();
        let ids = export::ids(&rows);
        if ids.is_empty() {
            self.feedback.say(words::no_ids(), None, now);
            return;
        }
        let not_ready = ids.iter().filter(|(_, is_ready)| !is_ready).count();
        let without = rows.iter().filter(|row| rows::id_to_copy(row).is_none());
        let said = words::copied(ids.len(), not_ready, without.count());
        let text = export::copied(&rows, format);
        self.effects.push(WindowEffect::CopyText(text));
        self.feedback.say(said, None, now);
    }
}

/// Returns `true` for a duplicate that is not started; it gets its id along with the uploads.
fn is_found(row: &Row) -> bool {
    matches!(
        row.status,
        Status::FoundDuplicate(DuplicateStage::Before | DuplicateStage::Known)
    )
}

/// Returns bytes sent and total bytes of these rows. Bytes sent by an earlier run are unknown.
fn sent(rows: &[&Arc<Row>]) -> (u64, u64) {
    let transfers = rows.iter().filter_map(|row| row.transfer);
    transfers.fold((0, 0), |(sent, total), transfer| {
        (sent + transfer.sent, total + transfer.total)
    })
}
