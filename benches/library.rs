//! Times of the Library's queries, changes and repairs in a history of many assets.
//!
//! usage: cargo bench --bench library [-- ASSETS]     100000
//!
//! Goals for 100,000: open and first page 100 ms, a keystroke 50 ms, a page 5 ms. Medians of
//! several; the file was just written, and so is in memory.

use std::error::Error;
use std::fs::{self, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use mavi_uploader::model::asset::{Account, AssetId, AssetStatus, ContentHash};
use mavi_uploader::model::batch::{Batch, BatchId};
use mavi_uploader::model::media::{Kind, MediaMetadata};
use mavi_uploader::model::upload_facts::UploadFacts;
use mavi_uploader::store::history::library::{
    Library, LibraryColumn, LibraryQuery, LibraryResults, LibrarySort,
};
use mavi_uploader::store::history::{BACKUP_DIR, FILE_NAME, LEDGER_NAME, back_up};
use mavi_uploader::store::{AssetRecord, History, HistoryChange};

/// Assets of a batch.
const BATCH: u64 = 50;
/// Records of a page.
const PAGE: usize = 50;
/// Runs of each question.
const RUNS: usize = 9;

fn asset(number: u64) -> AssetRecord {
    let batch = number / BATCH;
    let name = format!(
        "A{:03}_C{:04}_take {}.mp4",
        batch % 1000,
        number % 10_000,
        number
    );
    AssetRecord {
        asset_id: AssetId::new(&format!("re_{}", 660_727_003_963_174_912 + number * 7919))
            .unwrap_or_else(|| unreachable!()),
        item: None,
        account: Account::from_fingerprint("0123456789abcdef"),
        base_url: "https://api.example/serve/api/v2".to_owned(),
        path: PathBuf::from(format!("/Volumes/Media/Productions/Shoot_{batch}/CARD_A")).join(&name),
        name,
        size: 40_000_000 + number * 997 % 900_000_000,
        content: Some(ContentHash::from_bytes(
            [u8::try_from(number % 256).unwrap_or(0); 32],
        )),
        status: Some(AssetStatus::Success),
        uploaded_at_ms: Some(1_700_000_000_000 + i64::try_from(number).unwrap_or(0) * 60_000),
        remark: None,
        note: None,
        batch: Some(BatchId(batch + 1)),
        label: None,
        kind: Some(if number.is_multiple_of(5) {
            Kind::Audio
        } else {
            Kind::Video
        }),
        metadata: MediaMetadata {
            duration_ms: Some(number * 31 % 600_000 + 1),
            ..MediaMetadata::default()
        },
        deleted_at_ms: None,
        upload: UploadFacts::default(),
        batch_note: None,
    }
}

fn fill(history: &mut History, assets: u64) -> Result<(), Box<dyn Error>> {
    let batches: Vec<_> = (0..assets.div_ceil(BATCH))
        .map(|batch| {
            HistoryChange::PutBatch(Arc::new(Batch {
                id: BatchId(batch + 1),
                label: format!("Shoot {batch} of the documentary"),
                note: None,
                created_at_ms: 0,
                skipped: Arc::default(),
            }))
        })
        .collect();
    history.commit(&batches)?;
    let numbers: Vec<u64> = (0..assets).collect();
    for some in numbers.chunks(10_000) {
        let changes: Vec<_> = some
            .iter()
            .map(|&n| HistoryChange::PutAsset(asset(n)))
            .collect();
        history.commit(&changes)?;
    }
    Ok(())
}

fn median(mut run: impl FnMut() -> Result<(), Box<dyn Error>>) -> Result<Duration, Box<dyn Error>> {
    let mut took = Vec::new();
    for _ in 0..RUNS {
        let start = Instant::now();
        run()?;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    Ok(took[RUNS / 2])
}

fn words(words: &str) -> LibraryQuery {
    LibraryQuery {
        words: words.to_owned(),
        ..LibraryQuery::default()
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what this is for")]
fn main() -> Result<(), Box<dyn Error>> {
    let assets = std::env::args().find_map(|argument| argument.parse().ok());
    let dir = tempfile::tempdir()?;
    let mut opened = History::open(dir.path())?;
    fill(&mut opened.history, assets.unwrap_or(100_000))?;
    let open = || Library::open(dir.path())?.ok_or_else(|| Box::<dyn Error>::from("no history"));
    let show = |what: &str, took: Duration| println!("{what}: {:.1} ms", took.as_secs_f64() * 1e3);

    show(
        "open and first page",
        median(|| {
            let mut library = open()?;
            let found = library.find(&LibraryQuery::default())?;
            library.records(&found.ids[..PAGE.min(found.ids.len())])?;
            Ok(())
        })?,
    );
    let mut library = open()?;
    for typed in [
        "s",
        "sh",
        "shoot 12",
        "documentary",
        "c0042",
        "nothing at all",
        "re_66072",
    ] {
        let mut found = LibraryResults::default();
        let took = median(|| {
            found = library.find(&words(typed))?;
            Ok(())
        })?;
        show(
            &format!("keystroke, “{typed}” ({} found)", found.ids.len()),
            took,
        );
    }
    for column in [
        LibraryColumn::Name,
        LibraryColumn::Folder,
        LibraryColumn::Uploaded,
        LibraryColumn::Size,
        LibraryColumn::Duration,
        LibraryColumn::Kind,
        LibraryColumn::Status,
        LibraryColumn::Batch,
    ] {
        let mut descending = false;
        let took = median(|| {
            descending = !descending;
            let sort = LibrarySort { column, descending };
            library.find(&LibraryQuery {
                sort,
                ..LibraryQuery::default()
            })?;
            Ok(())
        })?;
        show(&format!("sorted anew by {column:?}"), took);
    }
    let all = library.find(&LibraryQuery::default())?.ids;
    let mut from = 0;
    show(
        "page",
        median(|| {
            from = (from + all.len() / RUNS).min(all.len().saturating_sub(PAGE));
            library.records(&all[from..(from + PAGE).min(all.len())])?;
            Ok(())
        })?,
    );
    show(
        "all records",
        median(|| library.records(&all).map(drop).map_err(Into::into))?,
    );
    drop(library);
    grown(dir.path(), opened.history, all.len(), &show)
}

/// Shows what changes to many assets, a copy and a rebuilt history cost. The engine waits for a
/// commit, and for nothing else of these.
fn grown(
    dir: &Path,
    mut history: History,
    assets: usize,
    show: &dyn Fn(&str, Duration),
) -> Result<(), Box<dyn Error>> {
    let timed = |what: &str, run: &mut dyn FnMut() -> Result<(), Box<dyn Error>>| {
        let start = Instant::now();
        let outcome = run();
        show(what, start.elapsed());
        outcome
    };
    let changes = |count: usize, change: fn(AssetRecord) -> HistoryChange| -> Vec<_> {
        let numbers = 0..u64::try_from(count.min(assets)).unwrap_or_default();
        numbers.map(|number| change(asset(number))).collect()
    };
    let renamed = HistoryChange::EditBatch {
        batch: BatchId(1),
        label: "Renamed".to_owned(),
        note: None,
        renamed_at_ms: Some(1),
    };
    let renamed = [renamed];
    timed("rename", &mut || Ok(history.commit(&renamed)?))?;
    let removed = changes(1024, HistoryChange::RemoveAsset);
    timed("removal of 1,024", &mut || Ok(history.commit(&removed)?))?;
    drop(history);
    let open = || History::open(dir).map(drop);
    timed("opening", &mut || Ok(open()?))?;
    timed("copy", &mut || Ok(back_up(dir, &dir.join(BACKUP_DIR))?))?;
    let file = dir.join(FILE_NAME);
    let mut page = OpenOptions::new().write(true).open(&file)?;
    page.seek(SeekFrom::Start(page.metadata()?.len() / 8192 * 4096))?;
    page.write_all(&[0xa5; 4096])?;
    timed("rebuilt with a damaged page", &mut || Ok(open()?))?;
    fs::write(&file, [7; 5000])?;
    timed("rebuilt from copy and ledger", &mut || Ok(open()?))?;
    fs::remove_dir_all(dir.join(BACKUP_DIR))?;
    fs::write(&file, [7; 5000])?;
    timed("rebuilt from the ledger alone", &mut || Ok(open()?))?;
    fs::remove_file(dir.join(LEDGER_NAME))?;
    timed("opening without a ledger", &mut || Ok(open()?))
}
