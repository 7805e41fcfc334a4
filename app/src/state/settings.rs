//! What is kept from one start to the next.

use serde::{Deserialize, Serialize};

use super::ExportOptions;
use super::saved::lenient::{self, Skipped};
use crate::source::SourceLocation;
use crate::time_display::ZoneChoice;

/// Places remembered in the list of recent ones.
const MAX_RECENT: usize = 12;

/// Choices that outlive the program, as JSON. Unknown fields are ignored and missing ones take their
/// default, so that older and newer versions read each other's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own in the menu"
)]
pub struct Settings {
    /// Format of this record.
    pub version: u32,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// The zone of all times that are shown.
    pub zone: ZoneChoice,
    /// Opened before, newest first.
    pub recent: Vec<SourceLocation>,
    /// Layouts opened or saved before, newest first.
    pub recent_layouts: Vec<std::path::PathBuf>,
    /// DBC files used before, newest first.
    pub recent_dbc: Vec<std::path::PathBuf>,
    /// Megabytes for samples; a quarter of the machine's memory, but 512 at least, without.
    pub memory_mb: Option<u64>,
    /// What the export dialog was left with.
    pub export: ExportOptions,
    /// Grid lines.
    pub grid: bool,
    /// A dot on every sample.
    pub dots: bool,
    /// Legends.
    pub legend: bool,
    /// Whether the right button pans and the left one draws a zoom box.
    pub swap_drags: bool,
    /// The side bar.
    pub side_bar: bool,
    /// The inspector of the selection.
    pub inspector: bool,
    /// Signals that stand on top of the tree.
    pub favourites: std::collections::BTreeSet<super::Favourite>,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// Light on dark.
    #[default]
    Dark,
    /// Dark on light.
    Light,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: 1,
            theme: ThemeChoice::default(),
            zone: ZoneChoice::default(),
            recent: Vec::new(),
            recent_layouts: Vec::new(),
            recent_dbc: Vec::new(),
            memory_mb: None,
            export: ExportOptions::default(),
            grid: true,
            dots: false,
            legend: true,
            swap_drags: false,
            side_bar: true,
            inspector: true,
            favourites: std::collections::BTreeSet::new(),
        }
    }
}

impl Settings {
    /// From text that [`Self::to_text`] made. What cannot be read is replaced by defaults and named.
    pub fn from_text(text: &str) -> (Self, Option<String>) {
        let fields = match serde_json::from_str(text) {
            Ok(fields) => fields,
            Err(error) => {
                let trouble = "settings could not be read and are back to their defaults";
                return (Self::default(), Some(format!("{trouble}: {error}")));
            }
        };
        let mut skipped = Skipped::default();
        let settings = lenient::read(fields, &[], "settings", &mut skipped);
        let lines = skipped.into_lines();
        let trouble = "some settings could not be read and are back to their defaults";
        let trouble = (!lines.is_empty()).then(|| format!("{trouble}: {}", lines.join("; ")));
        (settings.unwrap_or_default(), trouble)
    }

    /// As text.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("settings are plain data with text keys")
    }

    /// Puts a place at the top of the recent ones.
    pub fn remember(&mut self, location: &SourceLocation) {
        remember(&mut self.recent, location.clone());
    }

    /// Puts a layout at the top of the recent ones.
    pub fn remember_layout(&mut self, path: &std::path::Path) {
        remember(&mut self.recent_layouts, path.to_owned());
    }

    /// Puts DBC files at the top of the recent ones.
    pub fn remember_dbc(&mut self, paths: &[std::path::PathBuf]) {
        for path in paths.iter().rev() {
            remember(&mut self.recent_dbc, path.clone());
        }
    }
}

fn remember<T: PartialEq>(recent: &mut Vec<T>, item: T) {
    recent.retain(|known| *known != item);
    recent.insert(0, item);
    recent.truncate(MAX_RECENT);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_a_round_trip_and_rubbish() {
        let mut settings = Settings {
            theme: ThemeChoice::Light,
            ..Settings::default()
        };
        settings.remember(&SourceLocation::path("a.log"));
        assert_eq!(Settings::from_text(&settings.to_text()), (settings, None));
        assert_eq!(Settings::from_text("{}"), (Settings::default(), None));
        // One choice that a newer version knows takes none of the others along.
        let newer = r#"{"theme": "sepia", "dots": true, "recent_layouts": ["a.json", 7]}"#;
        let (rest, problem) = Settings::from_text(newer);
        assert!(rest.dots && rest.theme == ThemeChoice::default());
        assert_eq!(rest.recent_layouts, [std::path::PathBuf::from("a.json")]);
        let problem = problem.unwrap();
        assert!(
            problem.contains("theme") && problem.contains("sepia"),
            "{problem}"
        );
        let (defaults, problem) = Settings::from_text("{\"version\": [}");
        assert_eq!(defaults, Settings::default());
        assert!(problem.unwrap().contains("settings"));
    }

    #[test]
    fn recent_places_are_unique_newest_first_and_few() {
        let mut settings = Settings::default();
        for idx in (0..20).chain([3]) {
            settings.remember(&SourceLocation::path(format!("{idx}.log")));
        }
        assert_eq!(settings.recent.len(), MAX_RECENT);
        assert_eq!(settings.recent[0], SourceLocation::path("3.log"));
    }
}
