use super::*;

fn purpose() -> Purpose {
    Purpose {
        base_url: "https://service.test".to_owned(),
        asset: AssetId::new("re_1").unwrap(),
        stamp: FileStamp {
            size: 9,
            modified_ns: 5,
        },
    }
}

fn ticket(url: &str, session: &str) -> SignedUpload {
    let secret = |text: &str| SecretUrl(Zeroizing::new(text.to_owned()));
    let ticket = SignedUpload {
        asset_id: AssetId::new("re_1").unwrap(),
        url: secret(url),
        expires_in: Some(Duration::from_secs(60)),
        session: Session::default(),
        unanswered: Default::default(),
    };
    ticket.session.put(secret(session));
    ticket
}

fn text(url: &SecretUrl) -> &str {
    url.0.as_str()
}

#[test]
fn a_ticket_comes_back_with_its_session_and_what_is_left_of_its_time() {
    let secret = write(
        &ticket("https://u", "https://s"),
        Instant::now(),
        &purpose(),
    )
    .unwrap();
    let back = read(&secret, &purpose()).unwrap();
    assert_eq!(back.asset_id.as_str(), "re_1");
    assert_eq!(text(&back.url), "https://u");
    assert_eq!(text(&back.session.url().unwrap()), "https://s");
    let left = back.expires_in.unwrap();
    assert!(left > Duration::from_secs(50) && left <= Duration::from_secs(60));
    let mut none = ticket("https://u", "https://s");
    none.session = Session::default();
    assert!(write(&none, Instant::now(), &purpose()).is_none());
}

#[test]
fn a_session_of_another_upload_or_of_a_changed_file_does_not_come_back() {
    let secret = write(
        &ticket("https://u", "https://s"),
        Instant::now(),
        &purpose(),
    )
    .unwrap();
    let other = |change: fn(&mut Purpose)| {
        let mut purpose = purpose();
        change(&mut purpose);
        read(&secret, &purpose).is_none()
    };
    assert!(other(|it| it.base_url.push('2')));
    assert!(other(|it| it.asset = AssetId::new("re_2").unwrap()));
    assert!(other(|it| it.stamp.size += 1));
    assert!(other(|it| it.stamp.modified_ns += 1));
    assert!(read(b"rubbish", &purpose()).is_none());
    let started = now_ms() - millis(LIFE) + 60_000;
    let aged = |started: i64| {
        let mut kept: serde_json::Value = serde_json::from_slice(&secret).unwrap();
        kept["started_ms"] = started.into();
        serde_json::to_vec(&kept).unwrap()
    };
    assert!(read(&aged(started), &purpose()).is_some());
    assert!(read(&aged(started - 120_000), &purpose()).is_none());
}

#[test]
fn what_a_keychain_would_not_take_whole_is_kept_without_its_url_or_not_at_all() {
    let long = format!("https://u?{}", "x".repeat(2400));
    let secret = write(&ticket(&long, "https://s"), Instant::now(), &purpose()).unwrap();
    assert!(secret.len() <= Keychain::MAX_SECRET);
    let back = read(&secret, &purpose()).unwrap();
    assert_eq!(text(&back.url), "https://s");
    assert_eq!(text(&back.session.url().unwrap()), "https://s");
    assert!(write(&ticket("https://u", &long), Instant::now(), &purpose()).is_none());
}
