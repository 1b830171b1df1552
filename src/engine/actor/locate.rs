//! Continues a row with a missing file at the path the user chose.

use std::path::PathBuf;

use super::Actor;
use crate::api::Service;
use crate::engine::Notice;
use crate::engine::outbox::Work;
use crate::engine::tasks::{FileToLocate, LocatedFile};
use crate::model::relocation::{RelocationError, compare, may_be_elsewhere};
use crate::model::snapshot::ItemId;
use crate::model::upload::Event;

impl<S: Service> Actor<S> {
    /// Has the chosen file checked, and hashed if only its content identifies it.
    pub(super) fn locate(&mut self, id: ItemId, path: PathBuf) {
        let Some(item) = self.queue.get(id) else {
            return;
        };
        if may_be_elsewhere(&item.upload().state) {
            let file = FileToLocate {
                path,
                hash_if_size: item.content.hash().map(|_| item.upload().size()),
                as_named: self.goes_as_named(item),
            };
            self.outbox.start(Work::Locate(id, file));
        }
    }

    /// Goes on with the chosen file, or reports why not; journals its path with the new state.
    pub(super) fn on_located(&mut self, id: ItemId, located: LocatedFile) {
        let Some(item) = self.queue.get(id) else {
            return;
        };
        if !may_be_elsewhere(&item.upload().state) {
            // The row went on meanwhile.
            return;
        }
        let identity = located.identity.as_ref();
        let row = identity.and_then(|identity| self.queue.at_path(identity));
        let verdict = match located.outcome {
            _ if row.is_some_and(|row| row.id != id) => Err(RelocationError::InTheList),
            Err(rejection) => Err(RelocationError::Refused(rejection)),
            Ok((media, content)) => {
                compare(item.upload().media, item.content.hash(), media, content)
            }
        };
        if let Err(misfit) = verdict {
            tracing::info!(item = id.0, ?misfit, "the file that was chosen is another");
            let notice = Notice::NotLocated(located.path, misfit);
            self.outbox.notify(notice);
            return;
        }
        if let Some(item) = self.queue.get_mut(id) {
            item.move_to(located.path);
        }
        self.queue.set_identity(id, located.identity);
        self.apply(id, Event::Located);
    }
}
