//! Processor time of one frame of the window, with 100 rows, with 10,000, and with 10,000
//! in 200 batches.
//!
//! usage: cargo bench --bench frame
//!
//! No display and no kittest: the context is run as eframe runs it, and what it draws is
//! tessellated. Each line is the median and the slowest twentieth of its frames; the limit
//! for 10,000 rows is 2 ms more than for 100.

#[path = "common/outside.rs"]
mod outside;

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use egui::{Context, Event, Modifiers, Pos2, RawInput, Rect, Vec2};
use mavi_uploader::app::command::{Column, Filter, UiCommand};
use mavi_uploader::engine::EngineHandle;
use mavi_uploader::model::asset::AssetId;
use mavi_uploader::model::batch::{Batch, BatchId};
use mavi_uploader::model::media::{Kind, Route};
use mavi_uploader::model::snapshot::{ItemId, Row, Snapshot, Status, Transfer};
use mavi_uploader::ui::MaviApp;
use tokio::sync::{mpsc, watch};

const FRAMES: usize = 200;

/// Rows of a batch, where there are batches.
const PER_BATCH: u64 = 50;

fn batch(id: u64) -> Arc<Batch> {
    Arc::new(Batch {
        id: BatchId(id),
        label: format!("Shoot, day {id}"),
        note: None,
        created_at_ms: 0,
        skipped: Arc::default(),
    })
}

fn row(id: u64) -> Row {
    let transfer = (id % 4 == 1).then_some(Transfer {
        sent: 260_000_000,
        total: 412_000_000,
        rate: Some(12_400_000.0),
        left: Some(Duration::from_secs(14)),
    });
    Row {
        id: ItemId(id),
        name: format!("Interview, day {}, take {}.mp4", id % 31, id),
        path: format!("/media/take-{id}.mp4").into(),
        size: 412_000_000 + id,
        kind: Some(Kind::Video),
        route: Some(Route::Direct),
        note: None,
        status: match id % 4 {
            0 => Status::ReadyToUpload,
            1 => Status::Uploading,
            2 => Status::Queued,
            _ => Status::Ready,
        },
        transfer,
        asset_id: (id % 4 == 3)
            .then(|| AssetId::new(&format!("re_{id}")))
            .flatten(),
        reserved_id: None,
        account: None,
        saved: true,
        possibly_stored_twice: false,
        duplicate_of: None,
        duplicate_unconfirmed: false,
        interrupted: false,
        batch: Some(BatchId(id / PER_BATCH)),
        metadata: mavi_uploader::model::media::MediaMetadata::default(),
        later: None,
    }
}

/// A window over so many rows, and the engine's end of its snapshot.
struct Stage {
    ctx: Context,
    window: MaviApp,
    snapshot: Snapshot,
    /// What was shown before it, which the engine keeps so that the window need not drop it.
    before: Arc<Vec<Arc<Row>>>,
    publish: watch::Sender<Arc<Snapshot>>,
}

impl Stage {
    fn new(rows: u64, batches: u64) -> Self {
        let snapshot = Snapshot {
            rows: Arc::new((0..rows).map(|id| Arc::new(row(id))).collect()),
            batches: Arc::new((0..batches).map(batch).collect()),
            ..Snapshot::default()
        };
        let (publish, seen) = watch::channel(Arc::new(snapshot.clone()));
        let (commands, _) = mpsc::unbounded_channel();
        let (_, notices) = mpsc::unbounded_channel();
        let engine = EngineHandle {
            commands,
            snapshot: seen,
            notices,
            data_dir: None,
            base_url: String::new(),
        };
        let ctx = Context::default();
        let window = MaviApp::new(&ctx, engine, outside::outside(Arc::new(|| ())));
        Self {
            ctx,
            window,
            before: Arc::clone(&snapshot.rows),
            snapshot,
            publish,
        }
    }

    fn frame(&mut self, events: Vec<Event>) {
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, Vec2::new(1000.0, 680.0))),
            events,
            ..RawInput::default()
        };
        let window = &mut self.window;
        let mut output = self.ctx.run_ui(input, |ui| {
            window.update(ui.ctx());
            window.render(ui);
        });
        // There is nothing that they could be loaded into.
        output.textures_delta.clear();
        black_box(self.ctx.tessellate(output.shapes, output.pixels_per_point));
    }

    /// The engine moves one row on, as it does ten times a second.
    fn progress(&mut self, turn: usize) {
        self.before = Arc::clone(&self.snapshot.rows);
        let rows = Arc::make_mut(&mut self.snapshot.rows);
        let at = (turn * 4 + 1) % rows.len();
        let mut moved = Row::clone(&rows[at]);
        moved.transfer = moved.transfer.map(|transfer| Transfer {
            sent: transfer.sent + turn as u64,
            ..transfer
        });
        rows[at] = Arc::new(moved);
        self.snapshot.revision += 1;
        self.publish.send_replace(Arc::new(self.snapshot.clone()));
    }

    fn measure(&mut self, each: impl Fn(&mut Self, usize) -> Vec<Event>) -> String {
        for turn in 0..10 {
            let events = each(self, turn);
            self.frame(events);
        }
        let mut times: Vec<Duration> = (0..FRAMES)
            .map(|turn| {
                let events = each(self, turn);
                let start = Instant::now();
                self.frame(events);
                start.elapsed()
            })
            .collect();
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let slow = times[FRAMES - FRAMES / 20];
        format!(
            "{:6.2} ms, slowest twentieth {:6.2} ms",
            ms(times[FRAMES / 2]),
            ms(slow)
        )
    }
}

fn scroll(turn: usize) -> Vec<Event> {
    vec![
        Event::PointerMoved(Pos2::new(500.0, 400.0)),
        Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: Vec2::new(0.0, if turn % 100 < 50 { -80.0 } else { 80.0 }),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        },
    ]
}

#[expect(clippy::print_stdout, reason = "the figures are what this is for")]
fn main() {
    for (rows, batches) in [(100, 0), (10_000, 0), (10_000, 10_000 / PER_BATCH)] {
        let mut stage = Stage::new(rows, batches);
        println!("{rows} rows, {batches} batches");
        println!(
            "  nothing changed      {}",
            stage.measure(|_, _| Vec::new())
        );
        println!(
            "  scrolled             {}",
            stage.measure(|_, turn| scroll(turn))
        );
        let progress = |stage: &mut Stage, turn: usize| {
            stage.progress(turn);
            Vec::new()
        };
        println!("  a row's progress     {}", stage.measure(progress));
        stage.window.dispatch(UiCommand::SelectAll);
        println!("  … all selected       {}", stage.measure(progress));
        stage.window.dispatch(UiCommand::SelectNone);
        stage.window.dispatch(UiCommand::SortBy(Column::Name));
        stage.window.dispatch(UiCommand::Search("take".to_owned()));
        println!("  … sorted, searched   {}", stage.measure(progress));
        stage.window.dispatch(UiCommand::Search(String::new()));
        stage.window.dispatch(UiCommand::Show(Filter::Uploading));
        println!("  … one chip           {}", stage.measure(progress));
    }
}
