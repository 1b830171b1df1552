use super::*;

#[test]
fn a_folder_counts_what_is_in_it_that_can_be_uploaded() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    for name in ["a.mp4", "b.mov", "notes.txt", ".hidden.mp4"] {
        std::fs::write(inner.join(name), "x").unwrap();
    }
    let loose = folder.path().join("c.pdf");
    std::fs::write(&loose, "x").unwrap();
    let of = |paths: &[PathBuf]| count(paths);
    let in_folder = of(std::slice::from_ref(&inner));
    assert_eq!(
        in_folder,
        Count {
            files: 2,
            all: true
        }
    );
    // A file named directly is added even if it can't be uploaded.
    assert_eq!(of(&[inner, loose]).files, 3);
}
