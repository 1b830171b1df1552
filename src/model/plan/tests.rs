use proptest::prelude::*;

use super::*;
use crate::model::asset::AssetId;
use crate::model::media::Rejection;
use crate::model::snapshot::ItemId;

fn row(status: Status, size: u64, route: Route) -> Row {
    Row {
        id: ItemId(1),
        name: "clip.mp4".to_owned(),
        path: "/media/clip.mp4".into(),
        size,
        kind: None,
        route: Some(route),
        note: None,
        status,
        transfer: None,
        asset_id: None,
        reserved_id: None,
        account: None,
        saved: true,
        possibly_stored_twice: false,
        duplicate_of: None,
        duplicate_unconfirmed: false,
        interrupted: false,
        batch: None,
        metadata: crate::model::media::MediaMetadata::default(),
        later: None,
    }
}

/// Computes the plan for a whole list.
pub(crate) fn plan<'a>(
    rows: impl IntoIterator<Item = &'a Row>,
    under_way: UnderWay,
    line: Throughput,
) -> Plan {
    let mut sums = PlanTotals::default();
    for row in rows {
        sums.count(row, RowDelta::Added);
    }
    sums.plan(under_way, line)
}

fn any_row() -> impl Strategy<Value = Row> {
    let status = prop_oneof![
        4 => Just(Status::ReadyToUpload),
        1 => Just(Status::Rejected(Rejection::Empty)),
        1 => Just(Status::FoundDuplicate(DuplicateStage::Known)),
        1 => Just(Status::FoundDuplicate(DuplicateStage::Asked)),
        1 => Just(Status::Duplicate { of: AssetId::new("re_1") }),
        1 => Just(Status::Uploading),
        1 => Just(Status::Paused),
        1 => Just(Status::Ready),
    ];
    let route = prop_oneof![Just(Route::Direct), Just(Route::SignedUrl)];
    (status, 0..6_000_000_000_u64, route).prop_map(|(status, size, route)| row(status, size, route))
}

fn any_line() -> impl Strategy<Value = Throughput> {
    let measured = prop::option::of(0.0..1e9_f64);
    let limit = prop::option::of(1..1_000_000_000_u64);
    (measured, limit).prop_map(|(measured, limit)| Throughput { measured, limit })
}

fn any_under_way() -> impl Strategy<Value = UnderWay> {
    (0..9_000_000_000_u64, 0..150_u32).prop_map(|(bytes, calls)| UnderWay { bytes, calls })
}

proptest! {
    #[test]
    fn a_plan_counts_every_file_once_and_only_what_it_would_start(
        rows in prop::collection::vec(any_row(), 0..40),
    ) {
        let plan = plan(&rows, UnderWay::default(), Throughput::default());
        let of = |wanted: fn(&Row) -> bool| rows.iter().filter(|row| wanted(row)).count();
        let bytes: u64 = rows
            .iter()
            .filter(|row| row.status == Status::ReadyToUpload)
            .map(|row| row.size)
            .sum();
        prop_assert_eq!(plan.files, of(|row| row.status == Status::ReadyToUpload));
        prop_assert_eq!(plan.bytes, bytes);
        prop_assert_eq!(plan.refused, of(|row| matches!(row.status, Status::Rejected(_))));
        prop_assert_eq!(
            plan.duplicates,
            of(|row| row.status == Status::FoundDuplicate(DuplicateStage::Known))
        );
        prop_assert_eq!(plan.paused, of(|row| row.status == Status::Paused));
        prop_assert!(plan.by_signed_url <= plan.files);
        prop_assert_eq!(plan.cost, StorageCost::of(bytes));
    }

    #[test]
    fn no_plan_is_faster_than_the_limit_on_calls_and_than_the_line(
        rows in prop::collection::vec(any_row(), 0..40),
        line in any_line(),
        under_way in any_under_way(),
    ) {
        let plan = plan(&rows, under_way, line);
        // A signed URL takes one call more.
        let of_files = u32::try_from(2 * plan.files + plan.by_signed_url).unwrap();
        let slots = Duration::from_millis(1050) * (of_files + under_way.calls);
        prop_assert!(plan.finish.time() >= slots);
        let limit = line.limit.map(|limit| limit as f64);
        let measured = line.measured.filter(|rate| *rate >= 1.0);
        for rate in measured.into_iter().chain(limit) {
            let by_line = (plan.bytes + under_way.bytes) as f64 / rate;
            prop_assert!(plan.finish.time().as_secs_f64() >= by_line - 1e-6);
        }
        let promised = matches!(plan.finish, Eta::Estimated(_));
        prop_assert_eq!(promised, measured.is_some());
    }

    #[test]
    fn no_time_left_is_shorter_than_the_calls_and_than_the_line(
        line in any_line(),
        under_way in any_under_way(),
    ) {
        let left = line.left(under_way, SPACING);
        let measured = line.measured.filter(|rate| *rate >= 1.0);
        if measured.is_some() || under_way.bytes <= u64::from(under_way.calls) * 1_000_000 {
            prop_assert!(left.is_some());
        }
        if let Some(left) = left {
            prop_assert!(left >= SPACING * under_way.calls);
            for rate in measured.into_iter().chain(line.limit.map(|limit| limit as f64)) {
                let by_line = under_way.bytes as f64 / rate;
                prop_assert!(left.as_secs_f64() >= by_line - 1e-6);
            }
        }
    }

    #[test]
    fn one_file_more_never_ends_sooner_nor_costs_less(
        rows in prop::collection::vec(any_row(), 0..20),
        more in any_row(),
        line in any_line(),
    ) {
        let fewer = plan(&rows, UnderWay::default(), line);
        let mut rows = rows;
        rows.push(more);
        let all = plan(&rows, UnderWay::default(), line);
        prop_assert!(all.finish.time() >= fewer.finish.time());
        prop_assert!(all.cost.month >= fewer.cost.month);
    }
}

#[test]
fn a_hundred_small_files_take_as_long_as_their_calls() {
    for (route, seconds) in [(Route::Direct, 210), (Route::SignedUrl, 315)] {
        let rows = vec![row(Status::ReadyToUpload, 1000, route); 100];
        let line = Throughput {
            measured: Some(50_000_000.0),
            limit: None,
        };
        let plan = plan(&rows, UnderWay::default(), line);
        assert_eq!(plan.finish, Eta::Estimated(Duration::from_secs(seconds)));
    }
}

#[test]
fn a_limit_on_speed_is_in_the_plan_whether_a_speed_was_measured_or_not() {
    let rows = [row(Status::ReadyToUpload, 320_000_000, Route::Direct)];
    let limit = Some(5_000_000);
    let of = |measured| plan(&rows, UnderWay::default(), Throughput { measured, limit }).finish;
    let seconds = Duration::from_secs;
    assert_eq!(of(None), Eta::AtLeast(seconds(64)));
    assert_eq!(of(Some(40_000_000.0)), Eta::Estimated(seconds(64)));
    assert_eq!(of(Some(4_000_000.0)), Eta::Estimated(seconds(80)));
}

#[test]
fn many_small_files_have_a_time_left_before_a_speed_was_measured_and_large_ones_none() {
    let of = |bytes, calls| Throughput::default().left(UnderWay { bytes, calls }, SPACING);
    assert_eq!(of(2_000_000, 200), Some(Duration::from_secs(210)));
    assert_eq!(of(290_000_000, 3), None);
}
