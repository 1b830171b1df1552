//! Small films for the benchmarks.

use std::fs::{File, FileTimes};
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

/// What every one begins with.
const CLIP: &[u8] = include_bytes!("../../tests/fixtures/media/good/clip.mp4");
/// How many lie in one folder.
const TOGETHER: usize = 100;

/// Writes so many into folders below this one. No two have the same size, and nobody has
/// written to them for an hour.
pub fn write(folder: &Path, clips: usize) -> io::Result<()> {
    let earlier = FileTimes::new().set_modified(SystemTime::now() - Duration::from_secs(3600));
    for number in 0..clips {
        let place = folder.join((number / TOGETHER).to_string());
        std::fs::create_dir_all(&place)?;
        let mut file = File::create(place.join(format!("clip-{number}.mp4")))?;
        file.write_all(CLIP)?;
        file.write_all(&vec![0; number])?;
        file.set_times(earlier)?;
    }
    Ok(())
}
