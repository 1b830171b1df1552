//! The window's pipe. Its name is chosen anew each time and kept in the data directory, so
//! that only who may read there finds it; the system lets nobody else write into it.

use std::fs;
use std::io;
use std::path::Path;

use tokio::net::windows::named_pipe::{
    ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions,
};

/// Holds the name of the pipe.
const NAME: &str = "window.pipe";

/// Where the window listens.
#[derive(Debug)]
pub struct Listener {
    name: String,
    next: NamedPipeServer,
}

impl Listener {
    /// Listens for a data directory, whose lock the caller holds.
    pub fn bind(dir: &Path) -> io::Result<Self> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
        let random: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let name = format!(r"\\.\pipe\mavi-uploader-{random}");
        let next = ServerOptions::new()
            .first_pipe_instance(true)
            .create(&name)?;
        fs::write(dir.join(NAME), &name)?;
        Ok(Self { name, next })
    }

    /// The next one who knocks.
    pub async fn accept(&mut self) -> io::Result<NamedPipeServer> {
        self.next.connect().await?;
        let next = ServerOptions::new().create(&self.name)?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}

/// Reaches the window of a data directory.
pub async fn connect(dir: &Path) -> io::Result<NamedPipeClient> {
    let name = fs::read_to_string(dir.join(NAME))?;
    ClientOptions::new().open(name.trim())
}
