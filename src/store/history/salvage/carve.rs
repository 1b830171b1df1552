//! Rows from single pages of a damaged database, without the tree that leads to them.
//!
//! After the file format of SQLite, "B-tree Pages" and "Record Format". A row that does
//! not fit into its page (a path of some 1,800 bytes) is not found this way.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use rusqlite::types::Value;

use super::super::place::{LOG, sibling};
use super::super::{PAGE_SIZE, log};

/// First byte of a page that holds rows of a table.
const LEAF: u8 = 0x0d;
/// Bytes before the first page of the file: the file's own header.
const FILE_HEADER: usize = 100;

/// What the columns of an asset may be, in the order of version 1; later versions may have
/// more columns at the end.
pub(super) const ASSET: &[Kind] = &[
    Kind::RowId,
    Kind::Text,
    Kind::Text,
    Kind::Integer { missing: true },
    Kind::Text,
    Kind::Text,
    Kind::Blob,
    Kind::Integer { missing: false },
    Kind::OptionalText,
    Kind::OptionalText,
    Kind::Integer { missing: false },
    Kind::OptionalText,
    Kind::Text,
];

/// The same of a row of the queue.
pub(super) const ITEM: &[Kind] = &[
    Kind::RowId,
    Kind::Text,
    Kind::Blob,
    Kind::OptionalText,
    Kind::Integer { missing: false },
    Kind::Integer { missing: true },
    Kind::Integer { missing: true },
    Kind::Text,
    Kind::Integer { missing: false },
    Kind::Integer { missing: false },
    Kind::OptionalText,
    Kind::OptionalText,
];

/// What a column may hold.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    RowId,
    Text,
    OptionalText,
    Blob,
    Integer { missing: bool },
}

impl Kind {
    fn fits(self, value: &Value) -> bool {
        matches!(
            (self, value),
            (Self::RowId, Value::Null)
                | (Self::Text | Self::OptionalText, Value::Text(_))
                | (Self::OptionalText, Value::Null)
                | (Self::Blob, Value::Blob(_))
                | (Self::Integer { .. }, Value::Integer(_))
                | (Self::Integer { missing: true }, Value::Null)
        )
    }
}

/// Hands every row that looks like one of these columns to `keep`: those of the log, then
/// those of the file. Of a row that is there more than once, any may come first.
pub(super) fn carve<E>(
    path: &Path,
    columns: &[Kind],
    mut keep: impl FnMut(Vec<Value>) -> Result<(), E>,
) -> Result<(), E> {
    for (file, start, between) in [
        (sibling(path, LOG), log::HEADER, log::FRAME_HEADER),
        (path.to_owned(), 0, 0),
    ] {
        let Ok(file) = File::open(file) else {
            continue;
        };
        let mut file = BufReader::with_capacity(64 * PAGE_SIZE as usize, file);
        let mut skipped = vec![0; start];
        let mut page = vec![0; between + PAGE_SIZE as usize];
        if file.read_exact(&mut skipped).is_err() {
            continue;
        }
        let mut first = between == 0;
        while fill(&mut file, &mut page).unwrap_or(0) > between {
            let header = if first { FILE_HEADER } else { 0 };
            first = false;
            for row in rows(&page[between..], header, columns) {
                keep(row)?;
            }
        }
    }
    Ok(())
}

/// Reads as much of a page as there is; the rest is zeros.
fn fill(file: &mut impl Read, page: &mut [u8]) -> io::Result<usize> {
    page.fill(0);
    let mut got = 0;
    while got < page.len() {
        match file.read(&mut page[got..])? {
            0 => break,
            more => got += more,
        }
    }
    Ok(got)
}

fn rows(page: &[u8], header: usize, columns: &[Kind]) -> Vec<Vec<Value>> {
    if page.get(header) != Some(&LEAF) {
        return Vec::new();
    }
    let pointers = page.get(header + 8..).unwrap_or_default();
    let cells = be_u16(page, header + 3).unwrap_or_default();
    pointers
        .chunks_exact(2)
        .take(cells)
        .filter_map(|pointer| {
            let at = usize::from(u16::from_be_bytes([pointer[0], pointer[1]]));
            row(page.get(at..)?, columns)
        })
        .collect()
}

fn be_u16(page: &[u8], at: usize) -> Option<usize> {
    let bytes = page.get(at..at + 2)?;
    Some(usize::from(u16::from_be_bytes([bytes[0], bytes[1]])))
}

fn row(cell: &[u8], columns: &[Kind]) -> Option<Vec<Value>> {
    let mut cell = cell;
    let length = usize::try_from(varint(&mut cell)?).ok()?;
    let rowid = varint(&mut cell)?;
    let payload = cell.get(..length)?;
    let mut head = payload;
    let head_length = usize::try_from(varint(&mut head)?).ok()?;
    let mut types = payload.get(payload.len() - head.len()..head_length)?;
    let mut body = payload.get(head_length..)?;
    let mut values = Vec::with_capacity(columns.len());
    for kind in columns {
        let value = value(varint(&mut types)?, &mut body)?;
        if !kind.fits(&value) {
            return None;
        }
        values.push(value);
    }
    values[0] = Value::Integer(rowid);
    Some(values)
}

fn value(serial: i64, body: &mut &[u8]) -> Option<Value> {
    let width = match serial {
        0 | 8 | 9 => 0,
        1..=4 => usize::try_from(serial).ok()?,
        5 => 6,
        6 => 8,
        12.. => usize::try_from((serial - 12) / 2).ok()?,
        _ => return None,
    };
    let (bytes, rest) = body.split_at_checked(width)?;
    *body = rest;
    Some(match serial {
        0 => Value::Null,
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        1..=6 => {
            let sign = if bytes[0] & 0x80 == 0 { 0 } else { -1 };
            Value::Integer(
                bytes
                    .iter()
                    .fold(sign, |number: i64, byte| number << 8 | i64::from(*byte)),
            )
        }
        _ if serial % 2 == 0 => Value::Blob(bytes.to_vec()),
        // What is not text any more is no row of ours.
        _ => Value::Text(String::from_utf8(bytes.to_vec()).ok()?),
    })
}

/// One to nine bytes, seven bits each but for the ninth, which has eight.
fn varint(bytes: &mut &[u8]) -> Option<i64> {
    let mut number = 0_i64;
    for place in 0..9 {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if place == 8 {
            return Some(number << 8 | i64::from(byte));
        }
        number = number << 7 | i64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
