//! The client against scripted bytes on loopback, in real time with short timeouts.

mod breaks;
mod calls;

use super::*;
use crate::api::base_url::BaseUrl;
use crate::api::tests::wire_server::*;
use crate::model::fault::Recovery;

const KEY: &str = "sk-mavi-0123456789abcdef";
const OK: &str = r#"{"code":200,"msg":"success","data":{"asset_id":"re_660727003963174912"},"success":true,"failed":false}"#;
/// More than the buffers of a loopback connection take.
const LARGE: usize = 24_000_000;
const TRANSIENT: Recovery = Recovery::Transient { retry_after: None };

fn key() -> ApiKey {
    ApiKey::from_pasted(KEY).unwrap()
}

#[test]
fn a_request_borrows_the_key() {
    let key = key();
    let value = secret(&key).unwrap();
    assert_eq!(value.as_bytes().as_ptr(), key.expose().as_ptr());
    assert!(!format!("{value:?}").contains("0123"));
    drop(key);
    assert_eq!(value, KEY, "it lives as long as the request");
}

fn client_at(base: &str, change: impl FnOnce(&mut ClientOptions)) -> Client {
    let mut options = ClientOptions::new(BaseUrl::parse(base).unwrap());
    change(&mut options);
    Client::new(options)
}

fn client(server: &Server) -> Client {
    client_at(&server.base(), |_| {})
}

async fn upload(client: &Client, sample: &Sample) -> Result<Uploaded, Fault> {
    let meter = Arc::new(TransferProgress::default());
    let result = client.upload(&key(), &sample.file, &meter).await;
    if let Err(fault) = &result {
        let shown = format!("{fault:?}");
        assert!(!shown.contains("0123456789abcdef"), "{shown}");
    }
    result
}

/// Returns the fault of uploading a file of this size against one script.
async fn fault(size: usize, script: Script) -> Fault {
    let server = Server::start(vec![script]);
    let fault = upload(&client(&server), &sample(size)).await.unwrap_err();
    server.finish().await;
    fault
}

#[tokio::test]
async fn an_upload_is_one_exactly_sized_form() {
    for size in [1, 262_144, 1_000_000] {
        let server = Server::start(vec![answers("200 OK", "", OK)]);
        let sample = sample(size);
        let meter = Arc::new(TransferProgress::default());
        let uploaded = client(&server)
            .upload(&key(), &sample.file, &meter)
            .await
            .unwrap();
        assert_eq!(uploaded.asset_id.as_str(), "re_660727003963174912");
        let hash = blake3::hash(&sample.content).to_hex();
        assert_eq!(uploaded.content.unwrap().to_hex(), hash.as_str());
        assert_eq!(meter.sent(), size as u64);
        assert!(meter.body_out());

        let seen = &server.finish().await[0];
        assert_eq!(seen.line, "POST /serve/api/v2/upload HTTP/1.1");
        assert_eq!(seen.all("authorization"), [KEY]);
        assert_eq!(seen.all("content-length").len(), 1);
        for absent in ["transfer-encoding", "expect", "referer", "cookie"] {
            assert_eq!(seen.header(absent), None, "{absent}");
        }
        assert!(
            seen.header("user-agent")
                .unwrap()
                .starts_with("mavi-uploader/")
        );
        let boundary = seen
            .header("content-type")
            .unwrap()
            .strip_prefix("multipart/form-data; boundary=")
            .unwrap();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; \
             filename=\"影片 \\\"1\\\".mp4\"\r\nContent-Type: video/mp4\r\n\r\n"
        );
        let tail = format!("\r\n--{boundary}--\r\n");
        let inner = seen.body.strip_prefix(head.as_bytes()).unwrap();
        let inner = inner.strip_suffix(tail.as_bytes()).unwrap();
        assert!(inner == sample.content);
    }
}
