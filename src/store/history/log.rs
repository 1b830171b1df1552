//! Whether SQLite's log of changes is whole.
//!
//! SQLite reads a log up to the first frame that is not as it was written, and forgets the rest:
//! right for the last transaction of a program that died over it, and not for what was written,
//! synced and shown after it. After the file format of SQLite, "The Write-Ahead Log".

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::PAGE_SIZE;

/// Bytes before the first frame, and before each frame's page.
pub(super) const HEADER: usize = 32;
pub(super) const FRAME_HEADER: usize = 24;
/// What a log begins with; the last bit says whether its sums are of big-endian words.
const MAGIC: u32 = 0x377f_0682;

/// A sum over all words so far.
type Sum = (u32, u32);

/// Says what is wrong with the log of a database that nobody writes; `None` where SQLite reads all
/// of it that was committed, or there is none.
pub(super) fn damage(log: &Path) -> io::Result<Option<&'static str>> {
    let file = match File::open(log) {
        Ok(file) if file.metadata()?.is_file() => file,
        Ok(_) => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut file = BufReader::with_capacity(64 * PAGE_SIZE as usize, file);
    let mut header = [0; HEADER];
    match read_whole(&mut file, &mut header)? {
        0 => return Ok(None),
        HEADER => {}
        _ => return Ok(Some("its log was cut short")),
    }
    let [magic, _, page_size, _, salt_1, salt_2, sum_1, sum_2] = words(&header);
    let big = magic & 1 == 1;
    let mut sum = add((0, 0), &header[..24], big);
    if magic & !1 != MAGIC || page_size != PAGE_SIZE || sum != (sum_1, sum_2) {
        return Ok(Some("the head of its log is not one that SQLite writes"));
    }
    let mut frame = vec![0; FRAME_HEADER + PAGE_SIZE as usize];
    let mut is_whole = true;
    while read_whole(&mut file, &mut frame)? == frame.len() {
        let [_, ends_transaction, salt_a, salt_b, sum_a, sum_b] = words(&frame);
        let is_of_this_log = (salt_a, salt_b) == (salt_1, salt_2);
        if is_whole {
            sum = add(sum, &frame[..8], big);
            sum = add(sum, &frame[FRAME_HEADER..], big);
            is_whole = is_of_this_log && sum == (sum_a, sum_b);
        } else if is_of_this_log && ends_transaction != 0 {
            return Ok(Some("a part of its log is not as it was written"));
        }
    }
    Ok(None)
}

/// Reads as much as there is.
fn read_whole(file: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while got < into.len() {
        match file.read(&mut into[got..])? {
            0 => break,
            more => got += more,
        }
    }
    Ok(got)
}

fn words<const COUNT: usize>(bytes: &[u8]) -> [u32; COUNT] {
    let mut words = [0; COUNT];
    for (word, bytes) in words.iter_mut().zip(bytes.chunks_exact(4)) {
        *word = u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    words
}

fn add(sum: Sum, bytes: &[u8], big: bool) -> Sum {
    let word = |bytes: &[u8]| {
        let bytes = [bytes[0], bytes[1], bytes[2], bytes[3]];
        if big {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        }
    };
    bytes.chunks_exact(8).fold(sum, |(one, two), pair| {
        let one = one.wrapping_add(word(&pair[..4])).wrapping_add(two);
        let two = two.wrapping_add(word(&pair[4..])).wrapping_add(one);
        (one, two)
    })
}
