//! Persistence: history and journal, settings, secrets, and the data directory.

pub mod data_dir;
pub(crate) mod files;
pub mod history;
pub mod keychain;
pub mod run_lock;
pub mod saved_keys;
pub mod settings;
pub mod single_instance;
pub mod thumbnail_cache;

pub use data_dir::DataDirError;
pub use history::{
    AssetRecord, AssetRemark, DamagedItem, History, HistoryChange, ItemRecord, OpenError,
    OpenedDatabase, ProtocolRecord, StoreError,
};
pub use keychain::{KeySlot, Keychain, KeychainWorker, SecretError};
pub use run_lock::{RunId, RunLock};
pub use saved_keys::SavedKeys;
pub use settings::Settings;
pub use single_instance::{ForwardedPaths, Instance, InstanceLock};
pub use thumbnail_cache::ThumbnailCache;
