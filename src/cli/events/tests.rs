use std::collections::{BTreeMap, BTreeSet};

use super::*;

fn line(path: Option<&str>, event: JsonEvent) -> String {
    let path = path.map(|path| EventPath::new(Path::new(path)));
    serde_json::to_string(&JsonLine { event, path }).unwrap()
}

#[test]
fn the_lines_are_the_contracts() {
    let asset_id = AssetId::new("re_1").unwrap();
    let waiting = JsonEvent::Waiting {
        reason: Reason::RateLimited,
        seconds: 8,
    };
    assert_eq!(
        line(Some("a b.mp4"), JsonEvent::Uploaded { asset_id }),
        r#"{"event":"uploaded","asset_id":"re_1","path":"a b.mp4"}"#
    );
    assert_eq!(
        line(None, waiting),
        r#"{"event":"waiting","reason":"rate_limited","seconds":8}"#
    );
    let accepted = JsonEvent::Accepted {
        name: "a b.mp4".into(),
        size: 3,
        kind: Kind::Video,
        route: Route::SignedUrl,
        note: None,
    };
    assert_eq!(
        line(Some("a b.mp4"), accepted),
        r#"{"event":"accepted","name":"a b.mp4","size":3,"kind":"video","route":"signed_url","note":null,"path":"a b.mp4"}"#
    );
}

#[test]
fn every_event_has_the_fields_that_the_contract_names() {
    let page = include_str!("../../../docs/contract.md");
    let table = page.split("## Events").nth(1).unwrap();
    let words = |cell: &str| -> BTreeSet<String> {
        cell.split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    };
    let described: BTreeMap<String, BTreeSet<String>> = table
        .lines()
        .skip_while(|line| !line.starts_with("| `accepted`"))
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let mut cells = line.trim_matches('|').split('|');
            let name = words(cells.next().unwrap()).pop_first().unwrap();
            (name, words(cells.next().unwrap()))
        })
        .collect();
    let asset_id = AssetId::new("re_1").unwrap();
    let events = [
        JsonEvent::Accepted {
            name: String::new(),
            size: 1,
            kind: Kind::Video,
            route: Route::Direct,
            note: None,
        },
        JsonEvent::Rejected {
            reason: "empty",
            message: String::new(),
        },
        JsonEvent::AlreadyUploaded {
            asset_id: asset_id.clone(),
        },
        JsonEvent::Uploaded {
            asset_id: asset_id.clone(),
        },
        JsonEvent::Retrying {
            attempt: 1,
            delay_ms: 1,
            reason: Reason::Network,
        },
        JsonEvent::Waiting {
            reason: Reason::RateLimited,
            seconds: 3,
        },
        JsonEvent::Finished {
            asset_id: asset_id.clone(),
            upload_status: "SUCCESS",
            size: 1,
            blake3: None,
            seconds: 1.0,
        },
        JsonEvent::Failed {
            asset_id: Some(asset_id),
            reason: Reason::Network,
            message: String::new(),
        },
        JsonEvent::Skipped { count: 1 },
        JsonEvent::Summary {
            total: 0,
            counts: Counts::default(),
            seconds: 0.0,
        },
    ];
    let written: BTreeMap<String, BTreeSet<String>> = events
        .into_iter()
        .map(|event| {
            let is_of_all = matches!(event, JsonEvent::Waiting { .. } | JsonEvent::Summary { .. });
            let path = (!is_of_all).then_some("a.mp4");
            let Ok(serde_json::Value::Object(mut fields)) =
                serde_json::from_str(&line(path, event))
            else {
                panic!("an event is an object");
            };
            let name = fields.remove("event").unwrap();
            (
                name.as_str().unwrap().to_owned(),
                fields.into_iter().map(|(field, _)| field).collect(),
            )
        })
        .collect();
    assert_eq!(written, described);
}

#[cfg(unix)]
#[test]
fn an_odd_path_has_its_bytes_beside_it() {
    use std::os::unix::ffi::OsStrExt;
    let path = Path::new(std::ffi::OsStr::from_bytes(b"\xff.mp4"));
    let path = Some(EventPath::new(path));
    let event = JsonEvent::Skipped { count: 2 };
    assert_eq!(
        serde_json::to_string(&JsonLine { event, path }).unwrap(),
        "{\"event\":\"skipped\",\"count\":2,\"path\":\"\u{fffd}.mp4\",\"path_bytes\":\"ff2e6d7034\"}"
    );
}
