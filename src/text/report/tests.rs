use std::path::PathBuf;

use roxmltree::{Document, ParsingOptions};

use super::*;
use crate::model::asset::{AssetId, AssetStatus};

const HOSTILE: &str = "<script>alert(1)</script>\"'&amp;]]><img src=//evil.example/x onerror=x>";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot a real one";

fn file(name: &str, state: AssetState) -> ReportFile {
    let record = ExportRecord {
        asset_id: AssetId::new("1234567890123456789"),
        name: name.to_owned(),
        size: Some(1_500_000),
        upload_status: Some(AssetStatus::Success),
        blake3: Some(ContentHash::from_bytes([7; 32])),
        uploaded_at: Timestamp::from_second(1_764_500_000).ok(),
        duration_s: Some(84.0),
        kind: Some(Kind::Video),
        status: state.as_str().to_owned(),
        ..ExportRecord::default()
    };
    let path = PathBuf::from("/home/mia/Shoot").join(name.replace('/', "_"));
    ReportFile::of_asset(record, path, state, true, Backend::Service)
}

fn written(heading: ReportHeading, files: &[ReportFile], picture: Option<&[u8]>) -> String {
    let mut totals = ReportTotals::default();
    files.iter().for_each(|file| totals.add(file, &heading));
    let mut report = ReportWriter::begin(Vec::new(), heading, totals).unwrap();
    for file in files {
        report.file(file, picture).unwrap();
    }
    String::from_utf8(report.finish().unwrap()).unwrap()
}

fn titled(title: &str) -> ReportHeading {
    ReportHeading {
        title: title.to_owned(),
        ..ReportHeading::default()
    }
}

fn parse(html: &str) -> Document<'_> {
    let options = ParsingOptions {
        allow_dtd: true,
        nodes_limit: u32::MAX,
        ..ParsingOptions::default()
    };
    Document::parse_with_options(html, options).unwrap()
}

/// Fails on a script, an event handler, a link, or anything that would be fetched.
fn assert_stands_alone(page: &Document<'_>) {
    for element in page.descendants().filter(roxmltree::Node::is_element) {
        let name = element.tag_name().name();
        let is_known =
            "html head meta title style body header h1 h2 p main ul li img svg rect path \
                        circle div span bdi dl dt dd code footer"
                .split_whitespace()
                .any(|known| known == name);
        assert!(is_known, "<{name}>");
        for attribute in element.attributes() {
            let (name, value) = (attribute.name(), attribute.value());
            assert!(!name.starts_with("on"), "{name}");
            assert!(
                !["href", "action", "style", "srcset"].contains(&name),
                "{name}"
            );
            assert!(name != "src" || value.starts_with("data:image/"), "{value}");
        }
        if name == "style" {
            let css = element.text().unwrap();
            assert!(!css.contains("url(") && !css.contains("@import"));
        }
    }
    let policy = page
        .descendants()
        .find(|node| node.attribute("http-equiv") == Some("Content-Security-Policy"));
    let policy = policy.unwrap().attribute("content").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; img-src data:;"),
        "{policy}"
    );
}

fn all_text(page: &Document<'_>) -> String {
    let body = page.descendants().find(|node| node.has_tag_name("body"));
    let texts = body.unwrap().descendants().filter(roxmltree::Node::is_text);
    let texts = texts.filter_map(|node| node.text());
    texts.collect::<Vec<_>>().join("|")
}

#[test]
fn hostile_texts_stay_texts() {
    let turned = "\u{202e}gpj.exe\u{0}\u{1b}[2J\u{ffff}\nnext";
    let heading = ReportHeading {
        note: Some(format!("{HOSTILE}\nsecond line שלום")),
        ..titled(HOSTILE)
    };
    let mut hostile = file(HOSTILE, AssetState::Ready);
    hostile.record.note = Some(HOSTILE.to_owned());
    hostile.record.label = Some(format!("other {HOSTILE}"));
    hostile.record.asset_id = AssetId::new("<b>1</b>");
    let mut refused = file(turned, AssetState::Failed);
    refused.problem = Some(HOSTILE.to_owned());
    let html = written(heading, &[hostile, refused], Some(PNG));
    let page = parse(&html);
    assert_stands_alone(&page);
    let text = all_text(&page);
    assert!(text.contains("second line שלום"), "{text}");
    assert_eq!(text.matches(HOSTILE).count(), 6, "{text}");
    assert!(text.contains(r"\u{202e}gpj.exe\u{0}\u{1b}[2J"), "{text}");
    assert!(!html.contains('\u{202e}') && !html.contains("<script"));
}

#[test]
fn a_file_is_shown_with_all_that_is_known() {
    let file = || file("clip.mp4", AssetState::Ready);
    let html = written(titled("Shoot"), &[file()], None);
    let text = all_text(&parse(&html));
    for part in [
        "1 file · 1.5 MB · 1 ready",
        "Ready · size confirmed by memories.ai",
        "|Shoot|",
        "1:24",
        "1234567890123456789",
        &"07".repeat(32),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(html.contains("<svg") && !html.contains("<img"));
    let unconfirmed = ReportFile {
        is_size_confirmed: false,
        ..file()
    };
    let html_of_unconfirmed = written(titled("Shoot"), &[unconfirmed], None);
    let text = all_text(&parse(&html_of_unconfirmed));
    assert!(text.contains("|Ready|"), "{text}");
    assert!(!text.contains("size confirmed by"), "{text}");
    assert!(!html.contains("/home/mia") && !html.contains("checksum"));
    let heading = ReportHeading {
        full_paths: true,
        ..titled("Shoot")
    };
    assert!(written(heading, &[file()], None).contains("/home/mia/Shoot/clip.mp4"));
}

#[test]
fn problems_say_why_and_count() {
    let mut rejected = file("notes.mov", AssetState::Processing);
    rejected.record.asset_id = None;
    rejected.problem = Some("The file is empty.".to_owned());
    let failed = file("clip.mp4", AssetState::Failed);
    let html = written(titled("Shoot"), &[rejected, failed], None);
    let page = parse(&html);
    let text = all_text(&page);
    assert!(
        text.contains("2 files · 3 MB · 0 ready · 2 skipped or failed"),
        "{text}"
    );
    assert!(text.contains("The file is empty."), "{text}");
    assert!(
        text.contains("memories.ai couldn’t process this file."),
        "{text}"
    );
    // The one without an ID stands only among the problems.
    let items = page.descendants().filter(|node| node.has_tag_name("li"));
    assert_eq!(items.count(), 3);
}

#[test]
fn only_pictures_are_embedded() {
    let files = [file("clip.mp4", AssetState::Ready)];
    let html = written(titled("Shoot"), &files, Some(PNG));
    assert!(html.contains("src=\"data:image/png;base64,iVBORw"));
    let html = written(titled("Shoot"), &files, Some(b"<svg onload='alert(1)'/>"));
    assert!(!html.contains("data:image/") && html.contains("<svg class=\"picture\""));
}

#[test]
fn ten_thousand_files_make_one_page() {
    let files: Vec<_> = (0..10_000)
        .map(|at| file(&format!("clip-{at}.mp4"), AssetState::Ready))
        .collect();
    let html = written(titled("Shoot"), &files, Some(PNG));
    let page = parse(&html);
    assert_stands_alone(&page);
    let pictures = page.descendants().filter(|node| node.has_tag_name("img"));
    assert_eq!(pictures.count(), 10_000);
}
