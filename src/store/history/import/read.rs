//! Reads files of assets, a line or a record at a time.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, BufRead, BufReader, Cursor, Read};

use csv::{ByteRecord, ReaderBuilder};
use serde::Deserializer as _;
use serde::de::{Error as _, SeqAccess, Visitor};
use serde_json::Value;

use super::merge::{fill, follow};
use super::record::{asset_of, column, column_of_ids, lenient, list_id, value};
use super::{ImportError, ImportFile, MAX_ASSETS, MAX_BYTES, MAX_LINE};
use crate::model::asset::AssetId;
use crate::model::batch::BatchId;
use crate::model::export_record::ExportRecord;
use crate::store::history::ledger::{HEADER, LedgerEntry, LedgerEvent, read_line};
use crate::store::history::records::AssetRecord;

/// Bytes in which the format shows.
const HEAD: u64 = 64 << 10;
/// Separators of tables: Excel writes semicolons where the comma is the decimal sign.
const SEPARATORS: [u8; 3] = [b',', b';', b'\t'];
pub(super) fn read(input: impl Read, base_url: &str) -> Result<ImportFile, ImportError> {
    let mut input = input.take(MAX_BYTES + 1);
    let mut head = Vec::new();
    (&mut input)
        .take(HEAD)
        .read_to_end(&mut head)
        .map_err(|error| unreadable(&error))?;
    if head.contains(&0) {
        return Err(ImportError::NotText);
    }
    let text = String::from_utf8_lossy(head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head));
    let text = text.trim_start();
    let first = text.lines().next().unwrap_or_default();
    let is_ledger = first == HEADER.trim_matches(['\u{feff}', '\r', '\n']);
    let table = SEPARATORS.into_iter().find(|separator| {
        let cells = first.split(char::from(*separator));
        column_of_ids(cells.map(column).collect::<Vec<_>>().as_slice()).is_some()
    });
    let start = text.chars().next();
    let mut found = Collector::new(base_url);
    let rest = BufReader::new(Cursor::new(&head).chain(&mut input));
    let read = match (start, table) {
        (Some('['), _) => found.array(rest),
        (Some('{'), _) => found.lines(rest, Collector::object),
        _ if is_ledger => found.lines(rest, Collector::event),
        (_, Some(separator)) => found.table(rest, separator),
        _ => found.lines(rest, Collector::listed),
    };
    if input.limit() == 0 {
        return Err(ImportError::TooLarge);
    }
    read.and_then(|()| found.finish())
}

fn unreadable(error: &io::Error) -> ImportError {
    ImportError::Unreadable(error.to_string())
}

/// Passes on so many bytes at most until it is told to go on.
struct Limited<R> {
    inner: R,
    left: usize,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = buffer.len().min(self.left);
        if most == 0 && !buffer.is_empty() {
            return Err(io::ErrorKind::QuotaExceeded.into());
        }
        let read = self.inner.read(&mut buffer[..most])?;
        self.left -= read;
        Ok(read)
    }
}

/// Assets read so far.
struct Collector<'a> {
    base_url: &'a str,
    file: ImportFile,
    places: HashMap<(String, AssetId), usize>,
    /// Places of assets that a ledger removes again.
    removed: HashSet<usize>,
    /// Newest labels of a ledger's batches.
    labels: HashMap<BatchId, String>,
}

impl<'a> Collector<'a> {
    fn new(base_url: &'a str) -> Self {
        Self {
            base_url,
            file: ImportFile::default(),
            places: HashMap::new(),
            removed: HashSet::new(),
            labels: HashMap::new(),
        }
    }

    fn finish(self) -> Result<ImportFile, ImportError> {
        let mut file = self.file;
        let assets = std::mem::take(&mut file.assets).into_iter().enumerate();
        let kept = assets.filter(|(place, _)| !self.removed.contains(place));
        file.assets = kept
            .map(|(_, mut asset)| {
                // Its number is that of another history.
                let batch = asset.batch.take();
                let newest = batch.and_then(|batch| self.labels.get(&batch).cloned());
                asset.label = newest.or(asset.label);
                asset
            })
            .collect();
        match file.assets.is_empty() {
            true => Err(ImportError::NoIds),
            false => Ok(file),
        }
    }

    /// Passes every line that is not blank to `each`, which tells whether it is well-formed.
    fn lines(
        &mut self,
        mut input: impl BufRead,
        each: impl Fn(&mut Self, &str) -> Result<bool, ImportError>,
    ) -> Result<(), ImportError> {
        let (mut line, mut number) = (Vec::new(), 0);
        loop {
            line.clear();
            number += 1;
            let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX);
            let read = (&mut input).take(most).read_until(b'\n', &mut line);
            if read.map_err(|error| unreadable(&error))? == 0 {
                return Ok(());
            }
            if line.len() == MAX_LINE && line.last() != Some(&b'\n') {
                return Err(ImportError::LongLine(number));
            }
            let text = String::from_utf8_lossy(&line);
            let text = text
                .trim_start_matches('\u{feff}')
                .trim_end_matches(['\r', '\n']);
            if !text.trim().is_empty() && !each(self, text)? {
                self.file.on_malformed(number);
            }
        }
    }

    /// Takes in a line of a list: an ID, perhaps a tab and a name.
    fn listed(&mut self, line: &str) -> Result<bool, ImportError> {
        let (id, name) = line.split_once('\t').unwrap_or((line, ""));
        self.record(ExportRecord {
            asset_id: list_id(id),
            name: name.trim().to_owned(),
            ..ExportRecord::default()
        })
    }

    /// Takes in a line of a ledger.
    fn event(&mut self, line: &str) -> Result<bool, ImportError> {
        if line == HEADER.trim_matches(['\u{feff}', '\r', '\n']) {
            return Ok(true);
        }
        match read_line(line) {
            Some(LedgerEntry::Renamed { batch, label }) => {
                self.labels.insert(batch, label);
            }
            Some(LedgerEntry::Asset { event, mut asset }) => {
                if event == Some(LedgerEvent::Imported) {
                    asset.uploaded_at_ms = None;
                }
                let key = (asset.base_url.clone(), asset.asset_id.clone());
                if event == Some(LedgerEvent::Removed) {
                    self.removed.extend(self.places.remove(&key));
                } else if let Some(place) = self.places.get(&key) {
                    follow(&mut self.file.assets[*place], event, *asset);
                } else {
                    self.add(*asset)?;
                }
            }
            None => return Ok(false),
        }
        Ok(true)
    }

    /// Takes in a line with a JSON object.
    fn object(&mut self, line: &str) -> Result<bool, ImportError> {
        match serde_json::from_str(line) {
            Ok(fields) => self.record(lenient(fields)),
            Err(_) => Ok(false),
        }
    }

    fn array(&mut self, input: impl Read) -> Result<(), ImportError> {
        let mut refused = None;
        let mut input = BufReader::new(input);
        let start = input.fill_buf().map_err(|error| unreadable(&error))?;
        let mark = start.starts_with(b"\xef\xbb\xbf");
        input.consume(if mark { 3 } else { 0 });
        let read = serde_json::Deserializer::from_reader(input).deserialize_seq(Entries {
            into: self,
            refused: &mut refused,
        });
        match (refused, read) {
            (Some(error), _) => Err(error),
            (None, Err(error)) if error.is_io() => Err(ImportError::Unreadable(error.to_string())),
            (None, Err(error)) => Err(ImportError::BrokenJson(
                u64::try_from(error.line()).unwrap_or_default(),
            )),
            (None, Ok(())) => Ok(()),
        }
    }

    fn table(&mut self, input: impl Read, separator: u8) -> Result<(), ImportError> {
        let (inner, left) = (input, MAX_LINE);
        let mut reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(Limited { inner, left });
        let mut columns: Vec<String> = Vec::new();
        let mut ids = None;
        let mut row = ByteRecord::new();
        let mut line = 1;
        loop {
            reader.get_mut().left = MAX_LINE;
            match reader.read_byte_record(&mut row) {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                Err(_) if reader.get_ref().left == 0 => return Err(ImportError::LongLine(line)),
                Err(error) => return Err(ImportError::Unreadable(error.to_string())),
            }
            let cells = row.iter().map(String::from_utf8_lossy);
            if ids.is_none() {
                columns = cells.map(|cell| column(&cell)).collect();
                ids = column_of_ids(&columns);
                if let Some(place) = ids {
                    "asset_id".clone_into(&mut columns[place]);
                }
            } else if !row.iter().all(<[u8]>::is_empty) {
                let named = columns.iter().map(String::as_str).zip(cells);
                let fields =
                    named.filter_map(|(name, cell)| Some((name.to_owned(), value(name, &cell)?)));
                if !self.record(lenient(fields.collect()))? {
                    line = row.position().map_or(line, csv::Position::line);
                    self.file.on_malformed(line);
                }
            }
            line = reader.position().line();
        }
    }

    /// Takes in a record; `false` without a usable ID.
    fn record(&mut self, record: ExportRecord) -> Result<bool, ImportError> {
        let asset = asset_of(record, self.base_url);
        let is_usable = asset.is_some();
        asset.map_or(Ok(()), |asset| self.add(asset))?;
        Ok(is_usable)
    }

    fn add(&mut self, asset: AssetRecord) -> Result<(), ImportError> {
        let key = (asset.base_url.clone(), asset.asset_id.clone());
        let assets = &mut self.file.assets;
        if let Some(place) = self.places.get(&key) {
            fill(&mut assets[*place], &asset);
            return Ok(());
        }
        if assets.len() >= MAX_ASSETS {
            return Err(ImportError::TooManyAssets);
        }
        self.places.insert(key, assets.len());
        assets.push(asset);
        Ok(())
    }
}

/// Entries of a JSON array, taken in one by one.
struct Entries<'a, 'b> {
    into: &'a mut Collector<'b>,
    refused: &'a mut Option<ImportError>,
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        let mut number = 0;
        while let Some(entry) = entries.next_element::<Value>()? {
            number += 1;
            let taken = match entry {
                Value::Object(fields) => self.into.record(lenient(fields)),
                _ => Ok(false),
            };
            match taken {
                Ok(true) => {}
                Ok(false) => self.into.file.on_malformed(number),
                Err(error) => {
                    *self.refused = Some(error);
                    return Err(A::Error::custom("refused"));
                }
            }
        }
        Ok(())
    }
}
