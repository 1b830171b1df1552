//! Tells the program what it was built from and for, makes functions of its messages, gives the
//! Windows program its icon, version and manifest, and the one for macOS its ear for files to be
//! opened.
//!
//! The commit is looked up for release builds only: otherwise every commit would have all tests
//! compiled again. Whoever builds from an archive without git can give it in
//! `MAVI_UPLOADER_COMMIT`.

use std::env;
use std::path::Path;
use std::process::Command;

mod messages;

/// What a build is made of. Its change is what makes a build differ from its commit.
const SOURCES: [&str; 5] = ["build", "Cargo.toml", "Cargo.lock", "src", "assets"];
/// Digits of a commit that are shown.
const DIGITS: &str = "--short=12";

fn main() {
    for source in SOURCES {
        println!("cargo:rerun-if-changed={source}");
    }
    println!("cargo:rerun-if-env-changed=MAVI_UPLOADER_COMMIT");
    let from = match env::var("MAVI_UPLOADER_COMMIT") {
        Ok(given) if !given.trim().is_empty() => format!("commit {}", given.trim()),
        _ if env::var("PROFILE").as_deref() != Ok("release") => "development build".to_owned(),
        _ => commit().map_or_else(
            || "unknown commit".to_owned(),
            |commit| format!("commit {commit}"),
        ),
    };
    println!("cargo:rustc-env=MAVI_UPLOADER_FROM={from}");
    let target = env::var("TARGET").unwrap_or_default();
    println!("cargo:rustc-env=MAVI_UPLOADER_TARGET={target}");
    if let Err(error) = messages::generate() {
        println!("cargo::error={error}");
    }
    #[cfg(windows)]
    windows::resources();
    #[cfg(target_os = "macos")]
    macos::open_documents();
}

/// The commit of the work tree that this package is, with a word where it has been changed.
fn commit() -> Option<String> {
    // An archive that was unpacked inside another work tree is not of that one's commit.
    let top = git(&["rev-parse", "--show-toplevel"])?;
    let here = env::var("CARGO_MANIFEST_DIR").ok()?;
    if Path::new(&top).canonicalize().ok()? != Path::new(&here).canonicalize().ok()? {
        return None;
    }
    // Every commit, checkout and merge writes to the first, where it is kept.
    for name in ["logs/HEAD", "HEAD"] {
        if let Some(file) = git(&["rev-parse", "--git-path", name])
            && Path::new(&file).exists()
        {
            println!("cargo:rerun-if-changed={file}");
        }
    }
    let commit = git(&["rev-parse", DIGITS, "HEAD"])?;
    let mut status = vec!["status", "--porcelain", "--"];
    status.extend(SOURCES);
    let changed = git(&status)?;
    Some(match changed.is_empty() {
        true => commit,
        false => format!("{commit} with changes"),
    })
}

fn git(arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then_some(())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned())
}

#[cfg(windows)]
mod windows {
    use winresource::WindowsResource;

    const ICON: &str = "assets/icon/mavi-uploader.ico";
    const MANIFEST: &str = "packaging/windows/mavi-uploader.manifest";

    /// What Explorer shows of the program, and how Windows has to treat it.
    pub fn resources() {
        println!("cargo:rerun-if-changed={MANIFEST}");
        let compiled = WindowsResource::new()
            .set_icon(ICON)
            .set_manifest_file(MANIFEST)
            .set("ProductName", "Mavi Uploader")
            .set("FileDescription", "Mavi Uploader")
            .set("LegalCopyright", "MIT or Apache-2.0")
            .compile();
        if let Err(error) = compiled {
            println!("cargo::error=The resources cannot be compiled: {error}");
        }
    }
}

#[cfg(target_os = "macos")]
mod macos {
    /// Needed by no symbol of the program's: it is linked as an object, which the linker
    /// always takes.
    pub fn open_documents() {
        let objects = cc::Build::new()
            .file("src/macos/open_documents.m")
            .flag("-fobjc-arc")
            .compile_intermediates();
        for object in objects {
            println!("cargo::rustc-link-arg-bins={}", object.display());
        }
        println!("cargo::rustc-link-arg-bins=-framework");
        println!("cargo::rustc-link-arg-bins=AppKit");
    }
}
