//! A panel: what it does with its signals, and on which axes it draws them.
//!
//! Plain data without samples, as a saved layout has it.

use std::collections::BTreeMap;
use std::sync::Arc;

use canlake_shared::time::TimeRange;
use serde::{Deserialize, Serialize};

use super::{LineLook, PanelOptions, SignalRef};

/// Names a panel as long as the app runs, and in a saved layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PanelId(pub u32);

/// Names a value axis of a panel: signals of one unit share one, unless they are told apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct AxisId {
    /// What is measured on it.
    #[serde(flatten)]
    pub of: Measure,
    /// Counts the axes of one measure.
    #[serde(default, skip_serializing_if = "is_first")]
    pub copy: u16,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_first(copy: &u16) -> bool {
    *copy == 0
}

/// What is measured on an axis.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// A unit, which several signals may have.
    Unit(Arc<str>),
    /// A signal without a unit, by its name: its values have nothing in common with others.
    Signal(Arc<str>),
}

impl AxisId {
    /// The first axis of a unit.
    pub fn of_unit(unit: impl Into<Arc<str>>) -> Self {
        let of = Measure::Unit(unit.into());
        Self { of, copy: 0 }
    }

    /// The first axis of a signal without a unit.
    pub fn of_signal(name: impl Into<Arc<str>>) -> Self {
        let of = Measure::Signal(name.into());
        Self { of, copy: 0 }
    }

    /// The unit; nothing where a signal without one has the axis.
    pub fn unit(&self) -> &str {
        match &self.of {
            Measure::Unit(unit) => unit,
            Measure::Signal(_) => "",
        }
    }

    /// The unit, or the name of the signal without one.
    pub fn name(&self) -> &str {
        match &self.of {
            Measure::Unit(name) | Measure::Signal(name) => name,
        }
    }
}

/// Colours that signals have; from the next on, lines are dashed as well.
pub const SIGNAL_COLORS: usize = 8;

/// Colours of one tone: a signal of the n-th overlay has the colour of the signal that it is compared
/// with, plus n times this.
pub const OVERLAY_COLORS: usize = 1 << 10;

/// A signal in a panel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlottedSignal {
    /// Which.
    #[serde(flatten)]
    pub signal: SignalRef,
    /// The axis it is drawn on.
    pub axis: AxisId,
    /// Position in the palette, kept while the signal is plotted.
    #[serde(rename = "color", default)]
    pub color_idx: usize,
    /// Hidden signals keep their place in the legend.
    #[serde(default = "shown")]
    pub visible: bool,
    /// How its line looks.
    #[serde(default, skip_serializing_if = "LineLook::is_default")]
    pub look: LineLook,
}

fn shown() -> bool {
    true
}

/// What a panel does with its signals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PanelKind {
    /// Draws them over time.
    #[default]
    Plot,
    /// Lists their values at the cursors.
    Table,
    /// Lists their statistics; without signals, those of everything that is plotted.
    Statistics,
    /// Draws how their values are distributed.
    Histogram,
    /// Draws all others over the first.
    Xy,
    /// Draws the way that was gone, from latitude and longitude.
    Track,
    /// Lists the events of conditions.
    Events,
}

impl PanelKind {
    /// Whether it does something with signals.
    pub fn takes_signals(self) -> bool {
        self != Self::Events
    }

    /// Whether its values lie on axes that can be zoomed.
    pub(super) fn has_axes(self) -> bool {
        matches!(self, Self::Plot | Self::Xy | Self::Track)
    }
}

/// A tile of the workspace, with signals in it.
///
/// A saved layout has it as it is: fields besides `id` and `kind` have a default, so that layouts
/// without them can be read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Panel {
    /// Names it.
    pub id: PanelId,
    /// What it does with its signals.
    pub kind: PanelKind,
    /// In the order of the legend.
    #[serde(default)]
    pub signals: Vec<PlottedSignal>,
    /// Axes that the user has set; the others follow the visible values.
    #[serde(rename = "axes", default, with = "axis_ranges")]
    pub fixed_axes: BTreeMap<AxisId, [f64; 2]>,
    /// The time that it shows while it is unlinked from the others; `None` while it is linked.
    #[serde(rename = "window", default, skip_serializing_if = "Option::is_none")]
    pub own_window: Option<TimeRange>,
    /// What is chosen for it.
    #[serde(default)]
    pub options: PanelOptions,
}

/// Axes with their ranges as a list: in JSON only texts can be keys.
mod axis_ranges {
    use super::{AxisId, BTreeMap, Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct AxisRange {
        axis: AxisId,
        range: [f64; 2],
    }

    pub(super) fn serialize<S: serde::Serializer>(
        axes: &BTreeMap<AxisId, [f64; 2]>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(axes.iter().map(|(axis, range)| AxisRange {
            axis: axis.clone(),
            range: *range,
        }))
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<AxisId, [f64; 2]>, D::Error> {
        let axes = Vec::<AxisRange>::deserialize(deserializer)?;
        let is_range = |axis: &AxisRange| axis.range[0] < axis.range[1];
        let axes = axes.into_iter().filter(is_range);
        Ok(axes.map(|it| (it.axis, it.range)).collect())
    }
}

impl Panel {
    /// The axes of the panel, in the order of their first signal.
    pub fn axes(&self) -> Vec<&AxisId> {
        let mut axes: Vec<&AxisId> = Vec::new();
        for plotted in &self.signals {
            if !axes.contains(&&plotted.axis) {
                axes.push(&plotted.axis);
            }
        }
        axes
    }
}

/// The first axis of a measure that is not there yet.
pub(super) fn free_axis(taken: &[AxisId], of: &Measure) -> AxisId {
    let with = |copy| AxisId {
        of: of.clone(),
        copy,
    };
    let mut axes = (0..=u16::MAX).map(with);
    axes.find(|axis| !taken.contains(axis))
        .unwrap_or_else(|| with(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_with_a_dot_is_no_name_of_a_signal() {
        let torque = AxisId::of_unit("N.m");
        assert_eq!((torque.unit(), torque.name()), ("N.m", "N.m"));
        let counter = AxisId::of_signal("Drive.Count");
        assert_eq!((counter.unit(), counter.name()), ("", "Drive.Count"));
        let second = free_axis(std::slice::from_ref(&counter), &counter.of);
        assert_eq!((second.copy, &second.of), (1, &counter.of));
    }

    #[test]
    fn an_axis_is_written_as_people_would() {
        let second = AxisId {
            copy: 1,
            ..AxisId::of_signal("Drive.Count")
        };
        for (axis, text) in [
            (AxisId::of_unit("N.m"), r#"{"unit":"N.m"}"#),
            (second, r#"{"signal":"Drive.Count","copy":1}"#),
        ] {
            assert_eq!(serde_json::to_string(&axis).unwrap(), text);
            assert_eq!(serde_json::from_str::<AxisId>(text).unwrap(), axis);
        }
    }
}
