//! Reads an HTTP response so that a partial one survives a timeout.

use std::time::Duration;

use bytes::BytesMut;
use reqwest::header::HeaderMap;

use super::error::{Response, Truncation};
use super::wire::Envelope;

/// Largest response read, in bytes; the service's own are below 1 KiB.
pub(super) const ANSWER_LIMIT: usize = 1024 * 1024;
/// Time without data after which a response is checked for being complete: its end may never come.
const PAUSE: Duration = Duration::from_secs(1);

/// A response, as far as received.
#[derive(Debug, Default)]
pub(super) struct ResponseReader {
    head: Option<(u16, HeaderMap)>,
    body: BytesMut,
}

impl ResponseReader {
    /// Sends a request and reads its response, up to the limit.
    ///
    /// # Errors
    /// Transport errors before a response; a truncated response counts as one.
    pub(super) async fn exchange(
        &mut self,
        request: reqwest::RequestBuilder,
    ) -> Result<Response, reqwest::Error> {
        let mut response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.head = Some((status, headers.clone()));
        let cut = self.read(&mut response).await;
        Ok(Response {
            status,
            headers,
            body: std::mem::take(&mut self.body).freeze(),
            cut,
        })
    }

    /// Returns the part received before the exchange was dropped; `None` without a status.
    pub(super) fn into_partial(self) -> Option<Response> {
        let (status, headers) = self.head?;
        Some(Response {
            status,
            headers,
            body: self.body.freeze(),
            cut: Some(Truncation::TimedOut),
        })
    }

    async fn read(&mut self, response: &mut reqwest::Response) -> Option<Truncation> {
        loop {
            let chunk = match tokio::time::timeout(PAUSE, response.chunk()).await {
                Ok(chunk) => chunk,
                Err(_) if Envelope::read(&self.body).is_some() => {
                    return Some(Truncation::TimedOut);
                }
                Err(_) => response.chunk().await,
            };
            match chunk {
                Ok(Some(chunk)) if self.body.len() + chunk.len() > ANSWER_LIMIT => {
                    return Some(Truncation::TooLarge);
                }
                Ok(Some(chunk)) => self.body.extend_from_slice(&chunk),
                Ok(None) => return None,
                Err(_) => return Some(Truncation::ConnectionLost),
            }
        }
    }
}
