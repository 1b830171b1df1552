//! What pressing "Upload" would do, before the first byte: how much, which way, how long at
//! best, at what price.

use std::time::Duration;

use super::cost::StorageCost;
use super::media::Route;
use super::snapshot::{Row, Status};

/// Least time between two calls of the service.
pub const SPACING: Duration = Duration::from_millis(1050);
/// Calls that the limit counts and that one file takes at least: the upload and one that asks how
/// it ended; by the signed URL one for that, and the start of the storage step.
pub fn calls(route: Route) -> u32 {
    match route {
        Route::Direct => 2,
        Route::SignedUrl => 3,
    }
}

/// What is under way already, and goes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct UnderWay {
    /// Bytes that are not handed over yet.
    pub bytes: u64,
    /// Calls that it still takes at least.
    pub calls: u32,
}

/// How long it takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finish {
    /// At the speed that was measured.
    About(Duration),
    /// No speed was measured yet: no sooner than the limit on calls allows.
    AtLeast(Duration),
}

impl Finish {
    /// The time, however certain.
    pub fn time(self) -> Duration {
        match self {
            Self::About(time) | Self::AtLeast(time) => time,
        }
    }
}

/// What pressing "Upload" would do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// Files that would be started.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Those of them whose bytes go to storage by a signed URL.
    pub by_signed_url: usize,
    /// Files in the list that can't be uploaded.
    pub refused: usize,
    /// Files in the list whose content is there already.
    pub duplicates: usize,
    /// When everything is through, what is under way included.
    pub finish: Finish,
    /// What keeping the files costs.
    pub cost: StorageCost,
}

/// Makes the plan for a list. `rate` is bytes a second as they were measured last.
pub fn plan<'a>(
    rows: impl IntoIterator<Item = &'a Row>,
    under_way: UnderWay,
    rate: Option<f64>,
) -> Plan {
    let (mut files, mut bytes, mut by_signed_url) = (0_usize, 0_u64, 0);
    let (mut refused, mut duplicates) = (0, 0);
    let mut all_calls = under_way.calls;
    for row in rows {
        match row.status {
            Status::ReadyToUpload => {
                files += 1;
                bytes = bytes.saturating_add(row.size);
                let route = row.route.unwrap_or(Route::Direct);
                by_signed_url += usize::from(route == Route::SignedUrl);
                all_calls = all_calls.saturating_add(calls(route));
            }
            Status::Rejected(_) => refused += 1,
            Status::Duplicate { .. } => duplicates += 1,
            _ => {}
        }
    }
    let by_calls = SPACING.saturating_mul(all_calls);
    let all_bytes = bytes.saturating_add(under_way.bytes);
    let by_bytes = rate
        .filter(|rate| *rate >= 1.0)
        .and_then(|rate| Duration::try_from_secs_f64(all_bytes as f64 / rate).ok());
    Plan {
        files,
        bytes,
        by_signed_url,
        refused,
        duplicates,
        finish: match by_bytes {
            Some(by_bytes) => Finish::About(by_bytes.max(by_calls)),
            None => Finish::AtLeast(by_calls),
        },
        cost: StorageCost::of(bytes),
    }
}

#[cfg(test)]
mod tests {
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
            saved: true,
            may_be_twice: false,
            later: None,
        }
    }

    fn any_row() -> impl Strategy<Value = Row> {
        let status = prop_oneof![
            4 => Just(Status::ReadyToUpload),
            1 => Just(Status::Rejected(Rejection::Empty)),
            1 => Just(Status::Duplicate { of: AssetId::new("re_1") }),
            1 => Just(Status::Uploading),
            1 => Just(Status::Ready),
        ];
        let route = prop_oneof![Just(Route::Direct), Just(Route::SignedUrl)];
        (status, 0..6_000_000_000_u64, route)
            .prop_map(|(status, size, route)| row(status, size, route))
    }

    fn any_rate() -> impl Strategy<Value = Option<f64>> {
        prop_oneof![Just(None), (0.0..1e9_f64).prop_map(Some)]
    }

    proptest! {
        #[test]
        fn a_plan_counts_every_file_once_and_only_what_it_would_start(
            rows in prop::collection::vec(any_row(), 0..40),
        ) {
            let plan = plan(&rows, UnderWay::default(), None);
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
                of(|row| matches!(row.status, Status::Duplicate { .. }))
            );
            prop_assert!(plan.by_signed_url <= plan.files);
            prop_assert_eq!(plan.cost, StorageCost::of(bytes));
        }

        #[test]
        fn no_plan_is_faster_than_the_limit_on_calls_and_than_the_line(
            rows in prop::collection::vec(any_row(), 0..40),
            rate in any_rate(),
            calls in 0..150_u32,
            bytes in 0..9_000_000_000_u64,
        ) {
            let under_way = UnderWay { bytes, calls };
            let plan = plan(&rows, under_way, rate);
            // A signed URL takes one call more.
            let of_files = u32::try_from(2 * plan.files + plan.by_signed_url).unwrap();
            let slots = Duration::from_millis(1050) * (of_files + calls);
            prop_assert!(plan.finish.time() >= slots);
            match (plan.finish, rate) {
                (Finish::About(time), Some(rate)) => {
                    let by_line = (plan.bytes + bytes) as f64 / rate;
                    prop_assert!(time.as_secs_f64() >= by_line - 1e-6);
                }
                (Finish::AtLeast(_), Some(rate)) => prop_assert!(rate < 1.0),
                (finish, None) => prop_assert!(matches!(finish, Finish::AtLeast(_))),
            }
        }

        #[test]
        fn one_file_more_never_ends_sooner_nor_costs_less(
            rows in prop::collection::vec(any_row(), 0..20),
            more in any_row(),
            rate in any_rate(),
        ) {
            let fewer = plan(&rows, UnderWay::default(), rate);
            let mut rows = rows;
            rows.push(more);
            let all = plan(&rows, UnderWay::default(), rate);
            prop_assert!(all.finish.time() >= fewer.finish.time());
            prop_assert!(all.cost.month >= fewer.cost.month);
        }
    }

    #[test]
    fn the_plans_floor_is_the_limiters_spacing() {
        assert_eq!(
            SPACING,
            crate::api::limiter::LimiterOptions::default().spacing
        );
    }

    #[test]
    fn a_hundred_small_files_take_as_long_as_their_calls() {
        for (route, seconds) in [(Route::Direct, 210), (Route::SignedUrl, 315)] {
            let rows = vec![row(Status::ReadyToUpload, 1000, route); 100];
            let plan = plan(&rows, UnderWay::default(), Some(50_000_000.0));
            assert_eq!(plan.finish, Finish::About(Duration::from_secs(seconds)));
        }
    }
}
