//! The storage server: each protocol of a signed URL, and its rejections.

use super::*;

const QUANTUM: usize = 256 * 1024;

fn flavoured(protocol: OfferedProtocol) -> Sandbox {
    Sandbox::start(SandboxOptions {
        protocol,
        ..quick()
    })
    .unwrap()
}

#[tokio::test]
async fn a_signed_asset_waits_without_a_size_until_its_bytes_are_there() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let (id, address, target) = signed_url(&sandbox, "大 片&1.mp4").await;
    let before = metadata(&sandbox, &id).await.json();
    assert_eq!(before["data"]["resource"][0]["upload_status"], "WAITING");
    assert_eq!(before["data"]["resource"][0].get("file_size"), None);

    let bytes = content(300_000);
    let answer = store(address, &format!("PUT {target}"), &[], &bytes).await;
    assert_eq!(answer.unwrap().status, 200);
    let after = metadata(&sandbox, &id).await.json();
    assert_eq!(after["data"]["resource"][0]["upload_status"], "SUCCESS");
    assert_eq!(after["data"]["resource"][0]["file_size"], "300000");
    let stored = &sandbox.stored()[0];
    assert_eq!(stored.blake3, blake3_of(&bytes));
    assert_eq!(stored.file_name, "大 片&1.mp4");
    assert_eq!(stored.via, Via::SignedUrl(OfferedProtocol::PutV4));
    assert_eq!(stored.writes, 1);
    let calls: Vec<_> = sandbox.requests().into_iter().map(|r| r.call).collect();
    assert_eq!(
        calls,
        [
            Some(Call::SignedUrl),
            Some(Call::Metadata),
            Some(Call::StoragePut),
            Some(Call::Metadata)
        ]
    );
}

#[tokio::test]
async fn each_flavour_takes_what_it_was_signed_for_and_nothing_else() {
    let form = form_of("a.png", b"pixels");
    let form_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let png = ("Content-Type", "image/png");
    let as_form = ("Content-Type", form_type.as_str());
    let start = ("x-goog-resumable", "start");
    let acl = ("x-goog-acl", "private");
    let raw: &[u8] = b"pixels";
    type Case<'a> = (
        OfferedProtocol,
        &'a str,
        &'a [(&'a str, &'a str)],
        &'a [u8],
        u16,
        &'a str,
    );
    let cases: [Case<'_>; 13] = [
        (OfferedProtocol::PutV4, "PUT", &[], raw, 200, ""),
        (
            OfferedProtocol::PutV4,
            "PUT",
            &[acl],
            raw,
            400,
            "MalformedSecurityHeader",
        ),
        (
            OfferedProtocol::PutV4,
            "POST",
            &[as_form],
            &form,
            403,
            "SignatureDoesNotMatch",
        ),
        (OfferedProtocol::PutV2, "PUT", &[], raw, 200, ""),
        (
            OfferedProtocol::PutV2,
            "PUT",
            &[png],
            raw,
            403,
            "SignatureDoesNotMatch",
        ),
        (OfferedProtocol::Form, "POST", &[as_form], &form, 204, ""),
        (OfferedProtocol::Form, "PUT", &[], raw, 405, ""),
        (
            OfferedProtocol::Form,
            "POST",
            &[png],
            raw,
            400,
            "MalformedPOSTRequest",
        ),
        (
            OfferedProtocol::ResumableStart,
            "POST",
            &[start],
            b"",
            201,
            "",
        ),
        (
            OfferedProtocol::ResumableStart,
            "POST",
            &[],
            b"",
            400,
            "x-goog-resumable",
        ),
        (
            OfferedProtocol::ResumableStart,
            "POST",
            &[start],
            raw,
            400,
            "InvalidArgument",
        ),
        (
            OfferedProtocol::ResumableStart,
            "PUT",
            &[start],
            raw,
            403,
            "SignatureDoesNotMatch",
        ),
        (OfferedProtocol::Session, "PUT", &[], raw, 200, ""),
    ];
    for (protocol, method, headers, body, status, told) in cases {
        let sandbox = flavoured(protocol);
        let (_, address, target) = signed_url(&sandbox, "a.png").await;
        let answer = store(address, &format!("{method} {target}"), headers, body)
            .await
            .unwrap();
        let what = format!("{protocol:?} {method} {headers:?}: {answer:?}");
        assert_eq!(answer.status, status, "{what}");
        assert!(answer.body.contains(told), "{what}");
        let stored = sandbox.stored();
        let expected = usize::from(status == 200 || status == 204);
        assert_eq!(stored.len(), expected, "{what}");
        if let Some(copy) = stored.first() {
            assert_eq!(copy.blake3, blake3_of(raw), "{what}");
        }
    }
}

#[tokio::test]
async fn the_storage_refuses_the_key_another_url_and_a_body_without_length() {
    let sandbox = Sandbox::start(quick()).unwrap();
    let (_, address, target) = signed_url(&sandbox, "a.mp4").await;
    let put = format!("PUT {target}");

    let with_key = store(address, &put, &[("Authorization", KEY)], b"x").await;
    assert_eq!(with_key.unwrap().status, 400);
    let expecting = store(address, &put, &[("Expect", "100-continue")], b"x").await;
    assert_eq!(expecting.unwrap().status, 417);
    let other = store(address, &format!("{put}0"), &[], b"x").await.unwrap();
    assert_eq!(other.status, 403);
    assert!(other.body.contains("<Code>SignatureDoesNotMatch</Code>"));

    let mut chunked = head(address, &put, &[("Transfer-Encoding", "chunked")]);
    chunked.extend_from_slice(b"1\r\nx\r\n0\r\n\r\n");
    assert_eq!(send(address, &chunked).await.unwrap().status, 411);
    assert!(sandbox.stored().is_empty());
}

async fn started(sandbox: &Sandbox) -> (SocketAddr, String) {
    let (_, address, target) = signed_url(sandbox, "a.mp4").await;
    let headers = [("x-goog-resumable", "start")];
    let answer = store(address, &format!("POST {target}"), &headers, b"").await;
    let answer = answer.unwrap();
    assert_eq!(answer.status, 201);
    let location = answer.header("location").unwrap();
    let (address, target) = split_url(&location);
    (address, format!("PUT {target}"))
}

async fn chunk(at: (SocketAddr, &str), range: &str, bytes: &[u8]) -> io::Result<Answer> {
    store(at.0, at.1, &[("Content-Range", range)], bytes).await
}

#[tokio::test]
async fn a_session_goes_on_from_where_it_stands() {
    let sandbox = flavoured(OfferedProtocol::ResumableStart);
    let (address, line) = started(&sandbox).await;
    let at = (address, line.as_str());
    let bytes = content(2 * QUANTUM + 100);
    let size = bytes.len();
    let ask = format!("bytes */{size}");

    let fresh = chunk(at, &ask, b"").await.unwrap();
    assert_eq!((fresh.status, fresh.header("range")), (308, None));

    let odd = chunk(at, &format!("bytes 0-99/{size}"), &bytes[..100]).await;
    assert_eq!(odd.unwrap().status, 400, "no multiple of 256 KiB");
    let gap = format!("bytes {QUANTUM}-{}/{size}", 2 * QUANTUM - 1);
    let gap = chunk(at, &gap, &bytes[QUANTUM..2 * QUANTUM]).await;
    assert_eq!(gap.unwrap().status, 400, "a gap before it");

    let first = format!("bytes 0-{}/{size}", QUANTUM - 1);
    let first = chunk(at, &first, &bytes[..QUANTUM]).await.unwrap();
    assert_eq!(first.status, 308);
    assert_eq!(first.header("range").unwrap(), "bytes=0-262143");

    // Bytes that overlap with stored ones are skipped.
    let rest = format!("bytes 100-{}/{size}", size - 1);
    let rest = chunk(at, &rest, &bytes[100..]).await.unwrap();
    assert_eq!(rest.status, 200);
    assert_eq!(sandbox.stored()[0].blake3, blake3_of(&bytes));
    assert_eq!(chunk(at, &ask, b"").await.unwrap().status, 200);
    assert_eq!(sandbox.stored()[0].writes, 1);
}

#[tokio::test]
async fn a_session_keeps_whole_quanta_of_what_was_cut_off() {
    let cut = 2 * QUANTUM as u64 + 5;
    let plan = FaultPlan::new()
        .on(Call::SessionPut)
        .then(PlannedFault::ResetAfter { bytes: cut })
        .on(Call::SessionPut)
        .then(PlannedFault::Answer(Reply::storage_error(
            503, "SlowDown", "",
        )));
    let sandbox = Sandbox::start(SandboxOptions {
        plan,
        protocol: OfferedProtocol::ResumableStart,
        ..quick()
    })
    .unwrap();
    let (address, line) = started(&sandbox).await;
    let at = (address, line.as_str());
    let bytes = content(5 * QUANTUM);
    let last = bytes.len() - 1;
    let ask = format!("bytes */{}", bytes.len());
    let mut from = 0;
    for (status, kept) in [(None, 2), (Some(503), 2)] {
        let range = format!("bytes {from}-{last}/{}", bytes.len());
        let answer = chunk(at, &range, &bytes[from..]).await;
        assert_eq!(answer.ok().map(|answer| answer.status), status);
        let standing = chunk(at, &ask, b"").await.unwrap();
        assert_eq!(standing.status, 308);
        let range = standing.header("range").unwrap();
        assert_eq!(range, format!("bytes=0-{}", kept * QUANTUM - 1));
        from = kept * QUANTUM;
    }
    let range = format!("bytes {from}-{last}/{}", bytes.len());
    let answer = chunk(at, &range, &bytes[from..]).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(sandbox.stored()[0].blake3, blake3_of(&bytes));
}

#[tokio::test]
async fn a_lost_session_stays_lost() {
    let plan = FaultPlan::new()
        .on(Call::SessionStatus)
        .then(PlannedFault::LoseSession { status: 410 });
    let sandbox = Sandbox::start(SandboxOptions {
        plan,
        protocol: OfferedProtocol::ResumableStart,
        ..quick()
    })
    .unwrap();
    let (address, line) = started(&sandbox).await;
    for status in [410, 404] {
        let answer = chunk((address, &line), "bytes */10", b"").await.unwrap();
        assert_eq!(answer.status, status);
    }
}
