use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use super::*;

async fn through(messages: Vec<Vec<u8>>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for message in messages {
        let read = read(&mut &message[..]).await;
        found.extend(read.expect("a message of our own is read"));
    }
    found
}

#[tokio::test]
async fn paths_arrive_as_they_were_also_where_they_are_no_text() {
    let odd = PathBuf::from(OsStr::from_bytes(b"/media/\xff\n\xe5\xa4\x8f.mp4"));
    let paths = vec![odd, PathBuf::from("/a b.png")];
    assert_eq!(through(write(&paths)).await, paths);
    assert_eq!(write(&[]).len(), 1, "a window without paths is to be shown");
    assert_eq!(through(write(&[])).await, Vec::<PathBuf>::new());
}

#[tokio::test]
async fn many_paths_are_several_messages_within_the_limit() {
    let paths: Vec<PathBuf> = (0..20_000)
        .map(|n| PathBuf::from(format!("/media/{n}/{}.mp4", "x".repeat(80))))
        .collect();
    let messages = write(&paths);
    assert!(messages.len() > 1);
    assert!(messages.iter().all(|message| message.len() <= LIMIT + 9));
    assert_eq!(through(messages).await, paths);
}

#[tokio::test]
async fn what_is_no_message_is_refused() {
    let good = write(&[PathBuf::from("/a.mp4")]).remove(0);
    let mut other = good.clone();
    other[4] = 2;
    let mut long = good.clone();
    long[5..9].copy_from_slice(&u32::MAX.to_le_bytes());
    let mut cut = good.clone();
    cut[9..13].copy_from_slice(&99_u32.to_le_bytes());
    let relative = write(&[PathBuf::from("a.mp4")]).remove(0);
    for bytes in [
        &other[..],
        &long,
        &cut,
        &relative,
        &good[..8],
        b"GET / HTTP/1.1",
    ] {
        assert!(read(&mut &bytes[..]).await.is_err(), "{bytes:?}");
    }
}
