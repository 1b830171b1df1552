use super::*;

#[test]
fn waits_double_to_their_limit_and_jitter_lengthens_them_a_little() {
    let policy = Policy::default();
    let full: Vec<u64> = (1..=8).map(|n| policy.backoff(n, 0.0).as_secs()).collect();
    assert_eq!(full, [1, 2, 4, 8, 16, 32, 32, 32]);
    assert_eq!(policy.backoff(3, 1.0), Duration::from_secs(5));
    assert_eq!(policy.backoff(6, 1.0), Duration::from_secs(32));
    assert_eq!(policy.backoff(u32::MAX, 1.0), Duration::from_secs(32));
}

#[test]
fn polls_slow_down_and_then_keep_their_pace() {
    let policy = Policy::default();
    let waits: Vec<u64> = (0..7).map(|n| policy.poll_wait(n).as_secs()).collect();
    assert_eq!(waits, [2, 4, 8, 16, 32, 32, 32]);
}

#[test]
fn the_answer_to_a_large_body_may_take_longer() {
    let policy = Policy::default();
    assert_eq!(policy.answer_limit(500_000_000), Duration::from_secs(300));
    assert_eq!(policy.answer_limit(5_000_000_000), Duration::from_secs(500));
}
