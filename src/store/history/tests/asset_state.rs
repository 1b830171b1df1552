//! The state of an asset, in Rust and in SQL.

use std::collections::BTreeSet;

use super::*;
use crate::model::asset::AssetState;
use crate::store::history::library::{
    Library, LibraryColumn, LibraryQuery, LibrarySort, StatusFilter,
};

/// Returns an asset of every status with every remark, deleted and not.
fn every_asset() -> Vec<AssetRecord> {
    let statuses = [
        None,
        Some(AssetStatus::Waiting),
        Some(AssetStatus::Uploading),
        Some(AssetStatus::Success),
        Some(AssetStatus::Failed),
        Some(AssetStatus::Other),
    ];
    let remarks = [
        None,
        Some(AssetRemark::MayBeStoredTwice),
        Some(AssetRemark::Abandoned),
        Some(AssetRemark::SizeMismatch),
        Some(AssetRemark::Gone),
    ];
    let mut assets = Vec::new();
    for status in statuses {
        for remark in remarks {
            for deleted_at_ms in [None, Some(5)] {
                let name = format!("re_{}", assets.len());
                assets.push(AssetRecord {
                    status,
                    remark,
                    deleted_at_ms,
                    ..asset(&name, &name, 1)
                });
            }
        }
    }
    assets
}

/// Returns the filter that finds a state, in the order of the column.
fn filter(state: AssetState) -> (usize, StatusFilter) {
    match state {
        AssetState::Ready => (1, StatusFilter::Ready),
        AssetState::Processing => (2, StatusFilter::Processing),
        AssetState::Failed | AssetState::WrongSize => (3, StatusFilter::Failed),
        AssetState::Gone => (4, StatusFilter::Gone),
        AssetState::Deleted => (5, StatusFilter::Deleted),
    }
}

#[test]
fn the_database_lists_filters_and_sorts_every_asset_by_the_state_that_is_shown() {
    let dir = tempfile::tempdir().unwrap();
    let put = every_asset().into_iter().map(HistoryChange::PutAsset);
    let put: Vec<_> = put.collect();
    let mut history = History::open(dir.path()).unwrap().history;
    history.commit(&put).unwrap();
    let assets = history.assets().unwrap();
    assert_eq!(assets.len(), put.len());
    let mut library = Library::open(dir.path()).unwrap().unwrap();
    let mut found = |query: LibraryQuery| -> Vec<AssetRecord> {
        let ids = library.find(&query).unwrap().ids;
        let records = library.records(&ids).unwrap();
        records.into_iter().flatten().collect()
    };
    let names = |assets: &mut dyn Iterator<Item = &AssetRecord>| -> BTreeSet<String> {
        assets.map(|asset| asset.name.clone()).collect()
    };
    let mut listed = assets.iter().filter(|asset| !asset.is_reserved());
    let sort = LibrarySort {
        column: LibraryColumn::Status,
        descending: false,
    };
    let all = found(LibraryQuery {
        sort,
        ..LibraryQuery::default()
    });
    assert_eq!(names(&mut all.iter()), names(&mut listed));
    let rank = |asset: &AssetRecord| filter(asset.state()).0;
    assert!(all.is_sorted_by_key(rank));
    for state in [
        AssetState::Ready,
        AssetState::Processing,
        AssetState::Failed,
        AssetState::Gone,
        AssetState::Deleted,
    ] {
        let (expected, status) = filter(state);
        let of_state = found(LibraryQuery {
            status: Some(status),
            ..LibraryQuery::default()
        });
        let mut shown = all.iter().filter(|asset| rank(asset) == expected);
        assert_eq!(names(&mut of_state.iter()), names(&mut shown), "{state:?}");
    }
}
