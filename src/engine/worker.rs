//! One attempt of one file, from its first call to its last.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;

use super::saved_session::{self, Purpose};
use crate::api::limiter::{Permit, Priority};
use crate::api::paced::RateLimited;
use crate::api::{Service, SignedUpload, TransferProgress, UploadFile};
use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::key::ApiKey;
use crate::model::media::Route;
use crate::store::{KeychainWorker, SecretError};

/// Wait for the keychain, which may ask the user to unlock it.
const KEYCHAIN: Duration = Duration::from_secs(60);

pub(super) struct UploadAttempt<S> {
    pub service: Arc<RateLimited<S>>,
    pub key: ApiKey,
    pub file: UploadFile,
    pub route: Route,
    pub meter: Arc<TransferProgress>,
    /// Its permit, taken in the queue's order.
    pub place: Option<Permit>,
    /// A valid ticket of an earlier attempt.
    pub ticket: Option<SignedUpload>,
    /// Keychain entry of an earlier run's ticket.
    pub recall: Option<(Arc<KeychainWorker>, Purpose)>,
}

impl<S: Service> UploadAttempt<S> {
    /// Sends the file. `reserved_id` gets the ticket and resolves once its id is on disk; `session` is
    /// called for every new session.
    ///
    /// # Errors
    ///
    /// The fault that ended the attempt.
    pub async fn run(
        mut self,
        session: impl Fn(),
        reserved_id: impl FnOnce(SignedUpload) -> oneshot::Receiver<()>,
    ) -> Result<(AssetId, Option<ContentHash>), Fault> {
        let place = self.place.take();
        let outcome = match self.route {
            Route::Direct => self
                .service
                .upload(&self.key, &self.file, &self.meter, place)
                .await
                .map(|uploaded| (uploaded.asset_id, uploaded.content)),
            Route::SignedUrl => self.by_signed_url(place, session, reserved_id).await,
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
        reserved_id: impl FnOnce(SignedUpload) -> oneshot::Receiver<()>,
    ) -> Result<(AssetId, Option<ContentHash>), Fault> {
        let known = match &self.ticket {
            Some(ticket) => Some(ticket.clone()),
            None => {
                if self.recall.is_some() {
                    // The keychain may take long, and other files need not wait for it.
                    place = None;
                }
                self.recalled().await
            }
        };
        let ticket = match known {
            Some(ticket) => ticket,
            None => {
                self.service
                    .signed_url(&self.key, &self.file.name, place.take())
                    .await?
            }
        };
        // The attempt was dropped, or the actor is gone and cannot journal the id.
        if reserved_id(ticket.clone()).await.is_err() {
            return Err(Fault::new(FaultKind::Cancelled));
        }
        let store = self
            .service
            .store(&ticket, &self.file, &self.meter, place.take());
        let content = tokio::select! {
            content = store => content?,
            never = ticket.session.each(session) => match never {},
        };
        Ok((ticket.asset_id, content))
    }

    /// Returns an earlier run's ticket with its session; `None` if the keychain has none or does
    /// not answer, so that the file starts over.
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
            Ok(Ok(Ok(Some(secret)))) => saved_session::read(&secret, purpose),
            Ok(Ok(Err(error))) => {
                tracing::warn!(%error, "a session cannot be read");
                None
            }
            Err(_) => {
                // The keychain asks the user, who may be away.
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

    /// Tells an early rejection, often lost as a broken connection, from a network fault.
    async fn refused_or(&self, broken: Fault) -> Fault {
        match self.service.check_key(&self.key, Priority::Upload).await {
            Err(refused) if refused.fix().is_some() => refused,
            _ => broken,
        }
    }
}
