//! Text with the letters lit that a search found.

use egui::text::LayoutJob;
use egui::{Align, Color32, FontId, TextFormat, Ui};

/// Space between texts that follow each other, in points.
const SPACE: f32 = 7.0;

/// Appends a text in a size and a colour. `lit` are positions of letters, in order.
pub(crate) fn append(
    ui: &Ui,
    job: &mut LayoutJob,
    text: &str,
    lit: &[u32],
    (size, color): (f32, Color32),
) {
    let plain = TextFormat {
        // Small letters stand in the middle of large ones.
        valign: Align::Center,
        ..TextFormat::simple(FontId::proportional(size), color)
    };
    let found = TextFormat {
        background: ui.visuals().selection.bg_fill,
        color: ui.visuals().strong_text_color(),
        ..plain.clone()
    };
    let mut space = if job.is_empty() { 0.0 } else { SPACE };
    for (part, is_lit) in parts(text, lit) {
        let format = if is_lit { &found } else { &plain };
        job.append(part, space, format.clone());
        space = 0.0;
    }
}

/// Cuts a text where letters begin or cease to be lit. `lit` are positions of letters, in order.
fn parts<'a>(text: &'a str, lit: &[u32]) -> Vec<(&'a str, bool)> {
    let mut lit = lit.iter().peekable();
    let mut parts: Vec<(usize, bool)> = Vec::new();
    for (at, (start, _)) in text.char_indices().enumerate() {
        let is_lit = lit.next_if(|next| **next as usize == at).is_some();
        if parts.last().is_none_or(|(_, before)| *before != is_lit) {
            parts.push((start, is_lit));
        }
    }
    let ends = parts.iter().skip(1).map(|(start, _)| *start);
    let ends: Vec<usize> = ends.chain([text.len()]).collect();
    let cut =
        |((start, is_lit), end): ((usize, bool), usize)| Some((text.get(start..end)?, is_lit));
    parts.into_iter().zip(ends).filter_map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_where_they_are_lit() {
        assert_eq!(
            parts("Kühl_Temp", &[1, 2, 5]),
            [
                ("K", false),
                ("üh", true),
                ("l_", false),
                ("T", true),
                ("emp", false)
            ]
        );
        assert_eq!(parts("ab", &[]), [("ab", false)]);
        assert_eq!(parts("ab", &[0, 1]), [("ab", true)]);
        assert!(parts("", &[]).is_empty());
    }
}
