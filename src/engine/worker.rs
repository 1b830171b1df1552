//! One attempt of one file, from its first call to its last.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::sessions::{self, Purpose};
use crate::api::limiter::Permit;
use crate::api::paced::RateLimited;
use crate::api::{Service, SignedUpload, TransferProgress, UploadFile};
use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::key::ApiKey;
use crate::model::media::Route;
use crate::store::{KeychainWorker, SecretError};

/// How long an attempt waits for the keychain, which may ask the user to unlock it.
const KEYCHAIN: Duration = Duration::from_secs(60);

/// What an attempt needs.
pub(super) struct UploadAttempt<S> {
    pub service: Arc<RateLimited<S>>,
    pub key: ApiKey,
    pub file: UploadFile,
    pub route: Route,
    pub meter: Arc<TransferProgress>,
    /// Its place in the line, taken in the queue's order.
    pub place: Option<Permit>,
    /// A ticket of an earlier attempt that is still good.
    pub ticket: Option<SignedUpload>,
    /// Where a ticket of an earlier run is, and for what.
    pub recall: Option<(Arc<KeychainWorker>, Purpose)>,
}

impl<S: Service> UploadAttempt<S> {
    /// Sends the file. `issued` is told of the ticket, and answers when its id is on disk;
    /// `session` is called when there is a session, and when there is another one.
    pub async fn run(
        mut self,
        session: impl Fn(),
        issued: impl FnOnce(SignedUpload) -> oneshot::Receiver<()>,
    ) -> Result<(AssetId, Option<ContentHash>), Fault> {
        let place = self.place.take();
        let outcome = match self.route {
            Route::Direct => self
                .service
                .upload(&self.key, &self.file, &self.meter, place, || {
                    self.meter.start();
                })
                .await
                .map(|uploaded| (uploaded.asset_id, uploaded.content)),
            Route::SignedUrl => self.by_signed_url(place, session, issued).await,
        };
        match outcome {
            Err(fault) if fault.kind == FaultKind::BrokenInBody => {
                Err(self.refused_or(fault).await)
            }
            other => other,
        }
    }

    async fn by_signed_url(
        &self,
        mut place: Option<Permit>,
        session: impl Fn(),
        issued: impl FnOnce(SignedUpload) -> oneshot::Receiver<()>,
    ) -> Result<(AssetId, Option<ContentHash>), Fault> {
        let known = match &self.ticket {
            Some(ticket) => Some(ticket.clone()),
            None => {
                if self.recall.is_some() {
                    // The keychain may take its time, and others need not wait for it.
                    place = None;
                }
                self.recalled().await
            }
        };
        let ticket = match known {
            Some(ticket) => ticket,
            None => {
                self.service
                    .signed_url(&self.key, &self.file.name, place.take(), || ())
                    .await?
            }
        };
        // Nobody waits for this attempt any more, or nobody is left to write the id down.
        if issued(ticket.clone()).await.is_err() {
            return Err(Fault::new(FaultKind::Cancelled));
        }
        let started = || self.meter.start();
        let store = self
            .service
            .store(&ticket, &self.file, &self.meter, place.take(), started);
        let content = tokio::select! {
            content = store => content?,
            never = ticket.session.each(session) => match never {},
        };
        Ok((ticket.asset_id, content))
    }

    /// The ticket of an earlier run, with its session; `None` where the keychain has none,
    /// or does not answer: then the file starts again.
    async fn recalled(&self) -> Option<SignedUpload> {
        let (keychain, purpose) = self.recall.as_ref()?;
        let (sender, answer) = oneshot::channel();
        let asset = purpose.asset.clone();
        keychain.in_turn(
            move |keychain| keychain.load_session(&asset),
            move |session| {
                let _ = sender.send(session);
            },
        );
        let ticket = match tokio::time::timeout(KEYCHAIN, answer).await {
            Ok(Ok(Ok(Some(secret)))) => sessions::read(&secret, purpose),
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a session cannot be read");
                None
            }
            Err(_) => {
                // The question stands before the user, who need not be there.
                keychain.give_up(SecretError::Locked);
                None
            }
            _ => None,
        };
        tracing::info!(
            asset = purpose.asset.as_str(),
            goes_on = ticket.is_some(),
            "a session of an earlier run"
        );
        ticket
    }

    /// A refusal that comes early is often lost as a broken connection: one cheap call
    /// tells it from trouble with the network.
    async fn refused_or(&self, broken: Fault) -> Fault {
        match self.service.check_key(&self.key, || ()).await {
            Err(refused) if refused.fix().is_some() => refused,
            _ => broken,
        }
    }
}
