use super::*;

async fn drain(limit: &Arc<RateLimit>, mut bytes: usize) {
    let mut throttle = Throttle::new(Arc::clone(limit));
    while bytes > 0 {
        bytes -= std::future::poll_fn(|cx| throttle.poll_take(cx, bytes.min(65_536))).await;
    }
}

#[tokio::test(start_paused = true)]
async fn transfers_share_the_rate() {
    let limit = RateLimit::new(Some(1_000_000));
    let start = Instant::now();
    tokio::join!(drain(&limit, 2_000_000), drain(&limit, 3_000_000));
    let seconds = start.elapsed().as_secs_f64();
    assert!((4.5..5.5).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn a_changed_rate_holds_for_a_running_transfer() {
    let limit = RateLimit::new(Some(SLOWEST));
    let start = Instant::now();
    let change = async {
        tokio::time::sleep(Duration::from_secs(10)).await;
        limit.set(None);
    };
    tokio::join!(drain(&limit, 50_000_000), change);
    assert!(start.elapsed() < Duration::from_millis(10_300));
}

#[tokio::test(start_paused = true)]
async fn no_limit_never_waits() {
    let limit = RateLimit::new(None);
    let start = Instant::now();
    drain(&limit, 1_000_000_000).await;
    assert_eq!(start.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn idle_time_is_not_saved_up() {
    let limit = RateLimit::new(Some(1_000_000));
    drain(&limit, 1).await;
    tokio::time::sleep(Duration::from_secs(100)).await;
    let start = Instant::now();
    drain(&limit, 1_000_000).await;
    assert!(start.elapsed() > Duration::from_millis(600));
}
