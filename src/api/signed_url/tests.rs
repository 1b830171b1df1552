//! The storage step: its tables, and its protocols against scripted bytes.

mod protocols;
mod sessions;
mod tables;

use std::time::Duration;

use super::*;
use crate::api::base_url::BaseUrl;
use crate::api::client::ClientOptions;
use crate::api::tests::wire_server::*;
use crate::api::{Service, Session};
use crate::model::asset::AssetId;

const TRANSIENT: Recovery = Recovery::Transient { retry_after: None };
const V4: &str =
    "X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-SignedHeaders=host&X-Goog-Signature=5ecret";
const V4_TYPED: &str = "x-goog-signedheaders=content-type%3Bhost&X-Goog-Signature=5ecret";
const STARTS: &str = "X-Goog-SignedHeaders=host%3Bx-goog-resumable&X-Goog-Signature=5ecret";
const MISMATCH: &str = "<?xml version='1.0'?><Error><Code>SignatureDoesNotMatch</Code>\
    <Message>see https://h/o?X-Goog-Signature=5ecret</Message></Error>";

fn client(server: &Server) -> Client {
    Client::new(ClientOptions::new(BaseUrl::parse(&server.base()).unwrap()))
}

fn ticket(server: &Server, query: &str) -> SignedUpload {
    let url = format!("http://{}/bucket/o.mp4?{query}", server.address);
    SignedUpload {
        asset_id: AssetId::new("re_1").unwrap(),
        url: SecretUrl(zeroize::Zeroizing::new(url)),
        expires_in: None,
        session: Session::default(),
        unanswered: Default::default(),
    }
}

async fn store(
    client: &Client,
    ticket: &SignedUpload,
    sample: &Sample,
) -> Result<Option<ContentHash>, Fault> {
    let meter = Arc::new(TransferProgress::default());
    let result = client.store(ticket, &sample.file, &meter).await;
    match &result {
        Ok(hash) => assert_eq!(
            hash.unwrap().to_hex(),
            blake3::hash(&sample.content).to_hex().as_str()
        ),
        Err(fault) => {
            let shown = format!("{fault:?}");
            assert!(!shown.contains("5ecret"), "{shown}");
        }
    }
    result
}

fn assert_raw(seen: &Seen, sample: &Sample) {
    assert!(seen.line.starts_with("PUT /bucket/o.mp4?"), "{}", seen.line);
    assert!(seen.body == sample.content);
}

fn assert_clean(seen: &Seen) {
    for absent in [
        "authorization",
        "user-agent",
        "transfer-encoding",
        "expect",
        "referer",
    ] {
        assert_eq!(seen.header(absent), None, "{absent}");
    }
    assert_eq!(seen.all("content-length").len(), 1);
}

/// Reads a whole request and hangs up.
fn loses() -> Script {
    Box::new(|conn| {
        conn.read_request();
        hangs_up(conn);
    })
}
