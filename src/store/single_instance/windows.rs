//! The window's pipe. Its name is random and kept in the data directory, so only its readers find
//! it; the system lets no other user write to it.

use std::fs;
use std::io;
use std::path::Path;

use tokio::net::windows::named_pipe::{
    ClientOptions, NamedPipeClient, NamedPipeServer, ServerOptions,
};

/// File with the name of the pipe.
const NAME: &str = "window.pipe";

/// The window's listening pipe.
#[derive(Debug)]
pub struct PipeListener {
    name: String,
    next: NamedPipeServer,
}

impl PipeListener {
    /// Creates the pipe of a data directory, whose lock the caller holds.
    ///
    /// # Errors
    /// The pipe or the file with its name cannot be created.
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

    /// Accepts the next connection.
    ///
    /// # Errors
    /// The pipe fails.
    pub async fn accept(&mut self) -> io::Result<NamedPipeServer> {
        self.next.connect().await?;
        let next = ServerOptions::new().create(&self.name)?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}

/// Connects to the window of a data directory.
///
/// # Errors
/// There is no pipe, or it cannot be opened.
pub async fn connect(dir: &Path) -> io::Result<NamedPipeClient> {
    let name = fs::read_to_string(dir.join(NAME))?;
    ClientOptions::new().open(name.trim())
}
