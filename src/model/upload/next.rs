//! The transitions. Pure: what is random or measured arrives in the event.

use std::time::Duration;

use super::after_fault::after_fault;
use super::{Effect, Event, Holder, Original, State, Tally, Upload};
use crate::model::asset::{AssetAnswer, AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::retry::Policy;

/// What becomes of an upload when something happens to it; `None` for an event that is
/// stale or does not fit.
pub fn next(upload: &Upload, event: Event, policy: &Policy) -> Option<(Upload, Vec<Effect>)> {
    if let Some(attempt) = event.attempt()
        && attempt != upload.attempt
    {
        return None;
    }
    match event {
        Event::Checked(outcome) => {
            if !matches!(upload.state, State::Checking | State::Settling) {
                return None;
            }
            let mut after = upload.clone();
            after.media = outcome.as_ref().ok().copied();
            after.state = match outcome {
                Ok(_) if upload.tally.started => State::Queued,
                Ok(_) => State::Ready,
                Err(rejection) => State::Rejected(rejection),
            };
            Some((after, vec![]))
        }
        Event::StillChanging => match upload.state {
            State::Checking | State::Settling => {
                to(upload, State::Settling, vec![Effect::LookAgain])
            }
            _ => None,
        },
        Event::Start => match upload.state {
            State::Ready => to(upload, State::Queued, vec![]),
            _ => None,
        },
        Event::Pause => pause(upload),
        Event::Resume => match upload.state {
            State::Paused { .. } => anew(upload, State::Queued, vec![]),
            _ => None,
        },
        Event::Hold => match upload.state {
            State::Comparing
            | State::Sending {
                body_out: false, ..
            } => anew(upload, State::Queued, vec![Effect::Abort]),
            _ => None,
        },
        Event::Cancel => cancel(upload),
        Event::Retry => retry(upload),
        Event::UploadAnyway => match upload.state {
            State::Duplicate(_) => {
                let (mut after, effects) = anew(upload, State::Queued, vec![])?;
                after.tally.anyway = true;
                Some((after, effects))
            }
            _ => None,
        },
        Event::CheckAgain => check_again(upload),
        Event::Compare => match upload.state {
            State::Queued => {
                let attempt = upload.attempt + 1;
                anew(upload, State::Comparing, vec![Effect::Compare { attempt }])
            }
            _ => None,
        },
        Event::Begin => match upload.state {
            State::Queued => begin(upload, policy),
            _ => None,
        },
        Event::Compared { original, .. } => match (&upload.state, original) {
            (State::Comparing, None) => begin(upload, policy),
            (State::Comparing, Some(original)) => to(upload, State::Duplicate(original), vec![]),
            _ => None,
        },
        Event::OriginalEnded { asset } => match upload.state {
            State::Duplicate(Original::Row(_)) => {
                let state = asset.map_or(State::Queued, |asset| {
                    State::Duplicate(Original::Asset(asset))
                });
                anew(upload, state, vec![])
            }
            _ => None,
        },
        Event::Issued { asset, .. } => issued(upload, asset),
        Event::BodyOut { .. } => match upload.state {
            State::Sending {
                route,
                body_out: false,
            } => to(
                upload,
                State::Sending {
                    route,
                    body_out: true,
                },
                vec![],
            ),
            _ => None,
        },
        Event::Sent { asset, content, .. } => match upload.state {
            State::Sending { .. } => sent(upload, asset, content, None, policy),
            _ => None,
        },
        Event::Broke { fault, jitter, .. } => after_fault(upload, fault, jitter, policy),
        Event::Due { .. } => match upload.state {
            State::Waiting { .. } => to(upload, State::Queued, vec![]),
            _ => None,
        },
        Event::Polled {
            answer, elapsed, ..
        } => polled(upload, &answer, elapsed, policy),
        Event::PollBroke { fault, .. } => poll_broke(upload, &fault, policy),
        Event::CannotSave => match upload.state {
            State::Checking
            | State::Settling
            | State::Ready
            | State::Queued
            | State::Comparing
            | State::Waiting { .. }
            | State::Paused { .. }
            | State::Duplicate(Original::Row(_)) => {
                let asset = upload.issued.clone();
                let fault = Fault::new(FaultKind::NotSaved);
                anew(upload, State::Failed { fault, asset }, vec![Effect::Abort])
            }
            _ => None,
        },
    }
}

impl Event {
    /// The attempt that a worker, a timer or a poll speaks of.
    pub fn attempt(&self) -> Option<u32> {
        match self {
            Self::Compared { attempt, .. }
            | Self::Issued { attempt, .. }
            | Self::BodyOut { attempt }
            | Self::Sent { attempt, .. }
            | Self::Broke { attempt, .. }
            | Self::Due { attempt }
            | Self::Polled { attempt, .. }
            | Self::PollBroke { attempt, .. } => Some(*attempt),
            _ => None,
        }
    }
}

/// The same attempt, in another state.
pub(super) fn to(
    upload: &Upload,
    state: State,
    effects: Vec<Effect>,
) -> Option<(Upload, Vec<Effect>)> {
    Some((
        Upload {
            state,
            ..upload.clone()
        },
        effects,
    ))
}

/// Another state, in which nothing that was said of the attempt so far counts any more.
pub(super) fn anew(
    upload: &Upload,
    state: State,
    effects: Vec<Effect>,
) -> Option<(Upload, Vec<Effect>)> {
    let attempt = upload.attempt + 1;
    Some((
        Upload {
            attempt,
            state,
            ..upload.clone()
        },
        effects,
    ))
}

fn begin(upload: &Upload, policy: &Policy) -> Option<(Upload, Vec<Effect>)> {
    let route = upload.route(policy.direct_limit);
    let attempt = upload.attempt + 1;
    let state = State::Sending {
        route,
        body_out: false,
    };
    anew(upload, state, vec![Effect::Send { attempt, route }])
}

/// The id before the bytes. An id of an earlier ticket that this one replaces is kept as
/// abandoned.
fn issued(upload: &Upload, new: AssetId) -> Option<(Upload, Vec<Effect>)> {
    if !matches!(upload.state, State::Sending { .. }) {
        return None;
    }
    let mut effects = vec![];
    if let Some(old) = &upload.issued
        && *old != new
    {
        effects.push(abandon(old));
    }
    effects.push(Effect::Record {
        asset: new.clone(),
        content: None,
        status: AssetStatus::Waiting,
        abandoned: false,
    });
    let after = Upload {
        issued: Some(new),
        ..upload.clone()
    };
    Some((after, effects))
}

/// The history's word for an id under which nothing will come.
pub(super) fn abandon(asset: &AssetId) -> Effect {
    Effect::Record {
        asset: asset.clone(),
        content: None,
        status: AssetStatus::Waiting,
        abandoned: true,
    }
}

/// From here on the service is asked how it ends.
pub(super) fn sent(
    upload: &Upload,
    asset: AssetId,
    content: Option<ContentHash>,
    doubt: Option<Fault>,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let effects = vec![
        Effect::Record {
            asset: asset.clone(),
            content,
            status: AssetStatus::Waiting,
            abandoned: false,
        },
        Effect::Poll {
            attempt: upload.attempt,
            after: policy.poll_wait(0),
        },
    ];
    let mut after = upload.clone();
    after.tally.failures = 0;
    after.state = State::Processing {
        asset,
        content,
        polls: 0,
        doubt,
    };
    Some((after, effects))
}

fn pause(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    match upload.state {
        State::Queued
        | State::Comparing
        | State::Waiting { .. }
        | State::Sending {
            body_out: false, ..
        } => anew(
            upload,
            State::Paused { by: Holder::Person },
            vec![Effect::Abort],
        ),
        _ => None,
    }
}

fn cancel(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    match &upload.state {
        State::Processing { asset, .. } => {
            let state = State::Cancelled {
                asset: Some(asset.clone()),
            };
            leave(upload, state, vec![Effect::Abort])
        }
        State::Sending { body_out, .. } => {
            let (mut after, effects) = give_up(upload)?;
            after.tally.may_be_twice |= *body_out;
            Some((after, effects))
        }
        State::Checking
        | State::Settling
        | State::Ready
        | State::Queued
        | State::Comparing
        | State::Waiting { .. }
        | State::Paused { .. }
        | State::Duplicate(Original::Row(_)) => give_up(upload),
        State::Rejected(_)
        | State::Duplicate(Original::Asset(_))
        | State::Done { .. }
        | State::Failed { .. }
        | State::Cancelled { .. } => None,
    }
}

/// Cancelled before the service had it: an id that was issued will stay without a file.
fn give_up(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    let mut effects = vec![Effect::Abort];
    effects.extend(upload.issued.as_ref().map(abandon));
    leave(
        upload,
        State::Cancelled {
            asset: upload.issued.clone(),
        },
        effects,
    )
}

/// Another state, in which the ticket is of no use any more.
pub(super) fn leave(
    upload: &Upload,
    state: State,
    mut effects: Vec<Effect>,
) -> Option<(Upload, Vec<Effect>)> {
    effects.push(Effect::DropTicket);
    let (after, effects) = anew(upload, state, effects)?;
    Some((
        Upload {
            issued: None,
            ..after
        },
        effects,
    ))
}

fn retry(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    match upload.state {
        State::Rejected(_) => anew(upload, State::Checking, vec![Effect::Look]),
        State::Failed { .. } | State::Cancelled { .. } => {
            let tally = Tally {
                may_be_twice: upload.tally.may_be_twice,
                anyway: upload.tally.anyway,
                started: true,
                ..Tally::default()
            };
            // The file may have been mended meanwhile, so it is looked at as a new one.
            let (mut after, effects) = leave(upload, State::Checking, vec![Effect::Look])?;
            after.tally = tally;
            Some((after, effects))
        }
        _ => None,
    }
}

fn check_again(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    let attempt = upload.attempt + 1;
    let now = Effect::Poll {
        attempt,
        after: Duration::ZERO,
    };
    match &upload.state {
        State::Processing { .. } => anew(upload, upload.state.clone(), vec![Effect::Abort, now]),
        State::Failed {
            asset: Some(asset), ..
        } => {
            let state = State::Processing {
                asset: asset.clone(),
                content: None,
                polls: 0,
                doubt: None,
            };
            anew(upload, state, vec![now])
        }
        _ => None,
    }
}

fn polled(
    upload: &Upload,
    answer: &AssetAnswer,
    elapsed: Duration,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let State::Processing {
        asset,
        content,
        polls,
        doubt,
    } = &upload.state
    else {
        return None;
    };
    let record = |status| Effect::Record {
        asset: asset.clone(),
        content: *content,
        status,
        abandoned: false,
    };
    let fail = |kind, status| {
        let state = State::Failed {
            fault: Fault::new(kind),
            asset: Some(asset.clone()),
        };
        leave(upload, state, vec![record(status)])
    };
    let (status, file_size) = match answer {
        AssetAnswer::Known(metadata) => (metadata.status, metadata.file_size),
        AssetAnswer::NotFound if elapsed < policy.doubt => (AssetStatus::Waiting, None),
        AssetAnswer::NotFound => {
            return match doubt {
                Some(doubt) => resend(upload, asset, doubt, true, policy),
                None => fail(FaultKind::AssetMissing, AssetStatus::Waiting),
            };
        }
    };
    match status {
        AssetStatus::Success if file_size.is_some_and(|size| size != upload.size()) => {
            fail(FaultKind::SizeMismatch, status)
        }
        AssetStatus::Success => {
            let state = State::Done {
                asset: asset.clone(),
                content: *content,
            };
            leave(upload, state, vec![record(status)])
        }
        AssetStatus::Failed if upload.tally.reuploaded => fail(FaultKind::ProcessingFailed, status),
        AssetStatus::Failed => {
            let (mut after, effects) =
                leave(upload, State::Queued, vec![record(status), abandon(asset)])?;
            after.tally.reuploaded = true;
            Some((after, effects))
        }
        AssetStatus::Waiting
            if let Some(doubt) = doubt
                && file_size.is_none()
                && elapsed >= policy.doubt =>
        {
            resend(upload, asset, doubt, false, policy)
        }
        AssetStatus::Waiting | AssetStatus::Uploading | AssetStatus::Other => {
            let arrived = matches!(answer, AssetAnswer::Known(metadata) if metadata.arrived());
            let polls = polls.saturating_add(1);
            let state = State::Processing {
                asset: asset.clone(),
                content: *content,
                polls,
                doubt: doubt.clone().filter(|_| !arrived),
            };
            let after = policy.poll_wait(polls);
            to(
                upload,
                state,
                vec![Effect::Poll {
                    attempt: upload.attempt,
                    after,
                }],
            )
        }
    }
}

/// The bytes did not arrive: send them again, to the same place where that is still good,
/// as often as the policy has it.
fn resend(
    upload: &Upload,
    asset: &AssetId,
    doubt: &Fault,
    lost_place: bool,
    policy: &Policy,
) -> Option<(Upload, Vec<Effect>)> {
    let tries = upload.tally.tries + 1;
    let (mut after, effects) = if tries >= policy.tries {
        let state = State::Failed {
            fault: doubt.clone(),
            asset: Some(asset.clone()),
        };
        leave(upload, state, vec![abandon(asset)])?
    } else if lost_place {
        leave(upload, State::Queued, vec![abandon(asset)])?
    } else {
        anew(upload, State::Queued, vec![])?
    };
    after.tally.tries = tries;
    Some((after, effects))
}

/// Polling never fails a file: the asset is there.
fn poll_broke(upload: &Upload, fault: &Fault, policy: &Policy) -> Option<(Upload, Vec<Effect>)> {
    let State::Processing { polls, .. } = &upload.state else {
        return None;
    };
    // The queue is held first, so that the next poll waits for the person too.
    let mut effects: Vec<Effect> = fault
        .fix()
        .map(|fix| Effect::HoldQueue(fix, fault.clone()))
        .into_iter()
        .collect();
    effects.push(Effect::Poll {
        attempt: upload.attempt,
        after: policy.poll_wait(*polls).max(policy.backoff_first),
    });
    to(upload, upload.state.clone(), effects)
}
