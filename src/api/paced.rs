//! Rate-limited calls of a service.

use std::future::Future;
use std::sync::Arc;

use super::limiter::{Limiter, Permit, Priority};
use super::{Service, SignedUpload, TransferProgress, UploadFile, Uploaded};
use crate::model::asset::{AssetAnswer, AssetId, ContentHash};
use crate::model::asset_deletion::DeletionAnswer;
use crate::model::fault::{Fault, FaultKind, Recovery};
use crate::model::key::ApiKey;

/// A service whose calls wait for a permit, and whose responses adjust the limiter.
///
/// Every method waits, then makes the request. Uploads may pass a permit queued earlier, to keep
/// the queue's order, and mark their progress as started after the wait.
#[derive(Debug)]
pub struct RateLimited<S> {
    service: S,
    limiter: Arc<Limiter>,
}

impl<S: Service> RateLimited<S> {
    /// Puts a service behind a limiter.
    pub fn new(service: S, limiter: Arc<Limiter>) -> Self {
        Self { service, limiter }
    }

    /// Returns the service, for calls that need no permit.
    pub fn service(&self) -> &S {
        &self.service
    }

    /// Returns the limiter.
    pub fn limiter(&self) -> &Arc<Limiter> {
        &self.limiter
    }

    /// Runs [`Service::check_key`].
    ///
    /// # Errors
    /// Faults of the service.
    pub async fn check_key(&self, key: &ApiKey, priority: Priority) -> Result<(), Fault> {
        let place = self.limiter.enqueue(priority);
        self.placed(place, None, self.service.check_key(key)).await
    }

    /// Runs [`Service::upload`] at upload priority.
    ///
    /// # Errors
    /// Faults of the service.
    pub async fn upload(
        &self,
        key: &ApiKey,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
        place: Option<Permit>,
    ) -> Result<Uploaded, Fault> {
        let call = self.service.upload(key, file, meter);
        self.placed(self.or_new(place), Some(meter), call).await
    }

    /// Runs [`Service::signed_url`] at upload priority.
    ///
    /// # Errors
    /// Faults of the service.
    pub async fn signed_url(
        &self,
        key: &ApiKey,
        file_name: &str,
        place: Option<Permit>,
    ) -> Result<SignedUpload, Fault> {
        let call = self.service.signed_url(key, file_name);
        self.placed(self.or_new(place), None, call).await
    }

    /// Runs [`Service::store`], started at upload priority.
    ///
    /// # Errors
    /// Faults of the service.
    pub async fn store(
        &self,
        ticket: &SignedUpload,
        file: &UploadFile,
        meter: &Arc<TransferProgress>,
        place: Option<Permit>,
    ) -> Result<Option<ContentHash>, Fault> {
        let call = self.service.store(ticket, file, meter);
        self.placed(self.or_new(place), Some(meter), call).await
    }

    /// Runs [`Service::metadata`].
    ///
    /// # Errors
    /// Faults of the service.
    pub async fn metadata(
        &self,
        key: &ApiKey,
        asset: &AssetId,
        priority: Priority,
    ) -> Result<AssetAnswer, Fault> {
        let place = self.limiter.enqueue(priority);
        let call = self.service.metadata(key, asset);
        self.placed(place, None, call).await
    }

    /// Runs [`Service::delete`].
    ///
    /// # Errors
    /// Faults of the service.
    pub async fn delete(
        &self,
        key: &ApiKey,
        asset: &AssetId,
        priority: Priority,
    ) -> Result<DeletionAnswer, Fault> {
        let place = self.limiter.enqueue(priority);
        let call = self.service.delete(key, asset);
        self.placed(place, None, call).await
    }

    /// Returns the permit of an upload's call, or a new one.
    fn or_new(&self, place: Option<Permit>) -> Permit {
        place.unwrap_or_else(|| self.limiter.enqueue(Priority::Upload))
    }

    /// Waits, runs the call (a future does nothing before it is awaited), and updates the limiter.
    async fn placed<T>(
        &self,
        place: Permit,
        meter: Option<&Arc<TransferProgress>>,
        call: impl Future<Output = Result<T, Fault>> + Send,
    ) -> Result<T, Fault> {
        let in_spite_of_hold = place.acquired().await;
        if let Some(meter) = meter {
            meter.start();
        }
        let result = call.await;
        let limited = match &result {
            Err(Fault {
                kind: FaultKind::RateLimited | FaultKind::RateLimitedOrInvalid,
                recovery,
                ..
            }) => Some(recovery),
            _ => None,
        };
        if in_spite_of_hold {
            self.limiter.tested(result.is_ok() || limited.is_some());
        }
        match limited {
            Some(Recovery::Transient { retry_after }) => self.limiter.rate_limited(*retry_after),
            Some(_) => self.limiter.rate_limited(None),
            None if result.is_ok() => self.limiter.on_success(),
            None => {}
        }
        result
    }
}

#[cfg(test)]
mod tests;
