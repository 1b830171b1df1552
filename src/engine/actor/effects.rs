//! Carries out the effects of transitions: workers, timers, polls, records.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::Instrument;

use super::Actor;
use super::commit::stored_content;
use super::duplicates::PendingHash;
use super::message::ActorMessage;
use crate::api::limiter::Priority;
use crate::api::{Service, TransferProgress, UploadFile};
use crate::engine::gate::Work;
use crate::engine::item::{Item, Task};
use crate::engine::journal::Origin;
use crate::engine::worker::UploadAttempt;
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::media::{self, Route};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, UploadState};
use crate::store::AssetNote;

const ANY_CONTENT: &str = "application/octet-stream";

impl<S: Service> Actor<S> {
    pub(super) fn carry_out(&mut self, id: ItemId, effect: Effect) {
        match effect {
            Effect::Compare { attempt } => self.compare(id, attempt),
            Effect::Send { attempt, route } => self.send(id, attempt, route),
            Effect::Abort => {
                if let Some(item) = self.items.get_mut(&id) {
                    item.running = None;
                    item.meter = None;
                    item.parked_poll = false;
                }
            }
            Effect::ScheduleRetry { attempt, after } => {
                self.run_for(id, after, Event::RetryDue { attempt });
            }
            Effect::Poll { attempt, after } => self.poll(id, attempt, after),
            Effect::DiscardUploadUrl => {
                if let Some(item) = self.items.get_mut(&id) {
                    item.ticket = None;
                }
            }
            Effect::BlockQueue(fix, fault) => {
                // Replies to a replaced key say nothing about the current one.
                if self.was_asked_with_this_key(id) {
                    self.hold_queue(fix, fault);
                }
            }
            // Checks are batched by the turn; records are staged with the transition
            // (`stage_records`).
            Effect::CheckFile | Effect::RecheckFile | Effect::Record { .. } => {}
        }
    }

    fn run_for(&mut self, id: ItemId, after: Duration, event: Event) {
        let messages = self.messages.clone();
        if let Some(item) = self.items.get_mut(&id) {
            item.running = Some(Task::spawn(async move {
                tokio::time::sleep(after).await;
                let _ = messages.send(ActorMessage::Upload(id, event));
            }));
        }
    }

    fn send(&mut self, id: ItemId, attempt: u32, route: Route) {
        let may_send = self.obstacle(Work::ContinueUpload).is_none();
        let Some(key) = self.keys.key().filter(|_| may_send).cloned() else {
            // The journal could not record the start, or this turn put the queue on hold.
            self.apply(id, Event::Hold);
            return;
        };
        if !self.is_at(id, attempt) {
            // It was stopped while the journal was locked.
            return;
        }
        let (messages, gate, early) = (
            self.messages.clone(),
            self.messages.clone(),
            self.messages.clone(),
        );
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        let Some(media) = item.upload.media else {
            return;
        };
        let account = Some(key.account());
        // A ticket of another account is useless here.
        let same_account = item.account == account;
        // A session outlives the URL that started it.
        item.ticket = item.ticket.take().filter(|(ticket, since)| {
            same_account
                && (ticket.session.url().is_some()
                    || ticket
                        .expires_in
                        .is_none_or(|valid| since.elapsed() < valid))
        });
        item.account.clone_from(&account);
        item.last_asked_account = account;
        let origin = item.origin();
        let recall = self.sessions.to_recall(item).filter(|_| same_account);
        let meter = TransferProgress::gated(move || {
            let _ = gate.send(ActorMessage::Upload(id, Event::BodyOut { attempt }));
        });
        let early_origin = origin.clone();
        let meter = Arc::new(meter.telling_early_id(move |asset| {
            let _ = early.send(ActorMessage::EarlyId {
                item: id,
                attempt,
                asset,
                origin: early_origin.clone(),
            });
        }));
        let content_of = Arc::clone(&meter);
        item.meter = Some(Arc::clone(&meter));
        item.speed = Default::default();
        let attempt_of_file = UploadAttempt {
            service: Arc::clone(&self.service),
            key,
            file: UploadFile {
                path: item.file.clone(),
                name: item.name.clone(),
                mime: media::format_of(&item.path).map_or(ANY_CONTENT, |format| format.mime),
                stamp: media.stamp,
            },
            route,
            meter,
            place: Some(self.service.limiter().enqueue(Priority::Upload)),
            ticket: item.ticket.as_ref().map(|(ticket, _)| ticket.clone()),
            recall,
        };
        let unread = PendingHash::at(item.file.clone(), media.stamp);
        let stall = self.options.policy.stall;
        let span = tracing::info_span!("send", item = id.0, attempt);
        let sending = async move {
            let reserved_id = (messages.clone(), origin.clone());
            let sessions = messages.clone();
            let session = move || {
                let _ = sessions.send(ActorMessage::Session { item: id, attempt });
            };
            let outcome = attempt_of_file
                .run(session, move |ticket| {
                    let (saved, receiver) = oneshot::channel();
                    let (messages, origin) = reserved_id;
                    let _ = messages.send(ActorMessage::SignedUpload {
                        item: id,
                        attempt,
                        ticket,
                        origin,
                        saved,
                    });
                    receiver
                })
                .await;
            let stray = outcome.as_ref().err();
            if let Some(asset) = stray.and_then(|fault| fault.diagnostics.asset_id.clone()) {
                let status = (route == Route::Direct).then_some(AssetStatus::Waiting);
                let _ = messages.send(ActorMessage::Stray(origin.clone(), asset, status));
            }
            match outcome {
                Ok((asset, content)) => {
                    let mut taken = Taken {
                        messages,
                        item: id,
                        attempt,
                        asset,
                        content,
                        origin,
                        changed: None,
                    };
                    taken.changed = unread.changed(stall).await;
                }
                Err(fault) => {
                    let event = Event::AttemptFailed {
                        attempt,
                        fault,
                        content: content_of.content(),
                        jitter: jitter(),
                    };
                    let _ = messages.send(ActorMessage::Upload(id, event));
                }
            }
        };
        item.running = Some(Task::spawn(sending.instrument(span)));
    }

    /// Polls an asset after a delay; parked while there is no key or the queue is on hold.
    fn poll(&mut self, id: ItemId, attempt: u32, after: Duration) {
        let may_poll = self.obstacle(Work::Poll).is_none();
        let key = self.keys.key().filter(|_| may_poll).cloned();
        let (service, messages) = (self.service.clone(), self.messages.clone());
        let stall = self.options.policy.stall;
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        let UploadState::Processing { asset, .. } = &item.upload.state else {
            return;
        };
        // Without a fingerprint the next run would not recognise the file and would send it again.
        // So it is read before the end is reported, unless the drive does not answer.
        let unread = PendingHash::of(item).filter(|_| item.content.is_none());
        let Some(key) = key else {
            item.parked_poll = true;
            return;
        };
        item.parked_poll = false;
        item.last_asked_account = Some(key.account());
        let asset = asset.clone();
        let since = item.polled_since.unwrap_or_else(Instant::now);
        let missing_since = item.found_at.max(Some(since)).unwrap_or(since);
        let span = tracing::info_span!("ask", item = id.0, attempt, asset = asset.as_str());
        let asking = async move {
            tokio::time::sleep(after).await;
            let answer = service.metadata(&key, &asset, || ()).await;
            if let Ok(AssetAnswer::Known(metadata)) = &answer
                && metadata.status == AssetStatus::Success
                && let Some(unread) = unread
                && let Ok(content) = unread.fingerprint(stall).await
            {
                let _ = messages.send(ActorMessage::Fingerprint {
                    item: id,
                    attempt,
                    asset: asset.clone(),
                    content,
                });
            }
            let event = match answer {
                Ok(answer) => {
                    let since = match answer {
                        AssetAnswer::NotFound => missing_since,
                        AssetAnswer::Known(_) => since,
                    };
                    Event::Polled {
                        attempt,
                        answer,
                        elapsed: Instant::now().saturating_duration_since(since),
                    }
                }
                Err(fault) => Event::PollFailed { attempt, fault },
            };
            let _ = messages.send(ActorMessage::Upload(id, event));
        };
        item.running = Some(Task::spawn(asking.instrument(span)));
    }

    /// Saves an id whose attempt no longer needs it; `status` is `None` if it was only reserved.
    pub(super) fn record_orphan(
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
        let row = self.items.get(&origin.item);
        let (status, note) = if row.is_some_and(|item| item.upload.asset() == Some(asset)) {
            // A late message of an earlier attempt for this asset.
            (None, None)
        } else {
            (status, Some(AssetNote::Abandoned))
        };
        self.journal
            .stage_asset(origin, asset, content, status, note);
    }

    /// Journals a transition's assets in the transaction of its state.
    pub(super) fn stage_records(&mut self, id: ItemId, effects: &[Effect]) {
        let Some(item) = self.items.get(&id) else {
            return;
        };
        for effect in effects {
            if let Effect::Record {
                asset,
                content,
                status,
                abandoned,
            } = effect
            {
                let content = content.or_else(|| stored_content(item));
                let note = note(item, asset, *abandoned);
                // For an abandoned id the history knows more than the row.
                let origin = if *abandoned {
                    item.origin_of_earlier()
                } else {
                    item.origin()
                };
                self.journal
                    .stage_asset(&origin, asset, content, *status, note);
            }
        }
    }
}

/// A file the service took, reported on drop so that a cancelled check does not lose its id.
struct Taken {
    messages: mpsc::UnboundedSender<ActorMessage>,
    item: ItemId,
    attempt: u32,
    asset: AssetId,
    content: Option<ContentHash>,
    origin: Origin,
    changed: Option<Fault>,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let _ = self.messages.send(ActorMessage::Sent {
            item: self.item,
            attempt: self.attempt,
            asset: self.asset.clone(),
            content: self.content,
            origin: self.origin.clone(),
            changed: self.changed.take(),
        });
    }
}

/// Returns the history's note on an asset.
pub(super) fn note(item: &Item, asset: &AssetId, abandoned: bool) -> Option<AssetNote> {
    let mismatch =
        item.upload.fault() == Some(FaultKind::SizeMismatch) && item.upload.asset() == Some(asset);
    if abandoned {
        Some(AssetNote::Abandoned)
    } else if mismatch {
        Some(AssetNote::SizeMismatch)
    } else if item.upload.counters.possibly_stored_twice {
        Some(AssetNote::MayBeStoredTwice)
    } else {
        None
    }
}

/// Returns a number in 0..1 that differs between processes.
fn jitter() -> f64 {
    f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX)
}
