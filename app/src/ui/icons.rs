//! Icons: Lucide's font (<https://lucide.dev>), and small marks that are painted.

use std::sync::Arc;

use egui::{
    Button, Color32, FontData, FontDefinitions, FontFamily, Painter, Pos2, Response, RichText,
    Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2,
};
pub(crate) use lucide_icons::Icon;

const FAMILY: &str = "lucide";
const SIZE: f32 = 14.0;

/// Adds the font: as a family of its own, because its letters lie where other fonts put theirs.
pub(crate) fn install(fonts: &mut FontDefinitions) {
    let font = FontData::from_static(lucide_icons::LUCIDE_FONT_BYTES);
    fonts.font_data.insert(FAMILY.to_owned(), Arc::new(font));
    let family = FontFamily::Name(FAMILY.into());
    fonts.families.insert(family, vec![FAMILY.to_owned()]);
}

/// An icon as text.
pub(crate) fn text(icon: Icon) -> RichText {
    let family = FontFamily::Name(FAMILY.into());
    RichText::new(char::from(icon)).family(family).size(SIZE)
}

/// Paints an icon around a place.
pub(crate) fn paint(painter: &Painter, centre: Pos2, icon: Icon, size: f32, color: Color32) {
    let font = egui::FontId::new(size, FontFamily::Name(FAMILY.into()));
    let text = char::from(icon);
    painter.text(centre, egui::Align2::CENTER_CENTER, text, font, color);
}

/// A small button that shows an icon alone; the label is its tooltip, and what a screen reader says.
pub(crate) fn button(ui: &mut Ui, icon: Icon, label: &str) -> Response {
    toggle(ui, icon, label, false)
}

/// As [`button`], drawn as pressed while it is on.
pub(crate) fn toggle(ui: &mut Ui, icon: Icon, label: &str, is_on: bool) -> Response {
    let button = Button::new(text(icon)).small().frame(is_on).selected(is_on);
    let response = ui.add(button);
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::selected(Role::Button, enabled, is_on, label));
    response.on_hover_text(label)
}

/// A round light of one colour, as wide as a letter.
pub(crate) fn light(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 14.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}

/// A triangle that points down when open and right when closed.
pub(crate) fn triangle(painter: &Painter, centre: Pos2, is_open: bool, color: Color32) {
    let corners = if is_open {
        [(-4.0, -2.0), (4.0, -2.0), (0.0, 3.0)]
    } else {
        [(-2.0, -4.0), (3.0, 0.0), (-2.0, 4.0)]
    };
    let points = corners
        .map(|(x, y)| pos2(centre.x + x, centre.y + y))
        .to_vec();
    painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
}

/// The text of a button that closes or removes.
pub(crate) const CLOSE: &str = "×";
