//! What packages say of the program, held against the program itself.

use std::fs;
use std::path::Path;

use mavi_uploader::model::media;
use mavi_uploader::model::version::VERSION;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value<'a>(entry: &'a str, key: &str) -> &'a str {
    entry
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .unwrap_or_else(|| panic!("no {key} in the entry"))
}

#[test]
fn the_menu_entry_opens_every_format_that_is_taken() {
    let entry = read("packaging/linux/share/mavi-uploader.desktop");
    let types: Vec<_> = value(&entry, "MimeType").split(';').collect();
    for format in media::formats() {
        assert!(types.contains(&format.mime), "{}", format.mime);
    }
    assert!(value(&entry, "Exec").ends_with(" %F"), "several files");
}

#[test]
fn the_entry_is_found_by_the_window_and_by_the_software_centre() {
    let entry = read("packaging/linux/share/mavi-uploader.desktop");
    let window = read("src/ui/run.rs");
    let class = value(&entry, "StartupWMClass");
    assert!(window.contains(&format!("APP_ID: &str = {class:?}")));
    let metainfo = read("packaging/linux/share/io.github.mavi_uploader.MaviUploader.metainfo.xml");
    assert!(metainfo.contains(&format!("<launchable type=\"desktop-id\">{class}.desktop<")));
    assert!(
        metainfo.contains(&format!("<release version=\"{VERSION}\"")),
        "the software centre is told of this version"
    );
}

#[test]
fn windows_and_macos_open_every_format_that_is_taken_and_no_other() {
    let installer = read("packaging/windows/installer.nsi");
    let mut windows: Vec<_> = installer
        .lines()
        .filter_map(|line| line.trim().strip_prefix("!insertmacro OpenWith "))
        .collect();
    let plist = read("packaging/macos/Info.plist");
    let (_, list) = plist
        .split_once("<key>CFBundleTypeExtensions</key>")
        .unwrap();
    let (list, _) = list.split_once("</array>").unwrap();
    let mut macos: Vec<_> = list
        .lines()
        .filter_map(|line| {
            line.trim()
                .strip_prefix("<string>")?
                .strip_suffix("</string>")
        })
        .collect();
    let mut taken: Vec<_> = media::formats().iter().map(|f| f.extension).collect();
    for list in [&mut windows, &mut macos, &mut taken] {
        list.sort_unstable();
    }
    assert_eq!(windows, taken);
    assert_eq!(macos, taken);
}

#[test]
fn notifications_are_the_installed_programs_own() {
    let desktop = read("src/ui/desktop.rs");
    let installer = read("packaging/windows/installer.nsi");
    let (_, id) = installer
        .split_once("NOTIFIER_KEY \"Software\\Classes\\AppUserModelId\\")
        .unwrap();
    let (id, _) = id.split_once('"').unwrap();
    assert!(desktop.contains(&format!("APP_ID: &str = {id:?}")), "{id}");
    let plist = read("packaging/macos/Info.plist");
    let (_, bundle) = plist.split_once("<key>CFBundleIdentifier</key>").unwrap();
    let (_, bundle) = bundle.split_once("<string>").unwrap();
    let (bundle, _) = bundle.split_once("</string>").unwrap();
    assert!(
        desktop.contains(&format!("APP_ID: &str = {bundle:?}")),
        "{bundle}"
    );
}

#[test]
fn what_is_installed_on_windows_is_removed_again() {
    let installer = read("packaging/windows/installer.nsi");
    let (install, uninstall) = installer.split_once("Section Uninstall").unwrap();
    let mut files = vec!["uninstall.exe"];
    let mut keys = Vec::new();
    for line in install.lines().map(str::trim) {
        if let Some(file) = line.strip_prefix("File ") {
            let named = file
                .strip_prefix("\"/oname=")
                .and_then(|f| f.split('"').next());
            let name = named.unwrap_or_else(|| file.rsplit('}').next().unwrap());
            files.push(name.trim_end_matches('"'));
        }
        if let Some(key) = line.strip_prefix("WriteReg") {
            let (_, key) = key.split_once("\"${").unwrap();
            keys.push(key.split_once('}').unwrap().0);
        }
    }
    assert!(files.len() > 5 && keys.len() > 10, "{files:?} {keys:?}");
    for file in files {
        let line = format!("Delete \"$INSTDIR\\{file}\"");
        assert!(uninstall.contains(&line), "{line}");
    }
    for key in keys {
        let line = format!("DeleteRegKey HKCU \"${{{key}}}\"");
        assert!(uninstall.contains(&line), "{line}");
    }
}

/// The licences in a list of this name, sorted.
fn licences(file: &str, name: &str) -> Vec<String> {
    let text = read(file);
    let (_, list) = text.split_once(&format!("\n{name} = [")).unwrap();
    let (list, _) = list.split_once(']').unwrap();
    let lines = list.lines().map(|line| line.trim().trim_end_matches(','));
    let mut found: Vec<_> = lines
        .filter_map(|line| Some(line.strip_prefix('"')?.strip_suffix('"')?.to_owned()))
        .collect();
    found.sort_unstable();
    found
}

#[test]
fn every_package_has_the_licences_of_what_is_in_it() {
    for (package, has) in [
        ("packaging/linux/stage", "$licences"),
        ("packaging/linux/build", "\npackaging/licences/make\n"),
        ("packaging/flatpak/build", "\npackaging/licences/make\n"),
        (
            "packaging/flatpak/io.github.mavi_uploader.MaviUploader.yml",
            "third-party-licences.txt",
        ),
        (
            "packaging/macos/build",
            "\npackaging/licences/make aarch64-apple-darwin x86_64-apple-darwin\n",
        ),
        ("packaging/windows/build", "\npackaging/licences/make\n"),
        ("packaging/windows/installer.nsi", "${LICENCES}"),
    ] {
        assert!(read(package).contains(has), "{package}: {has}");
    }
    let allowed = licences("deny.toml", "allow");
    assert!(allowed.len() > 3, "{allowed:?}");
    assert_eq!(
        licences("packaging/licences/about.toml", "accepted"),
        allowed
    );
}
