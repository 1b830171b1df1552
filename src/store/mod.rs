//! What is kept: the history and journal, the settings, the secrets, and where they lie.

pub mod data_dir;
pub mod door;
pub(crate) mod files;
pub mod history;
pub mod run;
pub mod secrets;
pub mod settings;

pub use data_dir::{DataDir, DataDirError};
pub use door::{Arrival, Door, Entry};
pub use history::{
    AssetNote, AssetRecord, Change, DamagedItem, History, ItemRecord, OpenError, Opened,
    ProtocolRecord, StoreError,
};
pub use run::{Run, RunId};
pub use secrets::{KeyStore, OrderedKeyStore, SecretError};
pub use settings::Settings;
