//! Messages of tasks to the actor, and their handling.

use std::path::PathBuf;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::Actor;
use super::duplicate_scan::ReadAhead;
use super::duplicates::Contents;
use super::effects::note;
use super::locate::Chosen;
use crate::api::{Service, SignedUpload};
use crate::engine::Notice;
use crate::engine::files::CanonicalPath;
use crate::engine::gate::Work;
use crate::engine::intake::{CheckResult, FoundFile};
use crate::engine::item::Item;
use crate::engine::journal::Origin;
use crate::engine::journal::opening::OpenOutcome;
use crate::engine::lifecycle::LifecycleEvent;
use crate::engine::upload_sessions::KeychainReply;
use crate::model::asset::{Account, AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::Fault;
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, UploadState};
use crate::store::OpenError;

pub(in crate::engine) enum ActorMessage {
    /// An event of an upload.
    Upload(ItemId, Event),
    /// The service took a file.
    Sent {
        item: ItemId,
        attempt: u32,
        asset: AssetId,
        content: Option<ContentHash>,
        origin: Origin,
        /// Fault if the file changed while it was sent.
        changed: Option<Fault>,
    },
    /// An id of a direct upload, before its body was sent.
    EarlyId {
        item: ItemId,
        attempt: u32,
        asset: AssetId,
        origin: Origin,
    },
    /// A ticket was issued; the reply lets the transfer start.
    SignedUpload {
        item: ItemId,
        attempt: u32,
        ticket: SignedUpload,
        origin: Origin,
        saved: oneshot::Sender<()>,
    },
    /// Files were found.
    FoundFile(Vec<FoundFile>),
    /// Files found so far in a folder walk.
    Walking(u64),
    /// A folder held this many files of other kinds.
    Skipped(PathBuf, u64),
    /// All paths of one `Add` were walked; `is_empty` if they held nothing at all.
    WalkEnded { is_empty: bool },
    /// Files were checked.
    Checked(Vec<CheckResult>),
    /// Canonical paths of restored rows.
    PathsResolved(Vec<(ItemId, CanonicalPath)>),
    /// Files were hashed by the duplicate scan.
    ReadAhead(Vec<ReadAhead>),
    /// Files were hashed for comparison.
    Hashed {
        item: ItemId,
        attempt: u32,
        contents: Result<Contents, Fault>,
    },
    /// An id in an otherwise useless response; the status is `None` if it was only reserved.
    Stray(Origin, AssetId, Option<AssetStatus>),
    /// The service no longer knows an asset that was ready.
    Gone(AssetId),
    /// An upload session was started or replaced.
    Session { item: ItemId, attempt: u32 },
    /// The keychain saved or deleted a session, or failed to.
    Keychain(KeychainReply),
    /// Hash of a file that arrived without a response.
    Fingerprint {
        item: ItemId,
        attempt: u32,
        asset: AssetId,
        content: ContentHash,
    },
    /// The check of this account's key ended.
    KeyChecked(Account, Result<(), Fault>),
    /// Missing files that reappeared in a folder.
    Back(PathBuf, Vec<ItemId>),
    /// The file chosen for a row was checked.
    Chosen(ItemId, Chosen),
    /// Retry a failed commit, or opening the history.
    SaveAgain,
    /// The history was opened or repaired, or cannot be.
    OpenOutcome(Box<Result<OpenOutcome, OpenError>>),
    /// Take in files buffered while the database was locked.
    TakeIn,
}

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
                    self.keep_ticket(item, ticket);
                    self.outbox.acknowledged.push(saved);
                } else {
                    self.record_orphan(&origin, &asset, None, None);
                }
            }
            ActorMessage::Session { item, attempt } if self.is_at(item, attempt) => {
                self.keep_session(item);
            }
            ActorMessage::Session { .. } => {}
            ActorMessage::Keychain(reply) => self.keychain_replied(reply),
            ActorMessage::Gone(asset) => {
                self.journal.stage_gone(&asset);
                if let Some(record) = self.journal.asset(&asset) {
                    self.duplicate_scan.invalidate_size(record.size);
                }
            }
            ActorMessage::Stray(origin, asset, status) => {
                self.record_orphan(&origin, &asset, None, status);
            }
            ActorMessage::FoundFile(found) => {
                self.intake.buffer(found);
                self.take_in_buffered();
            }
            ActorMessage::Walking(count) => self.intake.on_progress(count),
            ActorMessage::Skipped(folder, count) => {
                self.intake.on_skipped(count);
                self.follow(None, folder, LifecycleEvent::Skipped { count });
            }
            ActorMessage::WalkEnded { is_empty } => {
                self.intake.on_walk_ended();
                if is_empty {
                    self.outbox.notices.push(Notice::NothingFound);
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
                let item = self.items.get_mut(&item);
                if let Some(item) = item.filter(|item| item.upload.attempt == attempt) {
                    item.content = Some(content);
                    self.duplicate_scan.invalidate(item);
                    let (origin, note) = (item.origin(), note(item, &asset, false));
                    self.journal
                        .stage_asset(&origin, &asset, Some(content), None, note);
                }
            }
            ActorMessage::KeyChecked(account, outcome) => self.key_checked(&account, outcome),
            ActorMessage::Back(folder, rows) => self.on_files_reappeared(&folder, &rows),
            ActorMessage::Chosen(item, chosen) => self.chosen(item, chosen),
            ActorMessage::SaveAgain => {
                self.save_again = None;
                self.open_history();
            }
            ActorMessage::OpenOutcome(outcome) => self.history_opened(*outcome),
            ActorMessage::TakeIn => {
                self.intake.on_retry_due();
                self.take_in_buffered();
            }
        }
    }

    fn handle_upload_event(&mut self, id: ItemId, event: Event) {
        self.note_service_reply(id, &event);
        if let Event::Polled {
            answer: AssetAnswer::Known(_),
            ..
        } = &event
            && let Some(item) = self.items.get_mut(&id)
        {
            item.found_at = Some(Instant::now());
        }
        if self.handle_other_key(id, &event) {
            return;
        }
        let begins = matches!(&event, Event::HashCompared { original: None, .. });
        let reuse_only = |item: &Item| item.upload.counters.reuse_only;
        let begins = begins && !self.items.get(&id).is_some_and(reuse_only);
        if begins && self.obstacle(Work::ContinueUpload).is_some() {
            // A start became forbidden during the comparison.
            if let Some(attempt) = event.attempt()
                && self.is_at(id, attempt)
            {
                self.apply(id, Event::Hold);
            }
            return;
        }
        self.apply(id, event);
    }

    pub(super) fn is_at(&self, id: ItemId, attempt: u32) -> bool {
        self.items
            .get(&id)
            .is_some_and(|item| item.upload.attempt == attempt)
    }

    /// Keeps a ticket; its age counts from its first use.
    fn keep_ticket(&mut self, id: ItemId, ticket: SignedUpload) {
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        let is_known = item
            .ticket
            .as_ref()
            .is_some_and(|(known, _)| *known == ticket);
        if !is_known && matches!(item.upload.state, UploadState::Sending { .. }) {
            self.sessions.on_ticket(&ticket);
            item.ticket = Some((ticket, Instant::now()));
        }
    }
}
