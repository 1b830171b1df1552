//! A data directory full of files that are done, for what an idle window costs.
//!
//! usage: cargo bench --bench finished -- FOLDER FILES
//!
//! Uploads FILES small files, which it writes to FOLDER/media, to a sandbox without a limit on
//! requests, with FOLDER/data as the data directory. Prints the sandbox's base URL and its key
//! once all are Ready, then keeps it until its standard input ends.

#[path = "common/clips.rs"]
mod clips;

use std::error::Error;
use std::io::{self, BufRead, Write};
use std::path::PathBuf;
use std::time::Duration;

use mavi_uploader::engine::{Command, FrontEnd};
use mavi_uploader::model::snapshot::Status;
use mavi_uploader::sandbox::{SandboxOptions, Timing};
use mavi_uploader::setup::{AppContext, EngineConfig, Numbers, RunningEngine, runtime};

/// How much faster than the service's limit calls follow each other.
const FASTER: u32 = 300;
#[expect(clippy::print_stdout, reason = "the URL is what this is started for")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1).filter(|it| it != "--bench");
    let folder = PathBuf::from(arguments.next().ok_or("a folder is needed")?);
    let files: usize = arguments.next().ok_or("a number is needed")?.parse()?;
    let media = folder.join("media");
    clips::write(&media, files)?;

    let runtime = runtime()?;
    let _entered = runtime.enter();
    let mut world = AppContext::with_sandbox(SandboxOptions {
        interval: Duration::ZERO,
        timing: Timing::AT_ONCE,
        ..SandboxOptions::default()
    })?;
    world.folder = Ok(folder.join("data"));
    let mut numbers = Numbers::of(FrontEnd::Window);
    numbers.limiter = numbers.limiter.faster(FASTER);
    numbers.policy.polls = vec![Duration::from_millis(20)];
    let RunningEngine { mut handle, task } = world.start(EngineConfig {
        numbers,
        start_at_once: true,
        ask_history: false,
        ..EngineConfig::new(FrontEnd::Window)
    });
    handle.send(Command::Add(vec![media]));
    runtime.block_on(async {
        let all_ready = handle.snapshot.wait_for(|snapshot| {
            let ready = snapshot
                .rows
                .iter()
                .filter(|row| row.status == Status::Ready);
            ready.count() == files
        });
        all_ready.await.map(drop)
    })?;
    handle.send(Command::Shutdown);
    runtime.block_on(task)?;
    println!("{}", world.base_url.as_str());
    println!(
        "{}",
        world.sandbox.as_ref().map_or("", |sandbox| sandbox.key())
    );
    io::stdout().flush()?;
    for line in io::stdin().lock().lines() {
        line?;
    }
    Ok(())
}
