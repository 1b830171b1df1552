//! A file that could not be read where it was, shown by the person where it is now.

use std::path::PathBuf;
use std::time::Duration;

use super::Actor;
use super::duplicates::Unread;
use super::told::Told;
use crate::api::Service;
use crate::engine::Notice;
use crate::engine::intake::{self, Identity, Looked};
use crate::model::asset::ContentHash;
use crate::model::located::{Misfit, compare, may_be_elsewhere};
use crate::model::media::Rejection;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Media};

/// What was found of a file that was chosen for a row.
pub(in crate::engine) struct Chosen {
    path: PathBuf,
    identity: Identity,
    outcome: Result<(Media, Option<ContentHash>), Rejection>,
}

impl<S: Service> Actor<S> {
    /// Looks at the file that was chosen, on a thread for that; reads all of it where only
    /// its content tells whether it is the one that is gone.
    pub(super) fn locate(&mut self, id: ItemId, path: PathBuf) {
        let Some(item) = self.items.get(&id) else {
            return;
        };
        if !may_be_elsewhere(&item.upload.state) {
            return;
        }
        let size = item.upload.size();
        let by_content = item.content.is_some();
        let (told, stall) = (self.told.clone(), self.options.policy.stall);
        self.errands.spawn(async move {
            let to_look_at = path.clone();
            let look = tokio::task::spawn_blocking(move || {
                let identity = intake::identity(&to_look_at);
                (identity, intake::look(&to_look_at))
            });
            // An error means that the runtime ends.
            let Ok((identity, looked)) = look.await else {
                return;
            };
            let outcome = match looked {
                Ok(looked) => {
                    let is_read = by_content && looked.stamp.size == size;
                    found(path.clone(), looked, is_read.then_some(stall)).await
                }
                Err(rejection) => Err(rejection),
            };
            let chosen = Chosen {
                path,
                identity,
                outcome,
            };
            let _ = told.send(Told::Chosen(id, chosen));
        });
    }

    /// Goes on with the file that was chosen, or says why not. The row's new path is
    /// journaled with its new state.
    pub(super) fn chosen(&mut self, id: ItemId, chosen: Chosen) {
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        if !may_be_elsewhere(&item.upload.state) {
            // It went on meanwhile.
            return;
        }
        let row = self.by_identity.get(&chosen.identity);
        let verdict = match chosen.outcome {
            _ if row.is_some_and(|row| *row != id) => Err(Misfit::InTheList),
            Err(rejection) => Err(Misfit::Refused(rejection)),
            Ok((media, content)) => compare(item.upload.media, item.content, media, content),
        };
        if let Err(misfit) = verdict {
            tracing::info!(item = id.0, ?misfit, "the file that was chosen is another");
            let notice = Notice::NotLocated(chosen.path, misfit);
            self.pending.notices.push(notice);
            return;
        }
        item.move_to(chosen.path);
        self.by_identity.retain(|_, row| *row != id);
        self.by_identity.insert(chosen.identity, id);
        self.apply(id, Event::Located);
    }
}

/// What is known of a file that was looked at and, where it is to be, read: with the time
/// after which a drive that gives no byte is given up.
async fn found(
    path: PathBuf,
    looked: Looked,
    read: Option<Duration>,
) -> Result<(Media, Option<ContentHash>), Rejection> {
    let media = Media {
        stamp: looked.stamp,
        kind: looked.accepted.kind,
        note: looked.accepted.note,
    };
    let Some(stall) = read else {
        return Ok((media, None));
    };
    match Unread::at(path, looked.stamp).fingerprint(stall).await {
        Ok(content) => Ok((media, Some(content))),
        Err(fault) => Err(Rejection::Unreadable {
            cause: match fault.diagnostics.causes.first() {
                Some(cause) => cause.clone(),
                None => "it changed while it was read".to_owned(),
            },
        }),
    }
}
