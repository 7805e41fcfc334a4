//! What is chosen for one panel, beside its signals: plain data, undone and saved with the panel.

use serde::{Deserialize, Serialize};

/// The least and the greatest value across and up: what an XY plot or a track shows.
pub type PlaneArea = [[f64; 2]; 2];

/// Choices of a panel. Those of other kinds are kept as well, for when it becomes one of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in a panel"
)]
pub struct PanelOptions {
    /// Which time statistics, histograms, XY plots and tracks are of.
    #[serde(skip_serializing_if = "is_default")]
    pub span: Span,
    /// What a sample counts in a histogram.
    #[serde(skip_serializing_if = "is_default")]
    pub weight: SampleWeight,
    /// How many bins a histogram has; `None` leaves it to the rule.
    #[serde(skip_serializing_if = "is_default")]
    pub bins: Option<u32>,
    /// Whether the counts of a histogram are on a logarithmic axis.
    #[serde(skip_serializing_if = "is_default")]
    pub log_counts: bool,
    /// Whether an XY plot interpolates the first signal instead of holding its last sample.
    #[serde(skip_serializing_if = "is_default")]
    pub interpolate: bool,
    /// Whether points are coloured by their time.
    #[serde(skip_serializing_if = "is_default")]
    pub color_by_time: bool,
    /// Whether an XY plot has one scale for both directions.
    #[serde(skip_serializing_if = "is_default")]
    pub equal_scale: bool,
    /// What an XY plot or a track shows; `None` for everything.
    #[serde(skip_serializing_if = "is_default")]
    pub area: Option<PlaneArea>,
}

/// Which time a panel tells of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Span {
    /// What is visible.
    #[default]
    Visible,
    /// From one cursor to the other; what is visible as long as not both are placed.
    Cursors,
}

/// What a sample counts in a histogram.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SampleWeight {
    /// One.
    #[default]
    Samples,
    /// The time for which its value held.
    Time,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl PanelOptions {
    /// With what cannot be shown set right: areas without extent are none.
    pub(super) fn checked(mut self) -> Self {
        let is_range = |[low, high]: [f64; 2]| low < high && (high / 2.0 - low / 2.0).is_finite();
        self.area = self.area.filter(|area| area.iter().all(|it| is_range(*it)));
        self.bins = self.bins.map(|bins| bins.clamp(1, 2_000));
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_chosen_is_written_and_the_rest_has_defaults() {
        let chosen = PanelOptions {
            span: Span::Cursors,
            bins: Some(20),
            ..PanelOptions::default()
        };
        let text = serde_json::to_string(&chosen).unwrap();
        assert_eq!(text, r#"{"span":"cursors","bins":20}"#);
        assert_eq!(serde_json::from_str::<PanelOptions>(&text).unwrap(), chosen);
    }

    #[test]
    fn areas_have_an_extent() {
        let with = |area| {
            let options = PanelOptions {
                area: Some(area),
                ..PanelOptions::default()
            };
            options.checked().area
        };
        assert_eq!(with([[0.0, 0.0], [0.0, 1.0]]), None);
        assert_eq!(with([[0.0, f64::NAN], [0.0, 1.0]]), None);
        assert!(with([[0.0, 1.0], [-1.0, 1.0]]).is_some());
    }
}
