//! Consequences of a turn: reported and begun once its commit was tried.

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use tokio::sync::oneshot;

use super::command::Notice;
use super::lifecycle::LifecycleRecord;
use super::tasks::{AddedPaths, FileToLocate};
use crate::model::asset::AssetId;
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::snapshot::ItemId;
use crate::model::upload::Effect;

/// Work that begins after the commit.
pub(super) enum Work {
    Upload(ItemId, Effect),
    /// Lets a transfer start, once the commit of its id was tried.
    Acknowledge(oneshot::Sender<()>),
    /// Lets the end of a body go out, once the commit of that was tried.
    Release(ItemId),
    Walk(AddedPaths),
    ResolvePaths(Vec<(ItemId, PathBuf)>),
    RetryIntake,
    Locate(ItemId, FileToLocate),
    /// Ask for the assets that may have a row's content.
    ConfirmAsset {
        item: ItemId,
        attempt: u32,
        candidates: Vec<AssetId>,
    },
    /// Check the current key: in its turn, or at once in spite of a rate-limit hold.
    CheckKey {
        is_probe: bool,
    },
    /// Check a key before it comes into use.
    TestKey(ApiKey, oneshot::Sender<Result<(), Fault>>),
}

/// Consequences of a turn, in their order.
#[derive(Default)]
pub(super) struct Outbox {
    work: Vec<Work>,
    lifecycle: Vec<LifecycleRecord>,
    notices: Vec<Notice>,
}

impl Outbox {
    pub fn start(&mut self, work: Work) {
        self.work.push(work);
    }

    pub fn start_effects(&mut self, id: ItemId, effects: Vec<Effect>) {
        // Records are staged with the transition.
        let effects = effects.into_iter();
        let effects = effects.filter(|effect| !matches!(effect, Effect::Record { .. }));
        self.work
            .extend(effects.map(|effect| Work::Upload(id, effect)));
    }

    pub fn follow(&mut self, record: LifecycleRecord) {
        self.lifecycle.push(record);
    }

    pub fn notify(&mut self, notice: Notice) {
        self.notices.push(notice);
    }

    pub fn take_work(&mut self) -> Vec<Work> {
        std::mem::take(&mut self.work)
    }

    pub fn take_lifecycle(&mut self) -> Vec<LifecycleRecord> {
        std::mem::take(&mut self.lifecycle)
    }

    pub fn take_notices(&mut self) -> Vec<Notice> {
        std::mem::take(&mut self.notices)
    }
}
