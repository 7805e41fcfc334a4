//! What the program is, and whose work is in it.

use egui::{RichText, ScrollArea, TextEdit, Ui};

/// Every crate of the program with its version and licence, as `cargo metadata` lists them.
const CRATES: &str = include_str!("../../licences.txt");

/// Draws the text; `filter` is what was typed to find a crate.
pub(crate) fn show(ui: &mut Ui, filter: &mut String) {
    ui.set_width(520.0);
    ui.heading(format!("Canlake {}", env!("CARGO_PKG_VERSION")));
    ui.label("Records, decodes and shows CAN bus drives. Licence: MIT or Apache-2.0.");
    ui.add_space(6.0);
    ui.label("Icons: Lucide (ISC). Signal colours: Okabe and Ito, Color Universal Design.");
    ui.label("Fonts: Ubuntu Light (Ubuntu font licence), Hack (MIT), Noto Emoji (OFL).");
    ui.add_space(8.0);
    ui.strong("Crates in this program");
    ui.add(
        TextEdit::singleline(filter)
            .hint_text("find a crate or a licence")
            .desired_width(f32::INFINITY),
    );
    let wanted = filter.to_lowercase();
    let lines: Vec<&str> = CRATES
        .lines()
        .filter(|line| line.to_lowercase().contains(&wanted))
        .collect();
    let height = (ui.ctx().content_rect().height() - 320.0).clamp(80.0, 400.0);
    let row = ui.text_style_height(&egui::TextStyle::Monospace);
    ScrollArea::vertical()
        .max_height(height)
        .auto_shrink([false, true])
        .show_rows(ui, row, lines.len(), |ui, rows| {
            for line in lines.get(rows).into_iter().flatten() {
                ui.label(RichText::new(*line).monospace());
            }
        });
}
