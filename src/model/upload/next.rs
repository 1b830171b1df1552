//! The transitions. Pure: what is random or measured arrives in the event.

use super::after_fault::after_fault;
use super::polling::{ask_first, check_again, other_key, poll_broke, polled, sent};
use super::{Effect, Event, Holder, Original, State, Tally, Upload};
use crate::model::asset::{AssetId, AssetStatus, ContentHash};
use crate::model::fault::{Fault, FaultKind};
use crate::model::located::may_be_elsewhere;
use crate::model::media::{Rejection, Route};
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
            // It was good and was started: its drive may be back later.
            if outcome == Err(Rejection::NotFound) && upload.tally.started && upload.media.is_some()
            {
                let fault = Fault::new(FaultKind::FileGone);
                return leave(upload, State::Failed { fault, asset: None }, vec![]);
            }
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
        Event::TakeId => match upload.state {
            State::Ready => {
                let (mut after, effects) = to(upload, State::Queued, vec![])?;
                after.tally.only_id = true;
                Some((after, effects))
            }
            _ => None,
        },
        Event::Pause => pause(upload),
        Event::Resume => match upload.state {
            State::Paused { .. } => anew(upload, State::Queued, vec![]),
            _ => None,
        },
        Event::Hold => match upload.state {
            State::Comparing
            | State::Waiting { .. }
            | State::Sending {
                body_out: false, ..
            } => anew(upload, State::Queued, vec![Effect::Abort]),
            _ => None,
        },
        Event::Cancel => cancel(upload),
        Event::Retry => retry(upload),
        Event::PutBack => match &upload.state {
            State::Checking => to(upload, State::Checking, vec![Effect::Look]),
            State::Paused { .. } => to(upload, State::Paused { by: Holder::Person }, vec![]),
            State::Processing { .. } => check_again(upload),
            _ => None,
        },
        Event::Found => match upload.state {
            State::Checking | State::Ready | State::Paused { .. } => {
                to(upload, State::Checking, vec![])
            }
            State::Failed { .. } => looked_at_anew(upload, false, vec![]),
            _ => None,
        },
        Event::FileBack => match &upload.state {
            State::Failed { fault, .. } if fault.kind == FaultKind::FileGone => retry(upload),
            _ => None,
        },
        Event::Located if may_be_elsewhere(&upload.state) => retry(upload),
        Event::Located => None,
        Event::UploadAnyway => match upload.state {
            // Of one that is not started yet it may be known that it is a duplicate.
            State::Ready | State::Duplicate(_) => {
                let (mut after, effects) = anew(upload, State::Queued, vec![])?;
                after.tally.anyway = true;
                after.tally.only_id = false;
                Some((after, effects))
            }
            State::Rejected(Rejection::NotRecognised { .. }) => {
                let (mut after, effects) = anew(upload, State::Checking, vec![Effect::Look])?;
                after.tally.as_named = true;
                after.tally.started = true;
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
            State::Queued if !upload.tally.only_id => begin(upload, policy),
            _ => None,
        },
        Event::Compared { original, .. } => match (&upload.state, original) {
            (State::Comparing, None) if upload.tally.only_id => stays_here(upload),
            (State::Comparing, None) => begin(upload, policy),
            (State::Comparing, Some(original)) => to(upload, State::Duplicate(original), vec![]),
            _ => None,
        },
        Event::Unconfirmed { .. } => match upload.state {
            State::Comparing => {
                let (mut after, effects) = stays_here(upload)?;
                after.tally.unconfirmed = true;
                Some((after, effects))
            }
            _ => None,
        },
        Event::OriginalEnded { asset } => match upload.state {
            State::Duplicate(Original::Row(_)) if asset.is_none() && upload.tally.only_id => {
                stays_here(upload)
            }
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
            // A service that answers a part of a file may hold a part of it. (A storage session
            // of an earlier attempt may be complete without a byte of this one.)
            State::Sending {
                route: Route::Direct,
                body_out: false,
            } => {
                let doubt = Some(Fault::new(FaultKind::BrokenInBody));
                sent(upload, asset, content, doubt, policy)
            }
            State::Sending { .. } => sent(upload, asset, content, None, policy),
            _ => None,
        },
        Event::Outdated {
            asset,
            content,
            fault,
            ..
        } => match upload.state {
            State::Sending { .. } => outdated(upload, asset, content, fault),
            _ => None,
        },
        Event::Broke {
            fault,
            content,
            jitter,
            ..
        } => after_fault(upload, fault, content, jitter, policy),
        Event::Due { .. } => match upload.state {
            State::Waiting { .. } => to(upload, State::Queued, vec![]),
            _ => None,
        },
        Event::Polled {
            answer, elapsed, ..
        } => polled(upload, &answer, elapsed, policy),
        Event::OtherKey { last4, .. } => other_key(upload, last4),
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
                let fault = Fault::new(FaultKind::NotSaved);
                let state = State::Failed { fault, asset: None };
                anew(upload, state, vec![Effect::Abort])
            }
            _ => None,
        },
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
    let (mut after, mut effects) = anew(upload, state, vec![Effect::Send { attempt, route }])?;
    if route == Route::Direct {
        // Each direct upload gets an id of its own.
        effects.extend(after.issued.take().as_ref().map(abandon));
    }
    Some((after, effects))
}

/// There is no id to be had: the person says what becomes of it.
fn stays_here(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    let (mut after, effects) = anew(upload, State::Ready, vec![])?;
    after.tally.only_id = false;
    Some((after, effects))
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
        status: None,
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
        status: None,
        abandoned: true,
    }
}

/// It ends here, with the id under which the service has the bytes of before. A file that is
/// gone may come back as it was.
fn outdated(
    upload: &Upload,
    asset: AssetId,
    content: Option<ContentHash>,
    fault: Fault,
) -> Option<(Upload, Vec<Effect>)> {
    let is_gone = fault.kind == FaultKind::FileGone;
    let record = Effect::Record {
        asset: asset.clone(),
        content,
        status: Some(AssetStatus::Waiting),
        abandoned: false,
    };
    let asset = Some(asset);
    let (mut after, effects) = leave(upload, State::Failed { fault, asset }, vec![record])?;
    after.tally.may_be_twice |= is_gone;
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
        State::Processing { .. } | State::OtherKey { .. } => let_go(upload),
        State::Sending { body_out: true, .. } => {
            // All of it may be there: under its id, where that came before the bytes.
            let (mut after, effects) = match &upload.issued {
                Some(_) => let_go(upload)?,
                None => give_up(upload)?,
            };
            after.tally.may_be_twice = true;
            Some((after, effects))
        }
        State::Sending {
            body_out: false, ..
        }
        | State::Checking
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

/// Cancelled when the service has it, or may have it: its id is one like any other.
fn let_go(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    let state = State::Cancelled {
        asset: upload.stored_asset().cloned(),
    };
    leave(upload, state, vec![Effect::Abort])
}

/// Cancelled before the service had it: an id that was issued will stay without a file.
fn give_up(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    let mut effects = vec![Effect::Abort];
    effects.extend(upload.issued.as_ref().map(abandon));
    leave(upload, State::Cancelled { asset: None }, effects)
}

/// Another state, in which the ticket is of no use any more.
pub(super) fn leave(
    upload: &Upload,
    state: State,
    mut effects: Vec<Effect>,
) -> Option<(Upload, Vec<Effect>)> {
    effects.push(Effect::DropTicket);
    let (mut after, effects) = anew(upload, state, effects)?;
    if !after.has_ended() || after.stored_asset().is_some() {
        after.issued = None;
    }
    Some((after, effects))
}

fn retry(upload: &Upload) -> Option<(Upload, Vec<Effect>)> {
    match upload.state {
        State::Rejected(_) => anew(upload, State::Checking, vec![Effect::Look]),
        State::Failed { .. } | State::Cancelled { .. } => {
            ask_first(upload).or_else(|| looked_at_anew(upload, true, vec![Effect::Look]))
        }
        _ => None,
    }
}

/// What ended begins again. Of all that was counted only that it may be stored already, and
/// what the person said of it, still holds.
pub(super) fn looked_at_anew(
    upload: &Upload,
    started: bool,
    effects: Vec<Effect>,
) -> Option<(Upload, Vec<Effect>)> {
    // The file may have been mended meanwhile, so it is looked at as a new one.
    let (mut after, effects) = leave(upload, State::Checking, effects)?;
    after.tally = Tally {
        may_be_twice: upload.tally.may_be_twice,
        anyway: upload.tally.anyway,
        as_named: upload.tally.as_named,
        only_id: upload.tally.only_id && started,
        started,
        ..Tally::default()
    };
    Some((after, effects))
}
