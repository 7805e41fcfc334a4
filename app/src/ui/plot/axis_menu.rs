//! The menu of a value axis: its range, typed.

use egui::{
    Button, Grid, Key, Popup, PopupCloseBehavior, Response, Role, TextEdit, Ui, WidgetInfo,
};

use super::input::{AxisView, PlotGeometry};
use super::value_text;
use crate::command::{Command, CommandQueue};

const FIELD_WIDTH: f32 = 110.0;

/// The ends as they are being typed.
#[derive(Clone, Debug, Default)]
struct Typed {
    ends: [String; 2],
}

/// Opens with a right click.
pub(crate) fn show(
    response: &Response,
    plot: &PlotGeometry<'_>,
    axis: &AxisView,
    queue: &mut CommandQueue,
) {
    let menu = Popup::context_menu(response)
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .show(|ui| menu(ui, plot, axis, queue));
    if menu.is_none() {
        let id = typed_id(response);
        response.ctx.data_mut(|data| data.remove_temp::<Typed>(id));
    }
}

fn typed_id(response: &Response) -> egui::Id {
    response.id.with("typed range")
}

fn menu(ui: &mut Ui, plot: &PlotGeometry<'_>, axis: &AxisView, queue: &mut CommandQueue) {
    let id = ui.scope_id().with(("typed range", plot.panel, &axis.id));
    let known: Option<Typed> = ui.data(|data| data.get_temp(id));
    let is_new = known.is_none();
    let mut typed = known.unwrap_or_else(|| Typed {
        ends: axis.range.map(plain),
    });
    ui.strong("Set range");
    let mut entered = false;
    Grid::new("range").num_columns(2).show(ui, |ui| {
        // The greatest value stands on top, as on the axis.
        for (idx, name) in [(1, "Greatest value"), (0, "Least value")] {
            let label = ui.label(name);
            let field = TextEdit::singleline(&mut typed.ends[idx])
                .desired_width(FIELD_WIDTH)
                .min_size(egui::vec2(FIELD_WIDTH, 0.0));
            let field = ui.add(field).labelled_by(label.id);
            if is_new && idx == 1 {
                field.request_focus();
            }
            entered |= field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            ui.end_row();
        }
    });
    let range = range_of(&typed);
    ui.horizontal(|ui| {
        let set = ui.add_enabled(range.is_some(), Button::new("Set"));
        if let (true, Some(range)) = (set.clicked() || entered, range) {
            queue.send(Command::SetAxis(plot.panel, axis.id.clone(), range));
            ui.close();
        }
        if ui.button("Fit").clicked() {
            queue.send(Command::FitAxis(plot.panel, axis.id.clone()));
            ui.close();
        }
    });
    if range.is_none() {
        ui.weak("two numbers, the lower one below");
    }
    ui.data_mut(|data| data.insert_temp(id, typed));
}

/// Digits that can be typed again.
fn plain(value: f64) -> String {
    value_text(value).replace('−', "-")
}

fn range_of(typed: &Typed) -> Option<[f64; 2]> {
    let number = |text: &String| {
        let text = text.trim().replace('−', "-").replace(',', ".");
        text.parse::<f64>().ok().filter(|value| value.is_finite())
    };
    let [low, high] = [number(&typed.ends[0])?, number(&typed.ends[1])?];
    (low < high).then_some([low, high])
}

/// What assistive technology is told of an axis.
pub(crate) fn describe(axis: &AxisView) -> WidgetInfo {
    let [low, high] = axis.range.map(value_text);
    let name = axis.id.name();
    WidgetInfo::labeled(
        Role::Figure,
        true,
        format!("Axis {name} from {low} to {high}"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_two_numbers_in_order() {
        let range = |low: &str, high: &str| {
            range_of(&Typed {
                ends: [low.to_owned(), high.to_owned()],
            })
        };
        assert_eq!(range("-1", "2,5"), Some([-1.0, 2.5]));
        assert_eq!(range(" −3e2 ", "0"), Some([-300.0, 0.0]));
        assert_eq!(range("2", "1"), None);
        assert_eq!(range("", "1"), None);
        assert_eq!(range("0", "inf"), None);
    }
}
