use std::time::Duration;

use super::*;
use crate::model::fault::Diagnostics;
use crate::model::key::ApiKey;
use crate::model::snapshot::KeySource;

/// Sets up the state of a case in which nothing holds a valid key.
struct Case {
    keys: Keys,
    gate: Gate,
    is_saved: bool,
    hold: watch::Sender<Option<RateHold>>,
}

impl Case {
    fn open() -> Self {
        let (hold, receiver) = watch::channel(None);
        let mut keys = keys();
        keys.on_valid();
        let gate = Gate::new(receiver);
        Self {
            keys,
            gate,
            is_saved: true,
            hold,
        }
    }

    fn obstacle(&self, step: QueueStep) -> Option<Obstacle> {
        self.gate.obstacle(step, &self.keys, self.is_saved)
    }
}

fn keys() -> Keys {
    let key = ApiKey::from_pasted("sk-mavi-one").unwrap();
    Keys::new(Some((key, KeySource::Session)))
}

fn fault(kind: FaultKind, http_status: Option<u16>) -> Fault {
    Fault::new(kind).with_diagnostics(Diagnostics {
        http_status,
        ..Diagnostics::default()
    })
}

#[test]
fn each_hold_stops_the_steps_that_it_concerns() {
    use super::KeyCheck::{Checking, Rejected, Unchecked};
    use Obstacle::*;
    use QueueStep::*;
    // May start, continue, poll.
    let check = |set_up: fn(&mut Case), expected: [Option<Obstacle>; 3]| {
        let mut case = Case::open();
        set_up(&mut case);
        let steps = [StartUpload, ContinueUpload, Poll];
        assert_eq!(steps.map(|step| case.obstacle(step)), expected);
    };
    let all = |obstacle: Obstacle| [(); 3].map(|()| Some(obstacle.clone()));
    check(|_| (), [const { None }; 3]);
    // A pause is one of bytes.
    let paused = [Some(Paused), Some(Paused), None];
    check(|it| it.gate.set_paused(true), paused);
    let needs_balance = |it: &mut Case| {
        it.gate.set_paused(true);
        it.gate.require(RequiredAction::Balance);
    };
    check(needs_balance, all(ActionRequired(RequiredAction::Balance)));
    let unsaved = [Some(Unsaved), Some(Unsaved), None];
    check(|it| it.is_saved = false, unsaved);
    check(
        |it| it.keys = Keys::new(None),
        all(NoKey(KeyState::Loading)),
    );
    check(|it| it.keys.clear(), all(NoKey(KeyState::Missing)));

    // What was started goes on while the key is checked.
    let begins = |check| [Some(KeyCheck(check)), None, None];
    check(|it| it.keys = keys(), begins(Unchecked));
    let is_checking = |it: &mut Case| {
        it.keys = keys();
        it.keys.begin_check();
    };
    check(is_checking, begins(Checking));
    check(|it| it.keys.on_rejected(), begins(Rejected));
    let has_no_answer = |it: &mut Case| {
        it.keys = keys();
        it.keys.begin_check();
        let offline = Err(Fault::new(FaultKind::Offline));
        it.keys.on_checked(&it.keys.account().unwrap(), &offline);
    };
    check(has_no_answer, [const { None }; 3]);
}

#[test]
fn the_first_required_action_counts_until_it_is_lifted() {
    let mut gate = Case::open().gate;
    assert!(gate.require(RequiredAction::Balance));
    assert!(!gate.require(RequiredAction::Key));
    gate.lift_if(RequiredAction::Key);
    assert_eq!(gate.required_action(), Some(RequiredAction::Balance));
    gate.lift();
    assert!(gate.require(RequiredAction::Key));
    gate.lift_if(RequiredAction::Key);
    assert_eq!(gate.required_action(), None);
}

#[test]
fn an_outage_ends_with_any_sign_of_the_service() {
    let mut gate = Case::open().gate;
    let before = Instant::now();
    let goes_off = |gate: &mut Gate| {
        gate.on_fault(&fault(FaultKind::Offline, None));
        assert!(gate.is_offline());
    };
    goes_off(&mut gate);
    gate.on_fault(&fault(FaultKind::BrokenInBody, None));
    assert!(gate.is_offline(), "it may be the line");
    gate.on_fault(&fault(FaultKind::ServerError, Some(503)));
    assert!(!gate.is_offline());

    goes_off(&mut gate);
    gate.on_bytes_moved(None);
    gate.on_bytes_moved(Some(before));
    assert!(gate.is_offline(), "they may be in a buffer");
    gate.on_bytes_moved(Some(Instant::now() + Duration::from_secs(1)));
    assert!(!gate.is_offline());
}

#[test]
fn a_rate_hold_counts_until_its_time() {
    let case = Case::open();
    let now = Instant::now();
    let hold = RateHold {
        until: now + Duration::from_secs(60),
        is_untested: false,
    };
    assert_eq!(case.gate.rate_hold(now), None);
    case.hold.send_replace(Some(hold));
    assert_eq!(case.gate.rate_hold(now), Some(hold));
    assert_eq!(case.gate.rate_hold(hold.until), None);
}
