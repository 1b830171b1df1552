//! Texts of the window's dialogs and of what follows them, and instead of a window.

use std::path::{Path, PathBuf};

use crate::api::network::{Certificates, NetworkState};
use crate::model::media::{self, Kind};
use crate::model::relocation::RelocationError;
use crate::model::terminal::escape;
use crate::text::messages::{list, located, quit as quit_words, settings, window as say};
use crate::text::{rejection, size};

/// Returns the formats by kind: its name and extensions.
pub fn formats() -> [(&'static str, String); 3] {
    [
        (Kind::Video, say::formats_video()),
        (Kind::Audio, say::formats_audio()),
        (Kind::Image, say::formats_image()),
    ]
    .map(|(kind, name)| {
        let formats = media::formats().iter().filter(|format| format.kind == kind);
        let extensions: Vec<_> = formats.map(|it| it.extension.to_uppercase()).collect();
        (name, extensions.join(list::items()))
    })
}

/// Reports paths that could not be forwarded to the unresponsive window on this data directory.
pub fn silent_window(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return say::silent().to_owned();
    }
    let line = |path: &PathBuf| format!("\n{}", escape(&path.to_string_lossy()));
    say::silent_with_paths(&paths.iter().map(line).collect::<String>())
}

/// Returns why the chosen file can't replace the missing one.
pub fn misfit(chosen: &Path, misfit: &RelocationError) -> String {
    let name = chosen.file_name().unwrap_or(chosen.as_os_str());
    let name = name.to_string_lossy();
    match misfit {
        RelocationError::Refused(why) => located::refused(&name, &rejection(why).line()),
        RelocationError::InTheList => located::in_the_list(&name),
        RelocationError::OtherSize { gone, chosen } => {
            let (was, is) = (size(*gone), size(*chosen));
            if was != is {
                located::other_size(&is, &was, &name)
            } else if chosen > gone {
                located::larger(chosen - gone, &name)
            } else {
                located::smaller(gone - chosen, &name)
            }
        }
        RelocationError::OtherContent => located::other_content(&name),
    }
}

/// Returns proxy and certificates on one line.
pub fn network(state: &NetworkState) -> String {
    let proxy = match (state.unusable, &state.proxy, &state.no_proxy) {
        (Some(variable), _, _) => settings::unusable_proxy(variable),
        (None, Some(proxy), Some(hosts)) => settings::proxy_except(hosts, proxy),
        (None, Some(proxy), None) => settings::proxy(proxy),
        (None, None, _) => settings::no_proxy().to_owned(),
    };
    let certificates = match state.certificates {
        Certificates::NotNeeded => settings::certificates_not_needed().to_owned(),
        Certificates::System => settings::system_certificates().to_owned(),
        Certificates::Files {
            count,
            variable: Some(variable),
        } => settings::certificates_of(count, variable),
        Certificates::Files { count, .. } => settings::certificates(count),
    };
    [proxy, certificates].join(list::parts())
}

/// Question before leaving the window or the sandbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quit {
    /// The question.
    pub title: &'static str,
    /// Consequence of leaving.
    pub cause: String,
    /// Label of the button that stays.
    pub stay: &'static str,
    /// Label of the button that leaves.
    pub leave: &'static str,
    /// Tooltip of the button that leaves.
    pub hint: &'static str,
}

/// Work that closing the window would stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Stops {
    /// Uploads in progress.
    pub sending: usize,
    /// Uploads in progress that restart later.
    pub anew: usize,
    /// Ids that are not on disk.
    pub unsaved: usize,
    /// Uploads in progress in a sandbox.
    pub in_sandbox: usize,
}

/// Returns the question before closing the window.
pub fn quit(stops: Stops) -> Quit {
    let causes = [
        (stops.unsaved > 0).then(|| quit_words::unsaved(stops.unsaved)),
        (stops.in_sandbox > 0).then(|| quit_words::in_sandbox(stops.in_sandbox)),
        (stops.sending > 0).then(|| quit_words::sending(stops.sending)),
        (stops.anew > 0).then(|| quit_words::anew(stops.anew)),
    ];
    let causes: Vec<String> = causes.into_iter().flatten().collect();
    let (title, stay, leave, hint) = match (stops.sending, stops.in_sandbox) {
        (0, 0) => quit_words::unsaved_ids(),
        (0, _) => quit_words::sandbox_uploads(),
        _ => quit_words::uploads(),
    };
    Quit {
        title,
        cause: causes.join(list::sentences()),
        stay,
        leave,
        hint,
    }
}

/// Returns the question before leaving a sandbox with files; `under_way` have not ended.
pub fn leave_sandbox(under_way: usize) -> Quit {
    let (title, cause, stay, leave, hint) = quit_words::sandbox(under_way);
    Quit {
        title,
        cause,
        stay,
        leave,
        hint,
    }
}

#[cfg(test)]
mod tests;
