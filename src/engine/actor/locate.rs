//! Continues a row with a missing file at the path the user chose.

use std::path::PathBuf;
use std::time::Duration;

use super::Actor;
use super::duplicates::{PendingHash, Unhashed};
use super::message::ActorMessage;
use crate::api::Service;
use crate::engine::Notice;
use crate::engine::blocking_io::no_answer;
use crate::engine::files::{self, CanonicalPath, CheckedFile};
use crate::model::asset::ContentHash;
use crate::model::media::Rejection;
use crate::model::relocation::{RelocationError, compare, may_be_elsewhere};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Media};

/// Cause reported when a file changes while it is compared.
const CHANGED: &str = "it changed while it was read";

pub(in crate::engine) struct Chosen {
    path: PathBuf,
    /// Its canonical path, if it could be resolved.
    identity: Option<CanonicalPath>,
    outcome: Result<(Media, Option<ContentHash>), Rejection>,
}

impl<S: Service> Actor<S> {
    /// Checks the chosen file on a thread; hashes it if only its content identifies it.
    pub(super) fn locate(&mut self, id: ItemId, path: PathBuf) {
        let Some(item) = self.items.get(&id) else {
            return;
        };
        if !may_be_elsewhere(&item.upload.state) {
            return;
        }
        let size = item.upload.size();
        let by_content = item.content.is_some();
        let check_file = match self.goes_as_named(item) {
            true => files::check_as_named,
            false => files::check,
        };
        let (messages, stall) = (self.messages.clone(), self.options.policy.stall);
        self.background_tasks.spawn(async move {
            let to_check = path.clone();
            let check = tokio::task::spawn_blocking(move || {
                let identity = files::identity(&to_check);
                (identity, check_file(&to_check))
            });
            // The thread of an unresponsive drive is abandoned.
            let (identity, outcome) = match tokio::time::timeout(stall, check).await {
                Ok(Ok((identity, Ok(checked)))) => {
                    let is_read = by_content && checked.stamp.size == size;
                    let outcome = found(path.clone(), checked, is_read, stall).await;
                    (Some(identity), outcome)
                }
                Ok(Ok((_, Err(rejection)))) => (None, Err(rejection)),
                // The runtime is shutting down.
                Ok(Err(_)) => return,
                Err(_) => (None, Err(no_answer())),
            };
            let chosen = Chosen {
                path,
                identity,
                outcome,
            };
            let _ = messages.send(ActorMessage::Chosen(id, chosen));
        });
    }

    /// Goes on with the chosen file, or reports why not; journals its path with the new state.
    pub(super) fn chosen(&mut self, id: ItemId, chosen: Chosen) {
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        if !may_be_elsewhere(&item.upload.state) {
            // The row went on meanwhile.
            return;
        }
        let identity = chosen.identity.as_ref();
        let row = identity.and_then(|identity| self.by_path.get(identity));
        let verdict = match chosen.outcome {
            _ if row.is_some_and(|row| *row != id) => Err(RelocationError::InTheList),
            Err(rejection) => Err(RelocationError::Refused(rejection)),
            Ok((media, content)) => compare(item.upload.media, item.content, media, content),
        };
        if let Err(misfit) = verdict {
            tracing::info!(item = id.0, ?misfit, "the file that was chosen is another");
            let notice = Notice::NotLocated(chosen.path, misfit);
            self.outbox.notices.push(notice);
            return;
        }
        item.move_to(chosen.path);
        self.by_path.retain(|_, row| *row != id);
        self.by_path
            .extend(chosen.identity.map(|identity| (identity, id)));
        self.apply(id, Event::Located);
    }
}

/// Returns the checked file, with its hash if required.
async fn found(
    path: PathBuf,
    checked: CheckedFile,
    is_read: bool,
    stall: Duration,
) -> Result<(Media, Option<ContentHash>), Rejection> {
    let media = Media {
        stamp: checked.stamp,
        kind: checked.accepted.kind,
        note: checked.accepted.note,
    };
    if !is_read {
        return Ok((media, None));
    }
    match PendingHash::at(path, checked.stamp)
        .fingerprint(stall)
        .await
    {
        Ok(content) => Ok((media, Some(content))),
        Err(Unhashed::Silent) => Err(no_answer()),
        Err(Unhashed::Fault(fault)) => {
            let cause = fault.diagnostics.causes.into_iter().next();
            Err(Rejection::Unreadable {
                cause: cause.unwrap_or_else(|| CHANGED.to_owned()),
            })
        }
    }
}
