//! Handles the messages of tasks.

use super::Actor;
use crate::api::{Service, SignedUpload};
use crate::engine::Notice;
use crate::engine::gate::QueueStep;
use crate::engine::lifecycle::LifecycleEvent;
use crate::engine::message::ActorMessage;
use crate::engine::outbox::Work;
use crate::engine::queue::item::{Item, Origin};
use crate::model::asset::{AssetId, AssetStatus, ContentHash};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, UploadState};
use crate::store::AssetNote;

impl<S: Service> Actor<S> {
    pub(super) fn handle_message(&mut self, message: ActorMessage) {
        match message {
            ActorMessage::Upload(id, event) => {
                if matches!(event, Event::AttemptFailed { .. }) {
                    self.save_protocols();
                }
                self.handle_upload_event(id, event);
            }
            ActorMessage::Sent {
                item,
                attempt,
                asset,
                content,
                origin,
                changed,
            } => {
                let taken = asset.clone();
                let event = match changed {
                    None => Event::Sent {
                        attempt,
                        asset: taken,
                        content,
                    },
                    Some(fault) => Event::SentButFileChanged {
                        attempt,
                        asset: taken,
                        content,
                        fault,
                    },
                };
                self.save_protocols();
                self.note_service_reply(item, &event);
                if !self.apply(item, event) {
                    let status = Some(AssetStatus::Waiting);
                    self.record_orphan(&origin, &asset, content, status);
                }
            }
            ActorMessage::EarlyId {
                item,
                attempt,
                asset,
                origin,
            } => {
                let early = asset.clone();
                let event = Event::Issued {
                    attempt,
                    asset: early,
                };
                if !self.apply(item, event) {
                    self.record_orphan(&origin, &asset, None, Some(AssetStatus::Waiting));
                }
            }
            ActorMessage::SignedUpload {
                item,
                attempt,
                ticket,
                origin,
                saved,
            } => {
                let asset = ticket.asset_id.clone();
                let event = Event::Issued {
                    attempt,
                    asset: asset.clone(),
                };
                self.gate.on_reached();
                if self.apply(item, event) {
                    self.keep_ticket(item, &ticket);
                    self.outbox.start(Work::Acknowledge(saved));
                } else {
                    self.record_orphan(&origin, &asset, None, None);
                }
            }
            ActorMessage::Session { item, attempt } if self.queue.is_at(item, attempt) => {
                self.keep_session(item);
            }
            ActorMessage::Session { .. } => {}
            ActorMessage::Keychain(reply) => self.keychain_replied(reply),
            ActorMessage::Gone(asset) => {
                self.journal.stage_gone(&asset);
                if let Some(record) = self.journal.asset(&asset) {
                    self.duplicates.invalidate_sizes([record.size]);
                }
            }
            ActorMessage::Stray(origin, asset, status) => {
                self.record_orphan(&origin, &asset, None, status);
            }
            ActorMessage::FilesFound(found) => {
                self.intake.buffer(found);
                self.take_in_buffered();
            }
            ActorMessage::WalkProgress(count) => self.intake.on_progress(count),
            ActorMessage::Skipped(folder, count) => {
                self.intake.on_skipped(count);
                self.follow(None, folder, LifecycleEvent::Skipped { count });
            }
            ActorMessage::WalkEnded { is_empty } => {
                self.intake.on_walk_ended();
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
            ActorMessage::ReadAhead(read) => self.has_read_ahead(read),
            ActorMessage::Fingerprint {
                item,
                attempt,
                asset,
                content,
            } => {
                let item = self.queue.get_mut(item);
                if let Some(item) = item.filter(|item| item.upload().attempt == attempt) {
                    item.content.on_read(Some(content));
                    self.duplicates.invalidate(item);
                    self.journal.stage_content(item, &asset, content);
                }
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
        let begins = matches!(&event, Event::HashCompared { original: None, .. });
        let reuse_only = |item: &Item| item.upload().counters.reuse_only;
        let begins = begins && !self.queue.get(id).is_some_and(reuse_only);
        if begins && self.obstacle(QueueStep::ContinueUpload).is_some() {
            // A start became forbidden during the comparison.
            if let Some(attempt) = event.attempt()
                && self.queue.is_at(id, attempt)
            {
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
        let (status, note) = if row.is_some_and(|item| item.upload().asset() == Some(asset)) {
            // A late message of an earlier attempt for this asset.
            (None, None)
        } else {
            (status, Some(AssetNote::Abandoned))
        };
        self.journal
            .stage_asset(origin, asset, content, status, note);
    }
}
