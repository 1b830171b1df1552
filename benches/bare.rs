//! What the window is measured against: one of the same size and renderer with nothing in it.
//!
//! usage: cargo bench --bench bare
//!
//! Stays open until it is closed or ended.

use eframe::{NativeOptions, Renderer};
use egui::{CentralPanel, Ui, ViewportBuilder};
use mavi_uploader::ui::theme::size;

struct Bare;

impl eframe::App for Bare {
    fn ui(&mut self, ui: &mut Ui, _frame: &mut eframe::Frame) {
        CentralPanel::default().show(ui, |ui| ui.label("Bare"));
    }
}

fn main() -> eframe::Result {
    let viewport = ViewportBuilder::default()
        .with_title("Bare")
        .with_inner_size(size::WINDOW);
    let options = NativeOptions {
        viewport,
        renderer: Renderer::Glow,
        ..NativeOptions::default()
    };
    eframe::run_native("bare", options, Box::new(|_| Ok(Box::new(Bare))))
}
