//! One exchange of HTTP: what was read of its answer is there also when its time is over.

use std::time::Duration;

use bytes::BytesMut;
use reqwest::header::HeaderMap;

use super::error::{Answer, Cut};
use super::wire::Envelope;

/// Bytes of an answer that are read: the service's own are below 1 KiB.
pub(super) const ANSWER_LIMIT: usize = 1024 * 1024;
/// How long an answer may stand still before it is looked at whether it says all already:
/// then nobody waits for an end that may never come.
const PAUSE: Duration = Duration::from_secs(1);

/// The answer to a request, as far as it has come.
#[derive(Debug, Default)]
pub(super) struct Reading {
    head: Option<(u16, HeaderMap)>,
    body: BytesMut,
}

impl Reading {
    /// Sends a request and reads its answer, up to the limit.
    ///
    /// # Errors
    /// Where there is no answer. One that breaks off is one.
    pub(super) async fn exchange(
        &mut self,
        request: reqwest::RequestBuilder,
    ) -> Result<Answer, reqwest::Error> {
        let mut response = request.send().await?;
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        self.head = Some((status, headers.clone()));
        let cut = self.read(&mut response).await;
        Ok(Answer {
            status,
            headers,
            body: std::mem::take(&mut self.body).freeze(),
            cut,
        })
    }

    /// What came before the exchange was dropped; `None` where not even a status did.
    pub(super) fn so_far(self) -> Option<Answer> {
        let (status, headers) = self.head?;
        Some(Answer {
            status,
            headers,
            body: self.body.freeze(),
            cut: Some(Cut::Late),
        })
    }

    async fn read(&mut self, response: &mut reqwest::Response) -> Option<Cut> {
        loop {
            let chunk = match tokio::time::timeout(PAUSE, response.chunk()).await {
                Ok(chunk) => chunk,
                Err(_) if Envelope::read(&self.body).is_some() => return Some(Cut::Late),
                Err(_) => response.chunk().await,
            };
            match chunk {
                Ok(Some(chunk)) if self.body.len() + chunk.len() > ANSWER_LIMIT => {
                    return Some(Cut::TooLarge);
                }
                Ok(Some(chunk)) => self.body.extend_from_slice(&chunk),
                Ok(None) => return None,
                Err(_) => return Some(Cut::Broken),
            }
        }
    }
}
