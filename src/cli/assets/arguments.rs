//! Arguments of `check` and `delete`.

use clap::Args;

use crate::cli::parse_asset_id;
use crate::model::asset::AssetId;

/// Arguments of `check`.
#[derive(Debug, Args)]
#[command(after_help = "\
Prints a line for each asset: its ID, a tab, and its status (SUCCESS, UPLOADING, WAITING, FAILED or
OTHER), \"unknown\" where memories.ai does not know it under this API key, \"other account\" where it
was uploaded with the key of another account, or \"failed: \" with the reason.
One request a second; Ctrl-C stops, and what was answered is kept in the history.

Exit status: 0 all are known, 1 some are unknown or could not be asked about, 2 wrong usage, 3 no API
key or a refused one, 4 balance or account, 130 interrupted.")]
pub struct CheckArguments {
    /// Assets to ask about, in the history or not
    #[arg(value_name = "ASSET_ID", required_unless_present = "all", value_parser = parse_asset_id)]
    pub ids: Vec<AssetId>,
    /// Ask about every asset of the history
    #[arg(long, conflicts_with = "ids")]
    pub all: bool,
}

/// Arguments of `delete`.
#[derive(Debug, Args)]
#[command(after_help = "\
This cannot be undone. Prints a line for each asset: its ID, a tab, and \"deleted\", \"not found\" or
\"failed: \" with the reason. Assets that are being uploaded and those of another account are left
alone. One request a second; Ctrl-C stops, and the rest stays.

Exit status: 0 none is left, 1 some could not be deleted, 2 wrong usage or no --yes, 3 no API key or
a refused one, 4 balance or account, 130 interrupted.")]
pub struct DeleteArguments {
    /// Assets to delete, in the history or not
    #[arg(value_name = "ASSET_ID", required = true, value_parser = parse_asset_id)]
    pub ids: Vec<AssetId>,
    /// Delete them; without this it is only said what would be deleted
    #[arg(long)]
    pub yes: bool,
}
