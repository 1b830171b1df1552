use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::model::fault::FaultKind;

fn line(event: &JsonEvent) -> String {
    serde_json::to_string(event).unwrap()
}

#[test]
fn the_lines_are_the_contracts() {
    let asset_id = AssetId::new("re_1").unwrap();
    let path = Path::new("a b.mp4");
    assert_eq!(
        line(&JsonEvent::Uploaded {
            path: EventPath::new(path),
            asset_id: asset_id.clone()
        }),
        r#"{"event":"uploaded","path":"a b.mp4","asset_id":"re_1"}"#
    );
    let left = Duration::from_millis(7200);
    assert_eq!(
        line(&JsonEvent::waiting(Reason::RateLimited, left)),
        r#"{"event":"waiting","reason":"rate_limited","seconds":8}"#
    );
    let finished = JsonEvent::finished(path, asset_id, 3, None, Duration::from_micros(1_234_567));
    assert_eq!(
        line(&finished),
        r#"{"event":"finished","path":"a b.mp4","asset_id":"re_1","upload_status":"SUCCESS","size":3,"blake3":null,"seconds":1.235}"#
    );
    let accepted = JsonEvent::Accepted {
        path: EventPath::new(path),
        name: "a b.mp4".into(),
        size: 3,
        kind: Kind::Video,
        route: Route::SignedUrl,
        note: None,
    };
    assert_eq!(
        line(&accepted),
        r#"{"event":"accepted","path":"a b.mp4","name":"a b.mp4","size":3,"kind":"video","route":"signed_url","note":null}"#
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
    let path = Path::new("a.mp4");
    let asset_id = AssetId::new("re_1").unwrap();
    let event_path = || EventPath::new(path);
    let fault = Fault::new(FaultKind::Offline);
    let events = [
        JsonEvent::Accepted {
            path: event_path(),
            name: String::new(),
            size: 1,
            kind: Kind::Video,
            route: Route::Direct,
            note: None,
        },
        JsonEvent::rejected(path, &Rejection::Empty),
        JsonEvent::AlreadyUploaded {
            path: event_path(),
            asset_id: asset_id.clone(),
        },
        JsonEvent::Uploaded {
            path: event_path(),
            asset_id: asset_id.clone(),
        },
        JsonEvent::Retrying {
            path: event_path(),
            attempt: 1,
            delay_ms: 1,
            reason: Reason::Network,
        },
        JsonEvent::waiting(Reason::RateLimited, Duration::ZERO),
        JsonEvent::finished(path, asset_id.clone(), 1, None, Duration::ZERO),
        JsonEvent::failed(path, Some(asset_id), &fault, String::new()),
        JsonEvent::Skipped {
            path: event_path(),
            count: 1,
        },
        JsonEvent::Summary {
            total: 0,
            counts: Counts::default(),
            seconds: 0.0,
        },
    ];
    let written: BTreeMap<String, BTreeSet<String>> = events
        .iter()
        .map(|event| {
            let serde_json::Value::Object(mut fields) = serde_json::to_value(event).unwrap() else {
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
    let skipped = JsonEvent::Skipped {
        path: EventPath::new(path),
        count: 2,
    };
    assert_eq!(
        line(&skipped),
        "{\"event\":\"skipped\",\"path\":\"\u{fffd}.mp4\",\"path_bytes\":\"ff2e6d7034\",\"count\":2}"
    );
}
