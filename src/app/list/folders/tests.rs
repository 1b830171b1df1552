use std::path::PathBuf;

use super::*;
use crate::app::rows::tests::row;
use crate::model::snapshot::Status;

fn folders(paths: &[&str]) -> Vec<Option<String>> {
    let rows = paths.iter().zip(1..).map(|(path, id)| {
        let path = PathBuf::from(path);
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let name = name.into_owned();
        let row = row(id, Status::ReadyToUpload);
        Arc::new(Row { name, path, ..row })
    });
    let rows: Vec<Arc<Row>> = rows.collect();
    let folders = Folders::of(&rows);
    let of = |row: &Arc<Row>| folders.get(row.id).map(str::to_owned);
    rows.iter().map(of).collect()
}

#[test]
fn files_of_the_same_name_are_told_apart_by_their_last_folders() {
    let found = folders(&["/card/A/1.mp4", "/card/B/1.mp4", "/card/B/2.mp4"]);
    assert_eq!(found, [Some("A".to_owned()), Some("B".to_owned()), None]);
}

#[test]
fn as_many_folders_are_named_as_tell_a_file_apart_and_no_more() {
    let found = folders(&["/a/DCIM/1.mp4", "/b/DCIM/1.mp4", "/b/last/1.mp4"]);
    let parted = |folders: [&str; 2]| PathBuf::from_iter(folders).display().to_string();
    let wanted = [parted(["a", "DCIM"]), parted(["b", "DCIM"]), "last".into()];
    assert_eq!(found, wanted.map(Some));
    // Paths without further folders, or without any.
    let found = folders(&["DCIM/1.mp4", "/a/DCIM/1.mp4", "1.mp4"]);
    let wanted = [Some("DCIM".to_owned()), Some(parted(["a", "DCIM"])), None];
    assert_eq!(found, wanted);
}
