//! Handles the messages of tasks.

use super::Actor;
use crate::api::{Service, SignedUpload};
use crate::engine::Notice;
use crate::engine::clock::now_ms;
use crate::engine::gate::QueueStep;
use crate::engine::lifecycle::LifecycleEvent;
use crate::engine::message::ActorMessage;
use crate::engine::outbox::Work;
use crate::engine::queue::item::Origin;
use crate::model::asset::{AssetId, AssetStatus, ContentHash};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, UploadState};
use crate::store::{AssetRemark, HistoryChange};

impl<S: Service> Actor<S> {
    pub(super) fn handle_message(&mut self, message: ActorMessage) {
        match message {
            ActorMessage::Upload(id, event) => {
                if matches!(event, Event::AttemptFailed { .. }) {
                    self.save_protocols();
                }
                self.handle_upload_event(id, event);
            }
            ActorMessage::Stored(origin, event) => {
                self.save_protocols();
                self.note_service_reply(origin.item, &event);
                let (asset, content) = match &event {
                    Event::Sent { asset, content, .. }
                    | Event::SentButFileChanged { asset, content, .. } => (asset.clone(), *content),
                    Event::Issued { asset, .. } => (asset.clone(), None),
                    _ => return,
                };
                if !self.apply(origin.item, event) {
                    self.record_orphan(&origin, &asset, content, Some(AssetStatus::Waiting));
                }
            }
            ActorMessage::SignedUpload {
                attempt,
                ticket,
                origin,
                saved,
            } => {
                let asset = ticket.asset_id.clone();
                self.gate.on_reached();
                if self.apply(origin.item, Event::Issued { attempt, asset }) {
                    self.keep_ticket(origin.item, &ticket);
                    self.outbox.start(Work::Acknowledge(saved));
                } else {
                    self.record_orphan(&origin, &ticket.asset_id, None, None);
                }
            }
            ActorMessage::Session { item, attempt } => {
                if let Some(item) = self.queue.get_at(item, attempt) {
                    self.publisher.on_change(item.id);
                    self.sessions.save(item);
                }
            }
            ActorMessage::Keychain(reply) => {
                if let Some(unsaved) = self.sessions.on_reply(reply) {
                    let rows = self.queue.items().values();
                    let row =
                        rows.filter(|item| item.upload().reserved_id.as_ref() == Some(&unsaved));
                    row.for_each(|item| self.publisher.on_change(item.id));
                }
            }
            ActorMessage::Gone(asset) => {
                if let Some(record) = self.journal.asset(&asset) {
                    self.duplicates.invalidate_sizes([record.size]);
                    let gone = HistoryChange::PutAsset(record.into_gone(now_ms()));
                    self.journal.stage(gone);
                }
            }
            ActorMessage::Stray(origin, asset, status) => {
                self.record_orphan(&origin, &asset, None, status);
            }
            ActorMessage::FilesFound(found) => {
                self.intake.buffer(found);
                self.take_in_buffered();
            }
            ActorMessage::FolderNamed(add, name) => self.intake.on_folder_named(add, &name),
            ActorMessage::WalkProgress(count) => self.intake.on_progress(count),
            ActorMessage::Skipped {
                add,
                folder,
                count,
                skipped,
            } => {
                self.intake.on_skipped(add, skipped);
                if count > 0 {
                    self.follow(None, folder, LifecycleEvent::Skipped { count });
                }
                self.take_in_buffered();
            }
            ActorMessage::WalkEnded { is_empty } => {
                self.intake.on_walk_ended();
                self.intake.forget_finished();
                if is_empty {
                    self.outbox.notify(Notice::NothingFound);
                }
            }
            ActorMessage::Checked(checked) => self.on_checked(checked),
            ActorMessage::PathsResolved(identities) => self.paths_resolved(identities),
            ActorMessage::Hashed {
                item,
                attempt,
                contents,
            } => self.hashed(item, attempt, contents),
            ActorMessage::LookedUp {
                item,
                attempt,
                outcome,
            } => self.looked_up(item, attempt, outcome),
            ActorMessage::ReadAhead(read) => self.has_read_ahead(read),
            ActorMessage::Fingerprint {
                item,
                attempt,
                asset,
                content,
            } => {
                if let Some(item) = self.queue.get_mut_at(item, attempt) {
                    item.content.on_read(Some(content));
                    self.duplicates.invalidate(item);
                    self.journal.stage_content(item, &asset, content);
                }
            }
            ActorMessage::ListAssets => self.list_assets(),
            ActorMessage::AssetChecked(account, asset, outcome) => {
                self.asset_checked(&account, &asset, outcome);
            }
            ActorMessage::DeletionAnswered(account, asset, outcome) => {
                self.deletion_answered(&account, &asset, outcome);
            }
            ActorMessage::KeyChecked(account, outcome) => self.key_checked(&account, outcome),
            ActorMessage::FilesReappeared(folder, rows) => {
                self.missing_files.on_watch_ended(&folder);
                self.each(&rows, &Event::FileReappeared);
            }
            ActorMessage::Located(item, located) => self.on_located(item, located),
            ActorMessage::RetryCommit => {
                self.tasks.on_commit_retry();
                self.open_history();
            }
            ActorMessage::OpenOutcome(outcome) => self.history_opened(*outcome),
            ActorMessage::RetryIntake => {
                self.intake.on_retry_due();
                self.take_in_buffered();
            }
        }
    }

    pub(super) fn handle_upload_event(&mut self, id: ItemId, event: Event) {
        self.note_service_reply(id, &event);
        if self.handle_other_key(id, &event) {
            return;
        }
        if let Event::HashCompared {
            original: None,
            attempt,
        } = event
            && self.obstacle(QueueStep::ContinueUpload).is_some()
        {
            // A start became forbidden during the comparison.
            if self.queue.get_at(id, attempt).is_some() {
                self.apply(id, Event::Hold);
            }
            return;
        }
        self.apply(id, event);
    }

    /// Keeps the ticket of an attempt.
    fn keep_ticket(&mut self, id: ItemId, ticket: &SignedUpload) {
        if let Some(item) = self.queue.get_mut(id)
            && matches!(item.upload().state, UploadState::Sending { .. })
            && item.transfer.keep_ticket(ticket)
        {
            self.sessions.on_ticket(ticket);
        }
    }

    /// Saves an id whose attempt no longer needs it; `status` is `None` if it was only reserved.
    fn record_orphan(
        &mut self,
        origin: &Origin,
        asset: &AssetId,
        content: Option<ContentHash>,
        status: Option<AssetStatus>,
    ) {
        tracing::info!(
            item = origin.item.0,
            asset = asset.as_str(),
            "an id that no upload has"
        );
        let row = self.queue.get(origin.item);
        let (status, remark) = if row.is_some_and(|item| item.upload().asset() == Some(asset)) {
            // A late message of an earlier attempt for this asset.
            (None, None)
        } else {
            (status, Some(AssetRemark::Abandoned))
        };
        self.journal
            .stage_asset(origin, asset, content, status, remark);
    }
}
