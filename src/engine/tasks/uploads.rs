//! Calls to the service for one row: an attempt, a poll, the question for a duplicate's asset.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tracing::Instrument;

use super::{Task, Tasks, not_compared};
use crate::api::limiter::Priority;
use crate::api::paced::RateLimited;
use crate::api::{Service, TransferProgress, UploadFile};
use crate::engine::message::ActorMessage;
use crate::engine::pending_hash::PendingHash;
use crate::engine::queue::item::{Item, Origin};
use crate::engine::saved_session::Purpose;
use crate::engine::worker::UploadAttempt;
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus};
use crate::model::fault::Fault;
use crate::model::key::ApiKey;
use crate::model::media::{self, FileStamp, Route};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Event, Original};
use crate::store::KeychainWorker;

const ANY_CONTENT: &str = "application/octet-stream";

impl<S: Service> Tasks<S> {
    /// Reports an event of an upload after a delay.
    pub fn event_after(&self, after: Duration, id: ItemId, event: Event) -> Task {
        self.after(after, ActorMessage::Upload(id, event))
    }

    /// Sends a row's file, behind the attempts that were begun before. `recall` is the keychain
    /// entry of an earlier run's ticket.
    pub fn send(
        &self,
        row: &Item,
        stamp: FileStamp,
        key: ApiKey,
        route: Route,
        recall: Option<(Arc<KeychainWorker>, Purpose)>,
    ) -> (Task, Arc<TransferProgress>) {
        let (item, attempt, origin) = (row.id, row.upload().attempt, row.origin());
        let (stall, messages) = (self.stall, self.messages.clone());
        let (gate, early) = (messages.clone(), (messages.clone(), origin.clone()));
        let meter = TransferProgress::gated(move || {
            let _ = gate.send(ActorMessage::Upload(item, Event::BodyOut { attempt }));
        });
        let meter = Arc::new(meter.telling_early_id(move |asset| {
            let (messages, origin) = early.clone();
            let event = Event::Issued { attempt, asset };
            let _ = messages.send(ActorMessage::Stored(origin, event));
        }));
        let unchanged = PendingHash::at(row.file.clone(), stamp);
        let upload = UploadAttempt {
            service: Arc::clone(&self.service),
            key,
            file: UploadFile {
                path: row.file.clone(),
                name: row.name.clone(),
                mime: media::format_of(&row.path).map_or(ANY_CONTENT, |format| format.mime),
                stamp,
            },
            route,
            meter: Arc::clone(&meter),
            place: Some(self.service.limiter().enqueue(Priority::Upload)),
            ticket: row.transfer.ticket().map(|(ticket, _)| ticket.clone()),
            recall,
        };
        let progress = Arc::clone(&meter);
        let span = tracing::info_span!("send", item = item.0, attempt);
        let sending = async move {
            let session = || {
                let _ = messages.send(ActorMessage::Session { item, attempt });
            };
            let reserve = |ticket| {
                let (saved, receiver) = oneshot::channel();
                let _ = messages.send(ActorMessage::SignedUpload {
                    attempt,
                    ticket,
                    origin: origin.clone(),
                    saved,
                });
                receiver
            };
            let outcome = upload.run(session, reserve).await;
            let stray = outcome.as_ref().err();
            if let Some(asset) = stray.and_then(|fault| fault.diagnostics.asset_id.clone()) {
                let status = (route == Route::Direct).then_some(AssetStatus::Waiting);
                let _ = messages.send(ActorMessage::Stray(origin.clone(), asset, status));
            }
            match outcome {
                Ok((asset, content)) => {
                    let event = Event::Sent {
                        attempt,
                        asset: asset.clone(),
                        content,
                    };
                    let mut taken = Taken {
                        messages,
                        origin,
                        event,
                    };
                    if let Some(fault) = unchanged.changed(stall).await {
                        taken.event = Event::SentButFileChanged {
                            attempt,
                            asset,
                            content,
                            fault,
                        };
                    }
                }
                Err(fault) => {
                    let event = Event::AttemptFailed {
                        attempt,
                        fault,
                        content: progress.content(),
                        jitter: jitter(),
                    };
                    let _ = messages.send(ActorMessage::Upload(item, event));
                }
            }
        };
        (Task::spawn(sending.instrument(span)), meter)
    }

    /// Polls the asset of a row after a delay.
    pub fn poll(
        &self,
        row: &Item,
        asset: AssetId,
        attempt: u32,
        key: ApiKey,
        after: Duration,
    ) -> Task {
        let (service, messages) = (Arc::clone(&self.service), self.messages.clone());
        let (stall, item) = (self.stall, row.id);
        let since = row.waits.polled_since().unwrap_or_else(Instant::now);
        let missing_since = row.waits.missing_since().unwrap_or(since);
        // Without a hash the next run would not recognise the file and would send it again. So it
        // is read before the end is reported, unless the drive does not answer.
        let unread = PendingHash::of(row).filter(|_| row.content.hash().is_none());
        let span = tracing::info_span!("ask", item = item.0, attempt, asset = asset.as_str());
        let asking = async move {
            tokio::time::sleep(after).await;
            let answer = service.metadata(&key, &asset, Priority::Poll).await;
            if let Ok(AssetAnswer::Known(metadata)) = &answer
                && metadata.status == AssetStatus::Success
                && let Some(unread) = unread
                && let Ok(content) = unread.fingerprint(stall).await
            {
                let _ = messages.send(ActorMessage::Fingerprint {
                    item,
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
            let _ = messages.send(ActorMessage::Upload(item, event));
        };
        Task::spawn(asking.instrument(span))
    }

    /// Asks which of these assets the service still has: only such a one is a row's original.
    pub fn confirm_asset(&self, row: &Item, key: ApiKey, candidates: Vec<AssetId>) -> Task {
        let (item, attempt) = (row.id, row.upload().attempt);
        let question = self.question(row, key, candidates, Priority::Poll);
        self.reporting(async move {
            let event = match question.ask().await {
                Ok(asset) => Event::HashCompared {
                    attempt,
                    original: asset.map(Original::Asset),
                },
                Err(fault) => not_compared(attempt, fault),
            };
            ActorMessage::Upload(item, event)
        })
    }

    /// Asks about the assets of an unstarted row after a delay, behind all other calls.
    pub fn look_up(
        &self,
        row: &Item,
        key: ApiKey,
        candidates: Vec<AssetId>,
        after: Duration,
    ) -> Task {
        let (stall, item, attempt) = (self.stall, row.id, row.upload().attempt);
        let file = PendingHash::of(row);
        let question = self.question(row, key, candidates, Priority::Lookup);
        self.reporting(async move {
            tokio::time::sleep(after).await;
            let has_changed = match file {
                Some(file) => file.changed(stall).await.is_some(),
                None => true,
            };
            let outcome = match has_changed {
                true => LookupOutcome::FileChanged,
                false => LookupOutcome::Answered(question.ask().await),
            };
            ActorMessage::LookedUp {
                item,
                attempt,
                outcome,
            }
        })
    }

    fn question(
        &self,
        row: &Item,
        key: ApiKey,
        candidates: Vec<AssetId>,
        priority: Priority,
    ) -> Question<S> {
        Question {
            service: Arc::clone(&self.service),
            messages: self.messages.clone(),
            key,
            candidates,
            size: row.upload().size(),
            priority,
        }
    }
}

/// Outcome of asking about an unstarted row.
pub(in crate::engine) enum LookupOutcome {
    /// The file changed since it was hashed; nothing was asked.
    FileChanged,
    /// The asset that has its content, if the service has one.
    Answered(Result<Option<AssetId>, Fault>),
}

/// Assets to ask about, in this order.
struct Question<S> {
    service: Arc<RateLimited<S>>,
    messages: mpsc::UnboundedSender<ActorMessage>,
    key: ApiKey,
    candidates: Vec<AssetId>,
    /// Bytes that the asset must have.
    size: u64,
    priority: Priority,
}

impl<S: Service> Question<S> {
    /// Returns the first asset that is ready and of the right size. Reports those that are gone,
    /// which spares the next file of this content the lookup.
    async fn ask(self) -> Result<Option<AssetId>, Fault> {
        for asset in self.candidates {
            let answer = self.service.metadata(&self.key, &asset, self.priority);
            match answer.await? {
                AssetAnswer::Known(metadata)
                    if metadata.status == AssetStatus::Success
                        && metadata.file_size.is_none_or(|held| held == self.size) =>
                {
                    return Ok(Some(asset));
                }
                AssetAnswer::NotFound => {
                    let _ = self.messages.send(ActorMessage::Gone(asset));
                }
                AssetAnswer::Known(_) => {}
            }
        }
        Ok(None)
    }
}

/// A file the service took, reported on drop so that a cancelled check does not lose its id.
struct Taken {
    messages: mpsc::UnboundedSender<ActorMessage>,
    origin: Origin,
    event: Event,
}

impl Drop for Taken {
    fn drop(&mut self) {
        let (origin, event) = (self.origin.clone(), self.event.clone());
        let _ = self.messages.send(ActorMessage::Stored(origin, event));
    }
}

/// Returns a number in 0..1 that differs between processes.
fn jitter() -> f64 {
    f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX)
}
