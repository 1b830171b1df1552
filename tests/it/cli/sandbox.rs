//! `sandbox`: the server alone.

use std::io::{Read, Write};
use std::net::TcpStream;

use super::{Live, Stage};

/// The status of a call with this key.
fn call(base: &str, key: &str) -> u16 {
    let address = base.strip_prefix("http://").unwrap();
    let (address, path) = address.split_at(address.find('/').unwrap());
    let mut stream = TcpStream::connect(address).unwrap();
    let limit = Some(std::time::Duration::from_secs(60));
    stream.set_read_timeout(limit).unwrap();
    write!(
        stream,
        "GET {path}/re_0/metadata HTTP/1.1\r\nHost: {address}\r\nAuthorization: {key}\r\n\
         Connection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn it_says_where_it_is_first_keeps_the_services_rules_and_ends_when_told() {
    let stage = Stage::new();
    for signal in ["INT", "TERM"] {
        let mut live = Live::start(stage.command(&["sandbox"]));
        let base = live.line();
        let port = base
            .strip_prefix("http://127.0.0.1:")
            .and_then(|rest| rest.strip_suffix("/serve/api/v2"))
            .unwrap_or_else(|| panic!("{base}"));
        assert!(port.parse::<u16>().unwrap() > 0);
        // Two bad keys at once are both refused as keys; of two calls of a good one the
        // second comes too early.
        assert_eq!(call(&base, "nothing"), 401);
        assert_eq!(call(&base, "nothing"), 401);
        assert_eq!(call(&base, "sk-any-key"), 400);
        let taken = stage.run(&["sandbox", "--port", port]).exits(1);
        assert!(taken.err.contains(port), "{}", taken.err);
        assert!(taken.out.is_empty());
        live.signal(signal);
        let outcome = live.end().exits(0);
        assert_eq!(outcome.text(), format!("{base}\n"));
    }
    assert!(!stage.data().exists());
}

#[test]
fn a_good_key_has_one_request_a_second_there() {
    let stage = Stage::new();
    let mut live = Live::start(stage.command(&["sandbox"]));
    let base = live.line();
    // However slow this machine is, of many calls some come within a second of another.
    let statuses: Vec<u16> = (0..20).map(|_| call(&base, "sk-any-key")).collect();
    assert_eq!(statuses[0], 400);
    assert!(statuses.contains(&429), "{statuses:?}");
    assert_eq!(call(&base, "none"), 401);

    // The program itself keeps that limit: no call of it is refused.
    let clip = stage.copy("clip.mp4", "clip.mp4");
    let mut upload = stage.upload_command(&[], &[&clip]);
    upload.env("MEMORIES_V2_BASE_URL", &base);
    let outcome = super::run(upload).exits(0);
    assert_eq!(outcome.summary(), [1, 1, 0, 0, 0, 0]);
    live.signal("TERM");
    live.end().exits(0);
}
