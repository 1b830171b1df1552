use super::*;

#[test]
fn a_request_within_the_interval_is_refused_and_moves_nothing() {
    let state = State::new(SandboxOptions::default(), String::new());
    let start = Instant::now();
    let at = |ms| start + Duration::from_millis(ms);
    assert!(state.admit("sk-a", at(0)));
    assert!(!state.admit("sk-a", at(500)));
    assert!(state.admit("sk-b", at(500)));
    assert!(!state.admit("sk-a", at(999)));
    assert!(state.admit("sk-a", at(1000)));
    assert!(!state.admit("sk-a", at(1999)));
}
