//! Two starts of the window in one data directory.

use std::sync::Mutex;

use tokio::net::UnixStream;

use super::*;

const SHORT: Duration = Duration::from_millis(300);

type Arrived = Arc<Mutex<Vec<PathBuf>>>;

/// Takes and collects the paths that arrive.
fn listen(single_instance: &InstanceLock) -> (JoinHandle<()>, Arrived) {
    let arrived = Arrived::default();
    let kept = Arc::clone(&arrived);
    let listening = single_instance.listen(move |arrival| {
        kept.lock()
            .expect("no test panics with it")
            .extend(arrival.paths);
        let _ = arrival.taken.send(());
    });
    (listening.expect("there is a place to listen at"), arrived)
}

/// Opens the window of a folder; the paths that arrive are taken and collected.
async fn open(dir: &Path) -> (InstanceLock, JoinHandle<()>, Arrived) {
    let Ok(Instance::Primary(single_instance)) = enter_within(dir, &[], SHORT).await else {
        panic!("another window is open")
    };
    let (listening, arrived) = listen(&single_instance);
    (single_instance, listening, arrived)
}

#[tokio::test]
async fn a_second_start_hands_its_paths_to_the_window_that_is_open() {
    let dir = tempfile::tempdir().unwrap();
    let (_door, _listening, arrived) = open(dir.path()).await;
    let paths = [PathBuf::from("/media/夏天.mp4"), PathBuf::from("clip.mov")];
    let entry = enter(dir.path(), &paths).await.unwrap();
    assert!(matches!(entry, Instance::Forwarded), "{entry:?}");
    let here = std::env::current_dir().unwrap();
    assert_eq!(
        *arrived.lock().unwrap(),
        [paths[0].clone(), here.join("clip.mov")],
        "what is relative is so to the folder of who hands it over"
    );
}

#[tokio::test]
async fn of_many_starts_at_once_one_is_the_window() {
    let dir = tempfile::tempdir().unwrap();
    let starts = (0..12).map(|n| {
        let dir = dir.path().to_owned();
        tokio::spawn(async move {
            let path = PathBuf::from(format!("/media/{n}.mp4"));
            match enter(&dir, std::slice::from_ref(&path)).await.unwrap() {
                Instance::Primary(single_instance) => Some((single_instance, path)),
                Instance::Forwarded => None,
                Instance::Unresponsive => panic!("the window did not answer"),
            }
        })
    });
    let mut starts: Vec<_> = starts.collect();
    // The window appears a little after it has the lock.
    let mut mine = None;
    let mut own = None;
    while let Some(start) = starts.pop() {
        if start.is_finished() || mine.is_some() {
            if let Some((single_instance, path)) = start.await.unwrap() {
                let listening = listen(&single_instance);
                own = Some(path);
                assert!(
                    mine.replace((single_instance, listening)).is_none(),
                    "two windows"
                );
            }
        } else {
            starts.insert(0, start);
            tokio::task::yield_now().await;
        }
    }
    let (_door, (_listening, arrived)) = mine.unwrap();
    let mut arrived = arrived.lock().unwrap().clone();
    arrived.extend(own);
    arrived.sort();
    arrived.dedup();
    assert_eq!(arrived.len(), 12);
}

#[tokio::test]
async fn what_a_killed_window_left_behind_is_taken_over() {
    let dir = tempfile::tempdir().unwrap();
    // A socket without a listener, as a kill leaves it.
    drop(std::os::unix::net::UnixListener::bind(dir.path().join("window.sock")).unwrap());
    let (_door, _listening, arrived) = open(dir.path()).await;
    enter(dir.path(), &[PathBuf::from("/a.mp4")]).await.unwrap();
    assert_eq!(*arrived.lock().unwrap(), [PathBuf::from("/a.mp4")]);
}

#[tokio::test]
async fn a_start_while_the_window_closes_opens_its_own() {
    let dir = tempfile::tempdir().unwrap();
    let (single_instance, listening, _) = open(dir.path()).await;
    listening.abort();
    let closes = async {
        sleep(Duration::from_millis(100)).await;
        drop(single_instance);
    };
    let (entry, ()) = tokio::join!(enter(dir.path(), &[]), closes);
    assert!(matches!(entry.unwrap(), Instance::Primary(_)));
}

#[tokio::test]
async fn a_window_that_takes_nothing_is_said_to_be_silent() {
    let dir = tempfile::tempdir().unwrap();
    let Instance::Primary(single_instance) = enter_within(dir.path(), &[], SHORT).await.unwrap()
    else {
        panic!("another window is open")
    };
    let hung = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&hung);
    let _listening = single_instance
        .listen(move |arrival| kept.lock().unwrap().push(arrival))
        .unwrap();
    let entry = enter_within(dir.path(), &[], SHORT).await.unwrap();
    assert!(matches!(entry, Instance::Unresponsive), "{entry:?}");
    assert_eq!(hung.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn a_window_that_can_not_be_reached_is_said_to_be_silent() {
    let dir = tempfile::tempdir().unwrap();
    let Instance::Primary(_door) = enter_within(dir.path(), &[], SHORT).await.unwrap() else {
        panic!("another window is open")
    };
    let start = Instant::now();
    let entry = enter_within(dir.path(), &[], SHORT).await.unwrap();
    assert!(matches!(entry, Instance::Unresponsive), "{entry:?}");
    assert!(start.elapsed() >= SHORT, "it may still be opening");
}

#[tokio::test]
async fn a_data_directory_with_a_long_name_has_a_window_too() {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("d".repeat(150));
    std::fs::create_dir(&dir).unwrap();
    let (_door, _listening, arrived) = open(&dir).await;
    let entry = enter(&dir, &[PathBuf::from("/a.mp4")]).await.unwrap();
    assert!(matches!(entry, Instance::Forwarded), "{entry:?}");
    assert_eq!(arrived.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn one_who_talks_nonsense_or_nothing_disturbs_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let (_door, _listening, arrived) = open(dir.path()).await;
    let socket = dir.path().join("window.sock");
    let mut nonsense = UnixStream::connect(&socket).await.unwrap();
    nonsense.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut rest = Vec::new();
    // It is hung up on without a reply.
    let _ = nonsense.read_to_end(&mut rest).await;
    assert!(rest.is_empty());
    let _silent = UnixStream::connect(&socket).await.unwrap();
    let entry = enter(dir.path(), &[PathBuf::from("/a.mp4")]).await.unwrap();
    assert!(matches!(entry, Instance::Forwarded));
    assert_eq!(arrived.lock().unwrap().len(), 1);
}
