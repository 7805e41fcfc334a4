//! What is drawn in all plots beside their lines.

use serde::{Deserialize, Serialize};

use super::Settings;

/// What is drawn in all plots beside their lines: a part of the settings that layouts keep, and that is
/// undone like them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlotLook {
    /// Grid lines.
    pub grid: bool,
    /// A dot on every sample.
    pub dots: bool,
    /// Legends.
    pub legend: bool,
}

impl Settings {
    /// What is drawn in all plots.
    pub fn plot_look(&self) -> PlotLook {
        PlotLook {
            grid: self.grid,
            dots: self.dots,
            legend: self.legend,
        }
    }

    /// Draws this in all plots.
    pub(super) fn set_plot_look(&mut self, look: PlotLook) {
        let PlotLook { grid, dots, legend } = look;
        (self.grid, self.dots, self.legend) = (grid, dots, legend);
    }
}
