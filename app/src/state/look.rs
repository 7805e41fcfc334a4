//! How a signal is drawn, beside its colour.

use serde::{Deserialize, Serialize};

/// How the line of a signal looks, as far as the user has chosen. What is `None` follows the theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LineLook {
    /// In points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<f32>,
    /// Whole, dashed or dotted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dash: Option<Dash>,
    /// Without, as its definition and its values suggest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<Form>,
}

/// What a signal is drawn as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// From sample to sample.
    Line,
    /// Each value until the next sample.
    Steps,
    /// A bar for each value, with its text.
    Lane,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Line, Self::Steps, Self::Lane];

    /// What menus say.
    pub fn label(self) -> &'static str {
        match self {
            Self::Line => "a line",
            Self::Steps => "steps",
            Self::Lane => "a lane",
        }
    }
}

/// Whether a line is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dash {
    /// Whole.
    Solid,
    /// Of dashes.
    Dashed,
    /// Of dots.
    Dotted,
}

impl LineLook {
    /// Widths that can be chosen, in points.
    pub const WIDTHS: std::ops::RangeInclusive<f32> = 0.5..=6.0;

    /// Whether nothing was chosen.
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// With what can be drawn: a saved layout may hold anything.
    #[must_use]
    pub fn valid(self) -> Self {
        let width = self.width.filter(|width| width.is_finite());
        Self {
            width: width.map(|width| width.clamp(*Self::WIDTHS.start(), *Self::WIDTHS.end())),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_widths_that_can_be_drawn() {
        let valid = |width| {
            let look = LineLook {
                width,
                ..LineLook::default()
            };
            look.valid().width
        };
        assert_eq!(valid(Some(100.0)), Some(6.0));
        assert_eq!(valid(Some(f32::NAN)), None);
        assert_eq!(valid(None), None);
        let text = serde_json::to_string(&LineLook::default()).unwrap();
        assert_eq!(text, "{}");
    }
}
