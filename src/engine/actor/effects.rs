//! Carrying out what follows from a transition: workers, timers, polls, records.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::Instant;

use super::{Actor, Told};
use crate::api::{Meter, Outgoing, Service};
use crate::engine::item::Task;
use crate::engine::worker::Attempt;
use crate::model::asset::{AssetId, AssetStatus};
use crate::model::media::{self, Route};
use crate::model::snapshot::ItemId;
use crate::model::upload::{Effect, Event, State};

/// Content type of what is of no known format.
const ANY_CONTENT: &str = "application/octet-stream";

impl<S: Service> Actor<S> {
    pub(super) fn carry_out(&mut self, id: ItemId, effect: Effect) {
        match effect {
            Effect::Look => self.look(&[id], Duration::ZERO),
            Effect::LookAgain => self.look(&[id], self.options.policy.still),
            Effect::Compare { attempt } => self.compare(id, attempt),
            Effect::Send { attempt, route } => self.send(id, attempt, route),
            Effect::Abort => {
                if let Some(item) = self.items.get_mut(&id) {
                    item.running = None;
                    item.meter = None;
                    item.parked_poll = false;
                }
            }
            Effect::Wake { attempt, after } => self.run_for(id, after, Event::Due { attempt }),
            Effect::Poll { attempt, after } => self.poll(id, attempt, after),
            Effect::DropTicket => {
                if let Some(item) = self.items.get_mut(&id) {
                    item.ticket = None;
                }
            }
            Effect::HoldQueue(fix, fault) => self.hold_queue(fix, fault),
            // Written with the transition itself: see `Journal::stage_effects`.
            Effect::Record { .. } => {}
        }
    }

    fn run_for(&mut self, id: ItemId, after: Duration, event: Event) {
        let told = self.told.clone();
        if let Some(item) = self.items.get_mut(&id) {
            item.running = Some(Task::spawn(async move {
                tokio::time::sleep(after).await;
                let _ = told.send(Told::Upload(id, event));
            }));
        }
    }

    fn send(&mut self, id: ItemId, attempt: u32, route: Route) {
        let Some((key, _)) = self.key.clone() else {
            return;
        };
        let (told, gate) = (self.told.clone(), self.told.clone());
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        let Some(media) = item.upload.media else {
            return;
        };
        let meter = Arc::new(Meter::gated(move || {
            let _ = gate.send(Told::Upload(id, Event::BodyOut { attempt }));
        }));
        item.meter = Some(Arc::clone(&meter));
        item.speed = Default::default();
        item.account = Some(key.account());
        item.ticket = item.ticket.take().filter(|(ticket, since)| {
            ticket
                .expires_in
                .is_none_or(|valid| since.elapsed() < valid)
        });
        let attempt_of_file = Attempt {
            service: Arc::clone(&self.service),
            key,
            file: Outgoing {
                path: item.path.clone(),
                name: item.name.clone(),
                mime: media::format_of(&item.path).map_or(ANY_CONTENT, |format| format.mime),
                stamp: media.stamp,
            },
            route,
            meter,
            ticket: item.ticket.as_ref().map(|(ticket, _)| ticket.clone()),
        };
        item.running = Some(Task::spawn(async move {
            let issued = told.clone();
            let outcome = attempt_of_file
                .run(move |ticket| {
                    let (saved, receiver) = oneshot::channel();
                    let _ = issued.send(Told::Ticket {
                        item: id,
                        attempt,
                        ticket,
                        saved,
                    });
                    receiver
                })
                .await;
            let event = match outcome {
                Ok((asset, content)) => Event::Sent {
                    attempt,
                    asset,
                    content,
                },
                Err(fault) => Event::Broke {
                    attempt,
                    fault,
                    jitter: jitter(),
                },
            };
            let _ = told.send(Told::Upload(id, event));
        }));
    }

    /// Asks about an asset after a while; parked while there is no key to ask with, or the
    /// queue waits for the person.
    fn poll(&mut self, id: ItemId, attempt: u32, after: Duration) {
        let held = self.needs.is_some();
        let key = self.key.as_ref().map(|(key, _)| key.clone());
        let (service, told) = (self.service.clone(), self.told.clone());
        let Some(item) = self.items.get_mut(&id) else {
            return;
        };
        let State::Processing { asset, .. } = &item.upload.state else {
            return;
        };
        let Some(key) = key.filter(|_| !held) else {
            item.parked_poll = true;
            return;
        };
        let asset = asset.clone();
        let since = item.polled_since.unwrap_or_else(Instant::now);
        item.running = Some(Task::spawn(async move {
            tokio::time::sleep(after).await;
            let event = match service.metadata(&key, &asset, || ()).await {
                Ok(answer) => Event::Polled {
                    attempt,
                    answer,
                    elapsed: since.elapsed(),
                },
                Err(fault) => Event::PollBroke { attempt, fault },
            };
            let _ = told.send(Told::Upload(id, event));
        }));
    }

    /// An id that came when nobody waited for it any more: kept all the same.
    pub(super) fn record_orphan(&mut self, id: ItemId, asset: AssetId) {
        if let Some(item) = self.items.get(&id) {
            self.journal
                .stage_asset(item, &asset, None, AssetStatus::Waiting, true);
        }
    }

    /// Journals what a transition says of assets, in the same transaction as its state.
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
                let content = content.or(item.content);
                self.journal
                    .stage_asset(item, asset, content, *status, *abandoned);
            }
        }
    }
}

/// A number in 0..1 that differs from program to program.
fn jitter() -> f64 {
    f64::from(getrandom::u32().unwrap_or_default()) / f64::from(u32::MAX)
}
