//! The bytes of a row on their way to the service.

use std::sync::Arc;

use tokio::time::Instant;

use crate::api::{SecretUrl, SignedUpload, TransferProgress};
use crate::engine::speed::Speed;
use crate::model::upload::{Upload, UploadState};

/// A row's transfers in this run.
#[derive(Debug, Default)]
pub(in crate::engine) struct RowTransfer {
    /// Ticket issued for it, with its time. A secret: never written to the journal.
    ticket: Option<(SignedUpload, Instant)>,
    meter: Option<Arc<TransferProgress>>,
    /// Bytes were sent in this run, and it has not ended since.
    has_sent_bytes: bool,
    /// Session and offset in bytes at which the last attempt stopped.
    resume_offset: Option<(SecretUrl, u64)>,
    speed: Speed,
}

/// A look at the meter of a transfer that has begun.
#[derive(Debug)]
pub(in crate::engine) struct TransferSample {
    /// Bytes that went since the last sample.
    pub new: u64,
    /// Bytes that went in this attempt.
    pub moved: u64,
    /// The whole body is out.
    pub is_out: bool,
}

impl RowTransfer {
    pub fn ticket(&self) -> Option<&(SignedUpload, Instant)> {
        self.ticket.as_ref()
    }

    /// Keeps a ticket, whose age counts from its first use; true if it is another one.
    pub fn keep_ticket(&mut self, ticket: &SignedUpload) -> bool {
        let is_known = (self.ticket.as_ref()).is_some_and(|(known, _)| known == ticket);
        if !is_known {
            self.ticket = Some((ticket.clone(), Instant::now()));
        }
        !is_known
    }

    pub fn discard_ticket(&mut self) {
        self.ticket = None;
    }

    /// Discards a ticket that has expired. A session outlives the URL that started it.
    pub fn discard_expired_ticket(&mut self) {
        self.ticket.take_if(|(ticket, since)| {
            let is_over = |valid| since.elapsed() >= valid;
            ticket.session.url().is_none() && ticket.expires_in.is_some_and(is_over)
        });
    }

    pub fn meter(&self) -> Option<&Arc<TransferProgress>> {
        self.meter.as_ref()
    }

    /// Begins an attempt.
    pub fn begin(&mut self, meter: Arc<TransferProgress>) {
        self.meter = Some(meter);
        self.speed = Speed::default();
    }

    /// Drops the meter of an attempt that is over; one that is kept keeps its memory.
    pub fn end(&mut self) {
        self.meter = None;
    }

    pub fn has_started(&self) -> bool {
        self.meter.as_ref().is_some_and(|meter| meter.started())
    }

    /// Reads the meter; `None` while the transfer has not begun.
    pub fn sample(&mut self, now: Instant) -> Option<TransferSample> {
        let meter = self.meter.as_ref().filter(|meter| meter.started())?;
        let (moved, is_out) = (meter.moved(), meter.body_out());
        let new = self.speed.sample(now, moved);
        Some(TransferSample { new, moved, is_out })
    }

    pub fn speed(&self) -> &Speed {
        &self.speed
    }

    /// Returns bytes sent in the running attempt or, while none runs, kept in a session; the whole
    /// size once the service has it.
    pub fn sent(&self, upload: &Upload) -> u64 {
        match upload.state {
            // Until the session reports its offset, the last known one counts.
            UploadState::Sending { .. } => match self.metered() {
                0 => self.in_session(),
                sent => sent,
            },
            UploadState::Queued
            | UploadState::RetryScheduled { .. }
            | UploadState::Paused { .. } => self.in_session(),
            UploadState::Processing { .. } | UploadState::Done { .. } => upload.size(),
            _ => 0,
        }
    }

    /// Returns whether bytes were sent in this run without a result so far.
    pub fn has_sent(&self, upload: &Upload) -> bool {
        let moves = matches!(upload.state, UploadState::Sending { .. });
        self.has_sent_bytes || moves && self.metered() > 0
    }

    /// Remembers the offset of a stopped transfer whose session may resume.
    pub fn on_stopped(&mut self, before: &UploadState) {
        let sent = self.metered();
        if matches!(before, UploadState::Sending { .. }) && sent > 0 {
            self.has_sent_bytes = true;
            self.resume_offset = self.session().map(|session| (session, sent));
        }
    }

    /// Forgets that bytes were sent, now that it is known what became of them.
    pub fn on_result(&mut self) {
        self.has_sent_bytes = false;
    }

    fn metered(&self) -> u64 {
        self.meter.as_ref().map_or(0, |meter| meter.sent())
    }

    /// Returns bytes that the next attempt need not send again, as far as this run knows.
    fn in_session(&self) -> u64 {
        match &self.resume_offset {
            Some((session, sent)) if self.session().as_ref() == Some(session) => *sent,
            _ => 0,
        }
    }

    fn session(&self) -> Option<SecretUrl> {
        let (ticket, _) = self.ticket.as_ref()?;
        ticket.session.url()
    }
}
