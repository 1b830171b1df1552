//! Documented and observed variants of responses.

use serde_json::json;

use super::*;
use crate::api::exchange::ANSWER_LIMIT;

fn read(body: &str) -> Envelope<'_> {
    Envelope::read(body.as_bytes()).unwrap_or_else(|| panic!("not read: {body}"))
}

fn asset_id(data: &Value) -> Option<AssetId> {
    super::asset_id(Data(&data.to_string()))
}

fn ticket(data: &Value) -> Option<SignedUpload> {
    super::ticket(Data(&data.to_string()))
}

fn metadata(data: &Value, asset: &AssetId) -> Option<AssetAnswer> {
    super::metadata(Data(&data.to_string()), asset)
}

#[test]
fn every_success_that_was_seen_is_a_success() {
    for body in [
        r#"{"code":200,"msg":"success","data":{},"success":true,"failed":false}"#,
        r#"{"code":"200","msg":"success","data":{}}"#,
        r#"{"code":"0000","msg":"success","data":{},"success":true,"failed":false}"#,
        r#"{"code":0,"data":{}}"#,
        r#"{"data":{"asset_id":"re_1"}}"#,
        r#"{"code":null,"data":{},"success":"true"}"#,
        r#"{"success":true,"data":null}"#,
        "\u{feff} {\"code\":200}",
    ] {
        assert_eq!(read(body).says(), EnvelopeStatus::Success, "{body}");
    }
}

#[test]
fn every_failure_that_was_seen_is_a_failure() {
    for (body, says) in [
        (
            r#"{"code":401,"msg":"Unauthorized","data":null}"#,
            EnvelopeStatus::Failure(401),
        ),
        (
            r#"{"code":"0429","msg":"x","data":null}"#,
            EnvelopeStatus::Failure(429),
        ),
        (
            r#"{"code":"0401","failed":true}"#,
            EnvelopeStatus::Failure(401),
        ),
        (
            r#"{"code":"0001","success":false}"#,
            EnvelopeStatus::Failure(1),
        ),
        (r#"{"code":"9009"}"#, EnvelopeStatus::Failure(9009)),
        (r#"{"code":"ERR","data":{}}"#, EnvelopeStatus::PlainFailure),
        (r#"{"success":false}"#, EnvelopeStatus::PlainFailure),
        (r#"{"failed":true,"data":{}}"#, EnvelopeStatus::PlainFailure),
        (r#"{"failed":"true"}"#, EnvelopeStatus::PlainFailure),
        (
            r#"{"code":200,"success":false}"#,
            EnvelopeStatus::Contradiction,
        ),
        (
            r#"{"code":"0000","failed":true}"#,
            EnvelopeStatus::Contradiction,
        ),
        (
            r#"{"code":429,"success":true}"#,
            EnvelopeStatus::Failure(429),
        ),
    ] {
        assert_eq!(read(body).says(), says, "{body}");
    }
}

#[test]
fn what_is_not_an_envelope_is_not_read_as_one() {
    for body in [
        "",
        "null",
        "[]",
        "\"re_1\"",
        "{",
        r#"{"code":200,"data":{"asset_id":"re_1""#,
        r#"{"hello":"world"}"#,
        "<html></html>",
        "{}",
    ] {
        assert_eq!(Envelope::read(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn a_spring_body_gives_its_words_and_its_request_id() {
    let body = r#"{"timestamp":"2026-01-01T00:00:00","path":"/x","status":503,
        "error":"Service Unavailable","requestId":"ab-12"}"#;
    let envelope = read(body);
    assert_eq!(envelope.message.as_deref(), Some("Service Unavailable"));
    assert_eq!(envelope.request_id.as_deref(), Some("ab-12"));
    assert_eq!(envelope.code, None);
}

#[test]
fn messages_are_recognised() {
    assert!(read(r#"{"msg":"Request has exceeded the limit."}"#).is_shared_limit_text());
    assert!(read(r#"{"msg":"Rate limit exceeded"}"#).is_rate_limit_text());
    assert!(!read(r#"{"msg":"Rate limit exceeded"}"#).is_shared_limit_text());
    for text in [
        "Asset not found",
        "asset does not exist",
        "No such asset: re_1",
    ] {
        assert!(
            read(&json!({"code":400,"msg":text}).to_string()).is_asset_not_found(),
            "{text}"
        );
    }
    assert!(!read(r#"{"msg":"page not found"}"#).is_asset_not_found());
    assert!(!read(r#"{"data":{}}"#).is_asset_not_found());
}

#[test]
fn an_asset_id_is_found_in_every_form() {
    for (data, id) in [
        (
            json!({"asset_id":"re_660727003963174912"}),
            "re_660727003963174912",
        ),
        (
            json!({"asset_id":660_727_003_963_174_912_u64}),
            "660727003963174912",
        ),
        (json!({"assetId":" re_1 "}), "re_1"),
        (json!({"data":{"asset_id":"re_1"}}), "re_1"),
        (json!([{"asset_id":"re_1"}]), "re_1"),
        (
            json!({"asset_id":null,"resource":[{"asset_id":"re_1"}]}),
            "re_1",
        ),
        (json!("re_1"), "re_1"),
        (json!("re_660727003963174912"), "re_660727003963174912"),
        (json!(" im_7 "), "im_7"),
        (json!("imc_7_2"), "imc_7_2"),
    ] {
        assert_eq!(asset_id(&data).unwrap().as_str(), id, "{data}");
    }
    for data in [
        json!(null),
        json!({}),
        json!({"asset_id":null}),
        json!({"asset_id":""}),
        json!({"asset_id":"a/b"}),
        json!({"asset_id":1e30}),
        json!({"asset_id":true}),
        json!({"asset_id":"null"}),
        json!({"asset_id":"Undefined"}),
        json!({"asset_id":"None"}),
        json!({"asset_id":"false"}),
        json!({"asset_id":"true"}),
        json!({"asset_id":"NaN"}),
        json!({"asset_id":"0"}),
        json!({"asset_id":0}),
        json!("ok"),
        json!("upload_done"),
        json!("stored as re_1"),
        json!([{"asset_id":"re_1"},{"asset_id":"re_2"}]),
    ] {
        assert_eq!(asset_id(&data), None, "{data}");
    }
}

#[test]
fn of_two_names_the_better_one_counts_and_what_is_nearer_goes_before_what_is_deep() {
    for (data, id) in [
        (r#"{"assetId":"re_2","asset_id":"re_1"}"#, "re_1"),
        (r#"{"asset_id":null,"assetId":"re_2"}"#, "re_2"),
        (r#"{"a":{"asset_id":"re_2"},"asset_id":"re_1"}"#, "re_1"),
        (
            r#"{"b":{"asset_id":"re_1"},"a":{"asset_id":"re_2"}}"#,
            "re_1",
        ),
        (r#"{"asset_id":"re_2","asset_id":"re_1"}"#, "re_1"),
        (
            r#"{"frames":[{"asset_id":"a"},{"asset_id":"b"}],"x":{"asset_id":"re_1"}}"#,
            "re_1",
        ),
        (r#"{"a":{"b":{"c":{"d":{"asset_id":"re_1"}}}}}"#, "re_1"),
    ] {
        let found = super::asset_id(Data(data)).unwrap_or_else(|| panic!("{data}"));
        assert_eq!(found.as_str(), id, "{data}");
    }
    let too_deep = r#"{"a":{"b":{"c":{"d":{"e":{"asset_id":"re_1"}}}}}}"#;
    assert_eq!(super::asset_id(Data(too_deep)), None);
}

#[test]
fn what_nobody_asks_for_may_be_as_odd_as_json_allows() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let body =
        format!(r#"{{"code":200,"x":{deep},"y":1e999,"data":{{"z":{deep},"asset_id":"re_1"}}}}"#);
    let envelope = read(&body);
    assert_eq!(envelope.says(), EnvelopeStatus::Success);
    assert_eq!(super::asset_id(envelope.data).unwrap().as_str(), "re_1");
}

#[test]
fn a_ticket_needs_an_id_and_a_url() {
    let full = json!({"asset_id":"re_1","signed_url":"https://h/o?s=1","expires_in":93600});
    let read = ticket(&full).unwrap();
    assert_eq!(read.asset_id.as_str(), "re_1");
    assert_eq!(read.url.0.as_str(), "https://h/o?s=1");
    assert_eq!(read.expires_in, Some(Duration::from_secs(93_600)));
    let strings = json!({"asset_id":1,"signed_url":"https://h/o","expires_in":"60.0"});
    assert_eq!(
        ticket(&strings).unwrap().expires_in,
        Some(Duration::from_secs(60))
    );
    for data in [
        json!(null),
        json!({"asset_id":"re_1"}),
        json!({"signed_url":"https://h/o"}),
        json!({"asset_id":"re_1","signed_url":""}),
        json!({"asset_id":"re_1","signed_url":5}),
    ] {
        assert_eq!(ticket(&data), None, "{data}");
    }
}

#[test]
fn metadata_is_read_in_every_form() {
    let known = |status, file_size| Some(AssetAnswer::Known(AssetMetadata::new(status, file_size)));
    let id = AssetId::new("re_1").unwrap();
    for (data, answer) in [
        (
            json!({"total":"1","resource":[{"asset_id":"re_1","file_size":"133652816",
                "upload_status":"SUCCESS"}]}),
            known(AssetStatus::Success, Some(133_652_816)),
        ),
        (
            json!({"resource":[{"asset_id":"re_2","upload_status":"SUCCESS"}]}),
            None,
        ),
        (
            json!({"resource":[{"asset_id":"re_1","upload_status":"SUCCESS",
                "file_size":"99999999999999999999999"}]}),
            known(AssetStatus::Success, Some(u64::MAX)),
        ),
        (
            json!({"resource":[{"asset_id":"re_2","upload_status":"FAILED"},
                {"asset_id":"re_1","upload_status":"WAITING","file_size":0}]}),
            known(AssetStatus::Waiting, None),
        ),
        // A ready asset has a size; before that, 0 means none yet.
        (
            json!({"resource":[{"asset_id":"re_1","upload_status":"SUCCESS","file_size":"0"}]}),
            known(AssetStatus::Success, Some(0)),
        ),
        (
            json!({"resource":[{"asset_id":"re_1","upload_status":"SUCCESS","file_size":133_652_816_u64}]}),
            known(AssetStatus::Success, Some(133_652_816)),
        ),
        (
            json!({"resource":[{"asset_id":"re_1","upload_status":"SUCCESS","file_size":{"v":72}}]}),
            known(AssetStatus::Success, None),
        ),
        (
            json!({"resource":[{"upload_status":"uploading","file_size":null}]}),
            known(AssetStatus::Uploading, None),
        ),
        (
            json!({"resource":{"upload_status":"NEW ONE","file_size":12}}),
            known(AssetStatus::Other, Some(12)),
        ),
        (
            json!([{"asset_id":"re_1","upload_status":"SUCCESS"}]),
            known(AssetStatus::Success, None),
        ),
        (
            json!({"asset_id":"re_1","upload_status":"SUCCESS","file_size":"5"}),
            known(AssetStatus::Success, Some(5)),
        ),
        (
            json!({"total":0,"resource":[]}),
            Some(AssetAnswer::NotFound),
        ),
        (json!(null), None),
        (json!({}), None),
        (json!({"resource":null}), Some(AssetAnswer::NotFound)),
        (json!({"resource":[{"asset_id":"re_1"}]}), None),
        (
            json!({"resource":[{"asset_id":"re_2","upload_status":"SUCCESS"},
                {"asset_id":"re_3","upload_status":"SUCCESS"}]}),
            None,
        ),
    ] {
        assert_eq!(metadata(&data, &id), answer, "{data}");
    }
}

#[test]
fn metadata_names_the_file_and_its_time() {
    let id = AssetId::new("re_1").unwrap();
    let read = |name, extension| {
        let data = json!({"resource":[{"asset_id":"re_1","upload_status":"SUCCESS",
            "original_filename":name,"extension":extension,"create_time":"1766989317192"}]});
        match metadata(&data, &id) {
            Some(AssetAnswer::Known(metadata)) => (metadata.file_name, metadata.created_at_ms),
            other => panic!("{other:?}"),
        }
    };
    let at = Some(1_766_989_317_192);
    for (name, extension, whole) in [
        (json!("clip"), json!("mp4"), Some("clip.mp4")),
        (json!("clip.mp4"), json!("mp4"), Some("clip.mp4")),
        (json!("clip"), json!(""), Some("clip")),
        (json!("clip"), json!(null), Some("clip")),
        (json!(null), json!("mp4"), None),
    ] {
        assert_eq!(read(name, extension), (whole.map(str::to_owned), at));
    }
}

#[test]
fn a_size_that_is_no_plain_number_is_not_reported() {
    let id = AssetId::new("re_1").unwrap();
    for size in [
        json!("-72"),
        json!(-1),
        json!("12abc"),
        json!("127.46 MB"),
        json!("133,652,816"),
        json!("12.5"),
        json!(12.5),
        json!("1.3e8"),
        json!("0x10"),
        json!("+12"),
        json!(""),
        json!("unknown"),
        json!(true),
        json!([12]),
    ] {
        let data = json!({"resource":[
            {"asset_id":"re_1","upload_status":"SUCCESS","file_size":size}]});
        let Some(AssetAnswer::Known(metadata)) = metadata(&data, &id) else {
            panic!("{data}");
        };
        assert_eq!(metadata.file_size, None, "{data}");
    }
}

#[test]
fn trouble_that_passes_and_calls_that_are_gone_are_told_by_their_words() {
    for text in [
        "The network is abnormal, please try again later",
        "Network exception",
        "System busy",
        "The system is busy, please retry later",
        "Server is busy.",
        "系统繁忙，请稍后再试",
    ] {
        assert!(speaks_of_passing_trouble(text), "{text}");
        assert!(!speaks_of_retirement(text), "{text}");
    }
    for text in [
        "This API is deprecated",
        "The v2 upload has been retired.",
        "This endpoint was SUNSET on 2026-12-01",
        "Uploads over v2 are no longer supported, use DataLake",
        "We no longer support this endpoint",
    ] {
        assert!(speaks_of_retirement(text), "{text}");
        assert!(!speaks_of_passing_trouble(text), "{text}");
    }
    for text in [
        "Invalid parameters",
        "failed",
        "This network address is not allowed",
        "Recharge and try again",
        "Cannot read 'Sunset over the sea.jpg'.",
        "file retired.mp4: no such codec",
    ] {
        assert!(!speaks_of_passing_trouble(text), "{text}");
        assert!(!speaks_of_retirement(text), "{text}");
    }
}

#[test]
fn an_id_beside_a_success_makes_the_code_a_word_like_any_other() {
    for (body, gives) in [
        (
            r#"{"code":201,"success":true,"failed":false,"data":{"asset_id":"re_1"}}"#,
            true,
        ),
        (r#"{"code":"SUCCESS","success":"true","data":"re_1"}"#, true),
        (
            r#"{"code":"0001","success":true,"data":{"asset_id":"re_1"}}"#,
            true,
        ),
        (r#"{"code":201,"success":true,"data":{}}"#, false),
        (
            r#"{"code":201,"success":true,"failed":true,"data":{"asset_id":"re_1"}}"#,
            false,
        ),
        (r#"{"code":201,"data":{"asset_id":"re_1"}}"#, false),
    ] {
        assert_eq!(read(body).gives_asset(), gives, "{body}");
    }
}

#[test]
fn a_web_page_is_known_by_its_type_or_its_start() {
    assert!(is_web_page(None, b"\n <!DOCTYPE html><html>"));
    assert!(is_web_page(None, b"<HTML>"));
    assert!(is_web_page(Some("text/html; charset=utf-8"), b"Sign in"));
    assert!(!is_web_page(Some("text/html"), b"{\"code\":200"));
    assert!(!is_web_page(Some("application/json"), b"{\"code\":200"));
    assert!(!is_web_page(
        Some("application/xml"),
        b"<Error><Code>A</Code>"
    ));
    assert!(!is_web_page(None, b""));
}

proptest::proptest! {
    #[test]
    fn no_answer_panics(body in proptest::collection::vec(proptest::num::u8::ANY, 0..200)) {
        if let Some(envelope) = Envelope::read(&body) {
            let _ = envelope.says();
        }
    }
}

#[test]
fn an_id_is_found_in_whatever_is_left_of_an_answer() {
    for (body, id) in [
        (
            r#"{"code":200,"success":false,"data":{"asset_id":"re_7"}}"#,
            Some("re_7"),
        ),
        (
            r#"{"code":"0001","msg":"no","data":{"assetId":7}}"#,
            Some("7"),
        ),
        (
            r#"{"code":200,"data":{"asset_id" : "re_7","signed_url":"htt"#,
            Some("re_7"),
        ),
        (r#"{"asset_id":"re_7"}"#, Some("re_7")),
        (r#"{"code":200,"data":{"asset_id":"re_7"#, None),
        (r#"{"code":200,"data":{"asset_id":null}}"#, None),
        (r#"{"code":200,"data":{"asset_id":"null"}}"#, None),
        (r#"{"code":200,"data":{"asset_id":7"#, None),
        (
            r#"{"code":200,"data":[{"asset_id":"a/b"},{"asset_id":"re_7"}]}"#,
            Some("re_7"),
        ),
        (r#"{"code":401,"msg":"Unauthorized","data":null}"#, None),
        ("<html>", None),
        ("", None),
    ] {
        let found = asset_id_anywhere(body.as_bytes());
        assert_eq!(found.as_ref().map(AssetId::as_str), id, "{body}");
    }
}

#[test]
fn what_stands_for_an_id_is_read_as_it_was_written_and_no_more_than_a_few() {
    for (body, ids) in [
        (
            r#"{"data":[{"asset_id":"re_1"},{"assetId":"a\u002fb"},{"asset_id":"re_1"}]}"#,
            &["re_1", "a/b"][..],
        ),
        (r#"{"asset_id":7,"asset_id":-1,"x":0}"#, &["7", "-1"]),
        (
            r#"{"asset_id":{"v":1},"asset_id":[],"asset_id":true,"asset_id"#,
            &[],
        ),
    ] {
        assert_eq!(ids_in_text(body.as_bytes()), ids, "{body}");
    }
    let many: String = (0..100)
        .map(|at| format!(r#"{{"asset_id":"re_{at}"}},"#))
        .collect();
    assert_eq!(ids_in_text(many.as_bytes()).len(), MAX_WRITTEN);
}

/// Builds responses of 1 MiB that cost the most memory as a full tree.
fn hostile_answers() -> Vec<Vec<u8>> {
    let filled = |open: &str, part: &dyn Fn(usize) -> String, close: &str| {
        let mut body = open.to_owned();
        let mut at = 0;
        while body.len() + close.len() + 32 < ANSWER_LIMIT {
            body.push_str(&part(at));
            at += 1;
        }
        body.truncate(body.trim_end_matches(',').len());
        (body + close).into_bytes()
    };
    let alike = |part: &'static str| move |_: usize| format!("{part},");
    let mut answers = Vec::new();
    for part in [
        "0",
        "[]",
        "{}",
        "[0]",
        r#"{"":0}"#,
        r#""a""#,
        r#"{"asset_id":"x"}"#,
    ] {
        answers.push(filled(r#"{"data":["#, &alike(part), "]}"));
        answers.push(filled(r#"{"data":{"resource":["#, &alike(part), "]}}"));
    }
    let members = |at: usize| format!(r#""{at:x}":0,"#);
    answers.push(filled("{\"code\":200,", &members, "}"));
    answers.push(filled(r#"{"data":{"#, &members, "}}"));
    answers.push(filled(r#"{"data":{"a":{"b":{"#, &members, "}}}}"));
    answers.push(filled(
        r#"{"data":{"a":{"b":{"#,
        &alike(r#""\n":0"#),
        "}}}}",
    ));
    answers.push(filled(r#"{"msg":""#, &|_| r"\u00e4".to_owned(), r#""}"#));
    answers.push(b"[".repeat(ANSWER_LIMIT));
    answers
}

/// Returns the process's peak memory so far, in bytes.
#[cfg(target_os = "linux")]
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.unwrap().trim().trim_end_matches(" kB");
    kib.parse::<usize>().unwrap() * 1024
}

/// Memory is counted per process, so the test reruns itself in a process of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_hostile_answer_costs_at_most_32_mb() {
    use crate::api::error::{CallContext, CallKind, Response};

    const ALONE: &str = "MAVI_TEST_HOSTILE_ANSWERS";
    const NAME: &str = "api::wire::tests::a_hostile_answer_costs_at_most_32_mb";
    if std::env::var_os(ALONE).is_none() {
        let child = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(ALONE, "1")
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stdout);
        assert!(said.contains("1 passed"), "{said}");
        return;
    }
    let asset = AssetId::new("re_1").unwrap();
    let call = CallContext {
        name: "POST /upload",
        effect: CallKind::None,
        key: None,
    };
    let answers = hostile_answers().into_iter().map(|body| Response {
        status: 200,
        headers: Default::default(),
        body: body.into(),
        cut: None,
    });
    let answers: Vec<Response> = answers.collect();
    let before = peak_memory();
    for answer in &answers {
        if let Ok(data) = call.data(answer) {
            super::asset_id(data);
            super::ticket(data);
            super::metadata(data, &asset);
        }
        call.other_ids(answer, asset_id_anywhere(&answer.body).as_ref());
        let cost = peak_memory() - before;
        let begin = String::from_utf8_lossy(&answer.body[..40]);
        assert!(cost < 32_000_000, "{cost} bytes for {begin}");
    }
}
