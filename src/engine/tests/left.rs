//! How long a batch still takes: said calmly.

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
        // Each second one takes longer, so that they end one after the other.
        let over = Duration::from_secs(if n % 2 == 0 { 20 } else { 26 });
        script = script.acts(&name, [Act::Steadily(over)]);
        paths.push(place.file(&name, &format!("{n}{}", "x".repeat(60_000))));
    }
    let mut engine = Make::window().start(&place, script);
    engine.upload(&paths).await;
    engine.until(|it| it.totals.left.is_some()).await;
    // What is said before the smoothing has seen a few seconds may still be corrected.
    tokio::time::sleep(Duration::from_secs(4)).await;
    let mut said: Vec<f64> = vec![];
    while engine.snapshot().totals.done < 8 {
        said.extend(engine.snapshot().totals.left.map(|left| left.as_secs_f64()));
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
