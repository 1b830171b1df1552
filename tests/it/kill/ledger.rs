//! What the program said, what the server did, what the history and its ledger have: held together.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use mavi_uploader::model::asset::AssetStatus;
use mavi_uploader::model::cell_escaping::split_record;
use mavi_uploader::model::media::Route;
use mavi_uploader::model::upload::{Original, Upload, UploadState};
use mavi_uploader::store::{AssetRecord, AssetRemark, History};

use super::Figures;
use super::server::{Request, Stored};

/// A file as it is uploaded.
struct Source {
    path: PathBuf,
    name: String,
    size: u64,
    blake3: String,
}

/// A run of the program that is over.
struct RunLock {
    /// Requests that had reached the server by then.
    requests: usize,
    killed: bool,
}

/// What may lie in a data directory when no program runs.
const KEPT: &[&str] = &[
    "asset-ids.csv",
    "backups",
    "history.db",
    "history.lock",
    "logs",
    "runs",
    "settings.json",
];

/// Everything about one queue that is known outside of the program.
pub struct Ledger {
    /// The data directory.
    pub data: PathBuf,
    sources: Vec<Source>,
    runs: Vec<RunLock>,
    rows_shown: HashSet<String>,
    ids_shown: HashSet<String>,
    twice_shown: HashSet<String>,
    /// What the journal had when the last run was over.
    last: Vec<(String, Upload)>,
}

impl Ledger {
    pub fn new(data: PathBuf, files: Vec<PathBuf>) -> Self {
        let source = |path: PathBuf| {
            let content = std::fs::read(&path).unwrap();
            Source {
                name: name_of(&path),
                path,
                size: u64::try_from(content.len()).unwrap(),
                blake3: blake3::hash(&content).to_hex().to_string(),
            }
        };
        Self {
            data,
            sources: files.into_iter().map(source).collect(),
            runs: vec![],
            rows_shown: HashSet::new(),
            ids_shown: HashSet::new(),
            twice_shown: HashSet::new(),
            last: vec![],
        }
    }

    /// Takes in what a run said, and looks whether the disk has it. `requests` had come
    /// when it was over.
    pub fn run_is_over(&mut self, said: &[String], requests: usize, killed: bool) {
        for line in said {
            let mut words = line.split('\t');
            let (what, name, id) = (words.next(), words.next(), words.next());
            match (what, name.map(str::to_owned), id.map(str::to_owned)) {
                (Some("ended"), None, None) => self.rows_shown.clear(),
                (Some("row"), Some(name), None) => _ = self.rows_shown.insert(name),
                // From here on it may leave the queue.
                (Some("over"), Some(name), None) => _ = self.rows_shown.remove(&name),
                (Some("twice"), Some(name), None) => _ = self.twice_shown.insert(name),
                (Some("id"), Some(_), Some(id)) => _ = self.ids_shown.insert(id),
                _ => {}
            }
        }
        self.runs.push(RunLock { requests, killed });
        if !self.data.exists() {
            assert!(self.rows_shown.is_empty());
            return;
        }
        // Before the history is opened, which tells the ledger what it lacks.
        let told = self.told();
        let lost: Vec<_> = self.ids_shown.difference(&told).collect();
        assert!(lost.is_empty(), "shown, and not in the ledger: {lost:?}");
        let history = self.history();
        let items = history.items().unwrap();
        self.last = items
            .iter()
            .map(|item| {
                let upload = serde_json::from_str(&item.state).expect("a state that is whole");
                (name_of(&item.path), upload)
            })
            .collect();
        for name in &self.rows_shown {
            let kept = self.last.iter().any(|(kept, _)| kept == name);
            assert!(kept, "{name} is not in the queue any more");
        }
        let known = ids(&history.assets().unwrap());
        let lost: Vec<_> = self.ids_shown.difference(&known).collect();
        assert!(lost.is_empty(), "shown, and not in the history: {lost:?}");
        assert_eq!(told, known, "the ledger, and the history");
    }

    /// The IDs in whole lines of the ledger.
    fn told(&self) -> HashSet<String> {
        let text = std::fs::read(self.data.join("asset-ids.csv")).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let lines = text.split_inclusive('\n').skip(1);
        let whole = lines.filter_map(|line| split_record(line.strip_suffix("\r\n")?));
        let mut told = HashSet::new();
        for fields in whole.filter(|fields| fields.len() == 11 && !fields[10].is_empty()) {
            told.insert(fields[2].clone());
        }
        told
    }

    fn history(&self) -> History {
        let opened = History::open(&self.data).unwrap();
        assert_eq!(opened.set_aside, None, "the database is damaged");
        assert_eq!(opened.history.damaged_items().unwrap(), []);
        opened.history
    }

    /// In which states the last kill hit the files, as the journal has it.
    pub fn count_phases(&self, figures: &mut Figures) {
        let phase = |upload: &Upload| match &upload.state {
            UploadState::Sending { route, body_out } => {
                let way = match route {
                    Route::Direct => "direct",
                    Route::SignedUrl => "signed URL",
                };
                match (body_out, &upload.reserved_id) {
                    (true, _) => format!("body out, {way}"),
                    (false, Some(_)) => format!("id before the bytes, {way}"),
                    (false, None) => format!("sending, {way}"),
                }
            }
            UploadState::Processing { doubt: Some(_), .. } => "processing in doubt".to_owned(),
            other => other.name().to_owned(),
        };
        let mut phases: BTreeSet<String> =
            self.last.iter().map(|(_, upload)| phase(upload)).collect();
        if self.last.is_empty() {
            phases.insert("before the queue".to_owned());
        }
        for phase in phases {
            *figures.phases.entry(phase).or_default() += 1;
        }
    }

    /// Nothing lies about when a run has ended by itself, whatever was killed before it.
    fn nothing_is_left(&self) -> Result<(), String> {
        for name in names_in(&self.data) {
            let is_kept = KEPT.contains(&name.as_str()) || name.starts_with("slots-");
            check(is_kept, || format!("{name} is left in the data directory"))?;
        }
        let runs = names_in(&self.data.join("runs"));
        check(runs.is_empty(), || format!("locks of dead runs: {runs:?}"))
    }

    /// The last run ended by itself: is everything as it should be?
    pub fn settle(
        &self,
        requests: &[Request],
        stored: &[Stored],
        figures: &mut Figures,
    ) -> Result<(), String> {
        let left = self.nothing_is_left();
        let assets = self.history().assets().unwrap();
        let wrong = left
            .and_then(|()| self.every_file_is_ready(&assets, stored))
            .and_then(|()| self.no_double_is_hidden(&assets, stored, figures))
            .and_then(|()| self.announced_were_out(&assets, requests))
            .and_then(|()| self.no_id_is_lost(&assets, requests, stored, figures));
        wrong.map_err(|what| format!("{what}\n{assets:#?}\n{stored:#?}\n{requests:#?}"))
    }

    fn every_file_is_ready(&self, assets: &[AssetRecord], stored: &[Stored]) -> Result<(), String> {
        for (name, upload) in &self.last {
            let ended = matches!(
                upload.state,
                UploadState::Done { .. } | UploadState::Duplicate(Original::Asset(_))
            );
            check(ended, || format!("{name} has not ended: {upload:?}"))?;
        }
        for source in &self.sources {
            let is_there = |asset: &AssetRecord| {
                self.content_of(&asset.path) == Some(&source.blake3)
                    && asset.status == Some(AssetStatus::Success)
                    && asset.size == source.size
                    && stored.iter().any(|copy| {
                        copy.asset_id == asset.asset_id.as_str() && copy.blake3 == source.blake3
                    })
            };
            check(assets.iter().any(is_there), || {
                format!("{} is not ready", source.name)
            })?;
        }
        Ok(())
    }

    /// Returns what the server holds more than once is announced, in the history or by its row.
    fn no_double_is_hidden(
        &self,
        assets: &[AssetRecord],
        stored: &[Stored],
        figures: &mut Figures,
    ) -> Result<(), String> {
        let mut copies: HashMap<&str, u64> = HashMap::new();
        for copy in stored {
            *copies.entry(&copy.blake3).or_default() += 1;
        }
        let announced: HashSet<&str> = assets
            .iter()
            .filter(|asset| asset.remark == Some(AssetRemark::MayBeStoredTwice))
            .filter_map(|asset| self.content_of(&asset.path))
            .map(String::as_str)
            .collect();
        for (content, count) in &copies {
            let source = self.sources.iter().find(|it| it.blake3 == *content);
            let name = source.map(|source| &source.name);
            check(name.is_some(), || format!("{content} is no file's"))?;
            check(*count == 1 || announced.contains(content), || {
                format!("{name:?} is stored {count} times, and nothing says so")
            })?;
            figures.doubles_announced += count - 1;
        }
        let once = announced.iter().filter(|it| copies.get(*it) == Some(&1));
        figures.announced_without_double += u64::try_from(once.count()).unwrap();
        Ok(())
    }

    /// Only a file whose whole body was out, to no answer, is said to be possibly twice.
    fn announced_were_out(
        &self,
        assets: &[AssetRecord],
        requests: &[Request],
    ) -> Result<(), String> {
        let known = ids(assets);
        let noted = assets
            .iter()
            .filter(|asset| asset.remark == Some(AssetRemark::MayBeStoredTwice))
            .map(|asset| name_of(&asset.path));
        let announced: HashSet<String> = noted.chain(self.twice_shown.iter().cloned()).collect();
        for source in &self.sources {
            let was_out = requests.iter().enumerate().any(|(number, request)| {
                request.call == "Upload"
                    && request.file_name.as_ref() == Some(&source.name)
                    && request.body >= source.size
                    && self.run_of(number).killed
                    && request
                        .asset_id
                        .as_ref()
                        .is_none_or(|id| !known.contains(id))
            });
            check(!announced.contains(&source.name) || was_out, || {
                format!("{} is said to be twice, and was never out", source.name)
            })?;
        }
        Ok(())
    }

    /// An id that is not in the history was on its way when the program was killed: it was
    /// the answer to the last that this run asked for the file. Nothing is stored under
    /// it, unless that is announced.
    fn no_id_is_lost(
        &self,
        assets: &[AssetRecord],
        requests: &[Request],
        stored: &[Stored],
        figures: &mut Figures,
    ) -> Result<(), String> {
        let known = ids(assets);
        for (number, request) in requests.iter().enumerate() {
            let Some(id) = request.asset_id.as_ref().filter(|id| !known.contains(*id)) else {
                continue;
            };
            match request.call.as_str() {
                "KeyCheck" => continue,
                "Upload" => {}
                "SignedUrl" => {
                    let holds = stored.iter().any(|copy| copy.asset_id == *id);
                    check(!holds, || format!("{id} holds bytes, and is lost"))?;
                }
                _ => return Err(format!("{id} was asked about, and is lost")),
            }
            let run = self.run_of(number);
            let went_on = requests[number + 1..run.requests]
                .iter()
                .any(|later| later.file_name == request.file_name);
            check(run.killed && !went_on, || {
                format!("{id} had come, and is lost")
            })?;
            figures.ids_in_flight += 1;
        }
        Ok(())
    }

    /// The run that made the request with this number.
    fn run_of(&self, number: usize) -> &RunLock {
        self.runs.iter().find(|run| number < run.requests).unwrap()
    }

    fn content_of(&self, path: &Path) -> Option<&String> {
        let source = self.sources.iter().find(|source| source.path == *path)?;
        Some(&source.blake3)
    }
}

fn ids(assets: &[AssetRecord]) -> HashSet<String> {
    let id = |asset: &AssetRecord| asset.asset_id.as_str().to_owned();
    assets.iter().map(id).collect()
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn check(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}
