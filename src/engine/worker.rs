//! One attempt of one file, from its first call to its last.

use std::sync::Arc;

use tokio::sync::oneshot;

use crate::api::paced::Paced;
use crate::api::{Meter, Outgoing, Service, Ticket};
use crate::model::asset::{AssetId, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::key::ApiKey;
use crate::model::media::Route;

/// What an attempt needs.
pub(super) struct Attempt<S> {
    pub service: Arc<Paced<S>>,
    pub key: ApiKey,
    pub file: Outgoing,
    pub route: Route,
    pub meter: Arc<Meter>,
    /// A ticket of an earlier attempt that is still good.
    pub ticket: Option<Ticket>,
}

impl<S: Service> Attempt<S> {
    /// Sends the file. `issued` is told of the ticket, and answers when its id is on disk.
    pub async fn run(
        self,
        issued: impl FnOnce(Ticket) -> oneshot::Receiver<()>,
    ) -> Result<(AssetId, Option<ContentHash>), Fault> {
        let outcome = match self.route {
            Route::Direct => self
                .service
                .upload(&self.key, &self.file, &self.meter, || self.meter.start())
                .await
                .map(|uploaded| (uploaded.asset_id, uploaded.content)),
            Route::SignedUrl => self.by_signed_url(issued).await,
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
        issued: impl FnOnce(Ticket) -> oneshot::Receiver<()>,
    ) -> Result<(AssetId, Option<ContentHash>), Fault> {
        let ticket = match &self.ticket {
            Some(ticket) => ticket.clone(),
            None => {
                self.service
                    .signed_url(&self.key, &self.file.name, || ())
                    .await?
            }
        };
        // An error means that the actor is gone, and this task with it.
        let _ = issued(ticket.clone()).await;
        let started = || self.meter.start();
        let content = self
            .service
            .store(&ticket, &self.file, &self.meter, started)
            .await?;
        Ok((ticket.asset_id, content))
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
