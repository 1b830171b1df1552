//! What the service says of a file that it has.

use mavi_uploader::model::asset::AssetStatus;
use mavi_uploader::sandbox::{Call, FaultPlan, PlannedFault, Reply};
use mavi_uploader::store::AssetRemark;

use super::program::Trial;
use crate::cli::text;

fn plan(fault: PlannedFault) -> FaultPlan {
    FaultPlan::new().on(Call::Upload).then(fault)
}

fn statuses(words: &[&str]) -> PlannedFault {
    PlannedFault::Statuses(words.iter().map(|&word| word.to_owned()).collect())
}

/// Row: `upload_status` FAILED.
#[test]
fn what_the_service_gave_up_on_is_uploaded_again_once() {
    let seen = Trial::new(plan(PlannedFault::processing_fails())).run();
    let finished = seen.finishes();
    assert_eq!(seen.retries(), ["processing_failed"]);
    assert_eq!(seen.calls(Call::Upload), 2);
    let history = seen.history();
    assert_eq!(history.len(), 2, "both ids are kept");
    for record in history {
        let is_last = record.asset_id.as_str() == text(&finished, "asset_id");
        let note = (!is_last).then_some(AssetRemark::Abandoned);
        assert_eq!(record.remark, note);
    }
}

/// Row: `upload_status` FAILED.
#[test]
fn what_the_service_gave_up_on_twice_fails_with_its_id() {
    let fails = PlannedFault::processing_fails();
    let plan = FaultPlan::new().on(Call::Upload).always().then(fails);
    let seen = Trial::new(plan).run();
    seen.fails("processing_failed", 1);
    assert_eq!(seen.calls(Call::Upload), 2);
    let failed = seen.outcome.one("failed");
    let id = text(&failed, "asset_id");
    let history = seen.history();
    let kept = history.iter().find(|record| record.asset_id.as_str() == id);
    assert_eq!(kept.unwrap().status, Some(AssetStatus::Failed));
}

/// Row: "Asset not found" for an id that the service just gave.
#[test]
fn an_asset_that_is_not_found_at_first_is_asked_for_again() {
    let seen = Trial::new(plan(PlannedFault::NotFoundAtFirst { polls: 4 })).run();
    seen.finishes();
    assert_eq!(
        (seen.calls(Call::Upload), seen.calls(Call::Metadata)),
        (1, 5)
    );
}

/// Row: "Asset not found" for an id that the service just gave.
#[test]
fn an_asset_that_is_not_found_for_a_minute_fails_and_keeps_its_id() {
    let seen = Trial::new(plan(PlannedFault::NotFoundAtFirst { polls: 1_000 })).run();
    seen.fails("processing_failed", 1);
    // After 2, 6, 14, 30 and 62 s.
    let asked = seen.calls(Call::Metadata);
    assert!((3..=6).contains(&asked), "{asked}");
    assert_eq!(seen.calls(Call::Upload), 1);
    let failed = seen.outcome.one("failed");
    assert_eq!(
        seen.history()[0].asset_id.as_str(),
        text(&failed, "asset_id")
    );
}

/// Row: SUCCESS with another size than the file's.
#[test]
fn another_size_fails_and_keeps_the_id() {
    for by in [-1, 1] {
        let seen = Trial::new(plan(PlannedFault::SizeDiffers { by })).run();
        let words = seen.fails("size_mismatch", 1);
        assert!(words.contains("Upload the file again"), "{words}");
        assert_eq!(seen.calls(Call::Upload), 1);
        let failed = seen.outcome.one("failed");
        let history = seen.history();
        assert_eq!(history[0].asset_id.as_str(), text(&failed, "asset_id"));
        assert_eq!(history[0].remark, Some(AssetRemark::SizeMismatch));
    }
}

/// Row: polling fails.
#[test]
fn whatever_goes_wrong_with_asking_the_file_is_asked_about_again() {
    let troubles = [
        PlannedFault::status(500),
        PlannedFault::status(400),
        PlannedFault::status(415),
        PlannedFault::Answer(Reply::html(200)),
        PlannedFault::Answer(Reply::truncated_json()),
        PlannedFault::Answer(Reply::redirect(302, "http://127.0.0.1:1/")),
        PlannedFault::Answer(Reply::huge(2 << 30)),
        PlannedFault::ResetAfter { bytes: 0 },
        PlannedFault::LoseAnswer {
            stored: false,
            reset: false,
        },
    ];
    let count = troubles.len();
    let plan = troubles
        .into_iter()
        .fold(FaultPlan::new(), |plan, trouble| {
            plan.on(Call::Metadata).then(trouble)
        });
    let seen = Trial::new(plan).run();
    seen.finishes();
    assert_eq!(
        (seen.calls(Call::Upload), seen.calls(Call::Metadata)),
        (1, count + 1)
    );
    assert!(seen.retries().is_empty());
}

/// Row: polling fails; a refused key is asked for, and the file is not failed for good.
#[test]
fn a_key_that_is_refused_while_asking_ends_the_run_and_keeps_the_asset() {
    let plan = FaultPlan::new()
        .on(Call::Metadata)
        .always()
        .then(PlannedFault::status(401));
    let seen = Trial::new(plan).run();
    seen.fails("unauthorized", 3);
    assert_eq!(seen.history().len(), 1);
    // The next run follows what this one sent, and sends nothing.
    seen.stage.sandbox().set_plan(FaultPlan::new());
    let trial = Trial::new(FaultPlan::new());
    let path = seen.stage.media("clip.mp4");
    let again = trial.start(&seen.stage, &[&path]).end();
    assert_eq!(again.code(), Some(0), "{}", again.err);
    assert_eq!(seen.stage.calls(Call::Upload), 1);
}

/// Statuses in any order, and words that nobody knows.
#[test]
fn statuses_in_any_order_are_followed_to_their_end() {
    let words = [
        "UPLOADING",
        "WAITING",
        "TRANSCODING",
        "",
        "WAITING",
        "SUCCESS",
    ];
    let seen = Trial::new(plan(statuses(&words))).run();
    seen.finishes();
    assert_eq!(
        (seen.calls(Call::Upload), seen.calls(Call::Metadata)),
        (1, 6)
    );
}
