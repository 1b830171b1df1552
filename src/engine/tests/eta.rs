//! Time left of a batch: stable from tick to tick.

use std::time::Duration;

use super::service::Act;
use super::*;

#[tokio::test(start_paused = true)]
async fn a_file_that_ends_and_one_that_begins_do_not_shake_the_time_left() {
    let place = Place::new();
    let mut script = Scripted::new();
    let mut paths = vec![];
    for n in 0..9 {
        let name = format!("{n}.mp3");
        // Every second file takes longer, so that they end one after the other.
        let over = Duration::from_secs(if n % 2 == 0 { 20 } else { 26 });
        script = script.acts(&name, [Act::Steadily(over)]);
        paths.push(place.file(&name, &format!("{n}{}", "x".repeat(60_000))));
    }
    let mut engine = Make::window().start(&place, script);
    engine.upload(&paths).await;
    engine.until(|it| it.totals.left.is_some()).await;
    // The first seconds of smoothing may still be corrected.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut said: Vec<f64> = vec![];
    while engine.snapshot().totals.done < 8 {
        let snapshot = engine.snapshot();
        said.extend(snapshot.totals.left.map(|left| left.as_secs_f64()));
        let rows = snapshot.rows.iter().filter_map(|row| row.transfer?.left);
        assert!(rows.max() <= snapshot.totals.left);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    said.retain(|left| *left > 5.0);
    assert!(said.len() > 40, "{}", said.len());
    for pair in said.windows(2) {
        assert!(
            (pair[1] / pair[0] - 1.0).abs() <= 0.25,
            "{pair:?} of {said:?}"
        );
    }
    engine.shut_down().await;
}

#[tokio::test(start_paused = true)]
async fn small_files_have_a_time_left_by_their_calls_and_say_nothing_of_the_line() {
    let place = Place::new();
    let mut script = Scripted::new();
    let mut paths = vec![];
    for n in 0..20 {
        let name = format!("{n}.mp3");
        script = script.acts(&name, [Act::Steadily(Duration::from_millis(250))]);
        paths.push(place.file(&name, &format!("{n}{}", "x".repeat(20_000))));
    }
    let mut engine = Make::window().start(&place, script);
    engine.upload(&paths).await;
    engine.until(|it| it.totals.active == 20).await;
    // Two calls per file, one per second.
    let left = engine.snapshot().totals.left.unwrap().as_secs();
    assert!((35..=45).contains(&left), "{left}");
    engine.until(|it| it.totals.done == 20).await;
    let totals = engine.snapshot().totals;
    assert_eq!((totals.line.measured, totals.left), (None, None));
    engine.shut_down().await;
}
