//! One request, its record, and the fault that was planned for it.

use std::sync::Arc;
use std::time::Instant;

use hyper::body::Incoming;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;

use super::RequestRecord;
use super::answer::Reply;
use super::intake::{IntakeStop, RequestBody};
use super::io::{Cut, Link};
use super::plan::{Call, PlannedFault};
use super::state::State;

/// One request and everything its handler needs.
pub(super) struct Exchange {
    pub(super) head: Parts,
    pub(super) intake: RequestBody,
    pub(super) state: Arc<State>,
    link: Arc<Link>,
    record: usize,
}

impl Exchange {
    /// Records the request.
    pub(super) fn new(head: Parts, body: Incoming, state: Arc<State>, link: Arc<Link>) -> Self {
        let key = head.headers.get(AUTHORIZATION);
        let key = key.and_then(|key| key.to_str().ok()).unwrap_or_default();
        let shown: Vec<char> = key.chars().rev().take(4).collect();
        let intake = RequestBody::new(body, Arc::clone(&link));
        let record = RequestRecord {
            at: Instant::now(),
            method: head.method.to_string(),
            call: None,
            key_end: shown.into_iter().rev().collect(),
            file_name: None,
            asset_id: None,
            status: None,
            body: 0,
            answered: 0,
            stalled: false,
            over: false,
        };
        let record = state.note_request(record, intake.counter());
        Self {
            intake,
            head,
            state,
            link,
            record,
        }
    }

    /// Closes the connection.
    pub(super) fn cut(&self, cut: Cut) {
        self.link.cut(cut);
    }

    /// Records the status of the reply; returns what counts the bytes of its body.
    pub(super) fn on_answer(&self, status: u16) -> impl Fn(u64) + use<> {
        let (state, record) = (Arc::clone(&self.state), self.record);
        state.note(record, |record| record.status = Some(status));
        move |bytes| state.note(record, |record| record.answered += bytes)
    }

    /// Records the request's call.
    pub(super) fn record_call(&self, call: Call) {
        self.state
            .note(self.record, |record| record.call = Some(call));
    }

    /// Records the asset that the request creates or concerns.
    pub(super) fn record_asset(&self, asset_id: &str) {
        self.state.note(self.record, |record| {
            record.asset_id = Some(asset_id.to_owned());
        });
    }

    /// Takes the fault planned for this call, and arms it if it concerns reading the body.
    pub(super) async fn take_fault(&self, call: Call, name: Option<&str>) -> Option<PlannedFault> {
        self.state.note(self.record, |record| {
            record.file_name = name.map(str::to_owned);
        });
        let fault = self.state.fault(call, name)?;
        let (state, record) = (Arc::clone(&self.state), self.record);
        let stalls = move || state.note(record, |record| record.stalled = true);
        self.intake.arm(&fault, stalls).await;
        Some(fault)
    }

    /// Finishes a call whose body was read: `commit` performs it and returns its reply.
    pub(super) async fn finish(
        &self,
        fault: Option<&PlannedFault>,
        commit: impl FnOnce() -> Reply,
    ) -> Result<Reply, IntakeStop> {
        match fault {
            Some(PlannedFault::Answer(reply)) => Ok(reply.clone()),
            Some(PlannedFault::StoreThenAnswer(reply)) => {
                commit();
                Ok(reply.clone())
            }
            Some(PlannedFault::LoseAnswer { stored, reset }) => {
                if *stored {
                    commit();
                }
                self.link.cut(if *reset { Cut::Reset } else { Cut::Close });
                Err(IntakeStop::Gone)
            }
            Some(PlannedFault::DelayAnswer(delay)) => {
                let reply = commit();
                tokio::time::sleep(*delay).await;
                Ok(reply)
            }
            _ => Ok(commit()),
        }
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let body = self.intake.taken();
        self.state.note(self.record, |record| {
            record.body = body;
            record.over = true;
        });
    }
}
