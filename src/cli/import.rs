//! `import`: brings the assets of a file into the history, and asks about the first new ones.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use jiff::Timestamp;

use super::{EXIT_GOOD, EXIT_SOME_FAILED, assets, cannot_start, say};

use crate::model::asset_check::AssetsToCheck;
use crate::setup::AppContext;
use crate::store::History;
use crate::store::history::import::{ImportFile, ImportPlan};
use crate::store::history::library::Library;
use crate::text::messages::{import as words, list};

/// Arguments of `import`.
#[derive(Debug, Args)]
#[command(after_help = "\
Says how many assets are new, how many the history has, and how many lines have no usable ID. Known
assets get what is missing, and nothing else changes: importing a file twice does nothing more.
A list has one ID a line, perhaps with a tab and a name; a table has a column asset_id or id.
At most 256 MB, 500,000 assets, and 1 MB a line.

Then memories.ai is asked about the first 100 new assets, as by check: a line for each.

Exit status: 0 all is well, 1 the file cannot be read or some are unknown, 2 wrong usage, 3 no API key
or a refused one, 4 balance or account, 130 interrupted.")]
pub struct ImportArguments {
    /// The file; - is standard input
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Ask the service about none of them
    #[arg(long)]
    pub no_check: bool,
}

/// Runs `import`; returns the exit status.
pub fn run(arguments: &ImportArguments) -> u8 {
    let world = match AppContext::real() {
        Ok(world) => world,
        Err(error) => return cannot_start(&error),
    };
    let plan = world
        .folder
        .clone()
        .and_then(|dir| bring_in(&arguments.file, &dir, world.base_url.as_str()));
    let first = match plan {
        Ok(plan) => plan.first,
        Err(error) => {
            say(&error);
            return EXIT_SOME_FAILED;
        }
    };
    drop(world);
    match first.is_empty() || arguments.no_check {
        true => EXIT_GOOD,
        false => super::block_on(assets::check_assets(AssetsToCheck::These(first), false)),
    }
}

/// Brings a file in, and says what that did.
fn bring_in(path: &Path, dir: &Path, base_url: &str) -> Result<ImportPlan, String> {
    let file = match path.to_str() {
        Some("-") => ImportFile::read(io::stdin().lock(), base_url),
        _ => ImportFile::open(path, base_url),
    };
    let file = file.map_err(|error| error.to_string())?;
    let mut history = History::open(dir)
        .map_err(|error| error.to_string())?
        .history;
    let library = Library::open(dir).map_err(|error| error.to_string())?;
    let plan = file
        .plan(library.as_ref(), base_url)
        .map_err(|error| error.to_string())?;
    drop(library);
    let sums = [
        words::new(plan.new),
        words::known(plan.known),
        words::malformed(file.malformed()),
    ];
    say(&sums.join(list::items()));
    if file.malformed() > 0 {
        say(&words::malformed_lines(&file.named_lines()));
    }
    history
        .import(&file, Timestamp::now().as_millisecond())
        .map_err(|error| error.to_string())?;
    Ok(plan)
}
