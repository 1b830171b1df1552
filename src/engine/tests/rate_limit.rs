//! One request per second over a whole queue: none too early, no slot wasted.

use std::time::Duration;

use super::*;
use crate::model::asset::AssetStatus;

const SPACING: Duration = Duration::from_millis(1050);

/// Uploads `count` small files and checks the times of all calls.
async fn whole_queue(count: usize) {
    let place = Place::new();
    let mut paths = vec![];
    for n in 0..count {
        // Sizes repeat, contents differ.
        let name = format!("{n}.mp3");
        paths.push(place.file(&name, &format!("{n:08}{}", "x".repeat(n % 7))));
    }
    let mut engine = Make::window().start(&place, Scripted::new());
    engine.upload(&paths).await;
    let started = tokio::time::Instant::now();
    engine.until(|it| it.totals.active > 0).await;
    engine
        .until(|it| it.totals.done == count && it.totals.active == 0)
        .await;
    let took = started.elapsed();
    let calls = engine.script().calls();
    for pair in calls.windows(2) {
        let gap = pair[1].at - pair[0].at;
        assert!(gap >= SPACING, "{gap:?} between {pair:?}");
    }
    // Two calls per file, and one for the key.
    assert_eq!(calls.len(), 2 * count + 1);
    let floor = SPACING * u32::try_from(2 * count).unwrap();
    assert!(
        took <= floor.mul_f64(1.03),
        "{took:?} for a floor of {floor:?}"
    );
    let snapshot = engine.snapshot();
    assert!(snapshot.rows.iter().all(|row| row.status == Status::Ready));
    // A file's tasks are gone with its end: memory holds only the rows.
    let held = engine.held().await;
    assert_eq!((held.running, held.meters, held.tickets), (0, 0, 0));
    engine.shut_down().await;
    let assets = place.assets();
    assert_eq!(assets.len(), count);
    let ready = |asset: &&AssetRecord| asset.status == Some(AssetStatus::Success);
    assert_eq!(assets.iter().filter(ready).count(), count);
}

#[tokio::test(start_paused = true)]
async fn sixty_files_take_two_slots_each() {
    whole_queue(60).await;
}

#[tokio::test(start_paused = true)]
async fn a_thousand_files_take_two_slots_each() {
    whole_queue(1000).await;
}
