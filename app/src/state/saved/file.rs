//! The text of a layout, and what is wrong with others.

use std::collections::BTreeSet;

use canlake_shared::time::{TimeRange, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::lenient::{self, Skipped};
use super::{Namesakes, SavedLayout, SavedTime, refs};
use crate::source::decode::WRITER;
use crate::state::{Analysis, Cursor, Layout, Node, Panel, PanelId, PlotLook};
use crate::time_display::ZoneChoice;

/// The version that this program writes, and the latest that it reads.
const VERSION: u64 = 1;
const VERSION_FIELD: &str = "canlake_layout";
/// More would not be seen, and cost time in every frame.
const MAX_PANELS: usize = 256;
/// Signals in all panels together.
const MAX_SIGNALS: usize = 5_000;
const MAX_SLOTS: usize = 64;
/// Panels of the state are numbered on from the greatest number.
const MAX_PANEL_ID: u32 = u32::MAX / 2;

/// A text that is no layout that this version opens.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
    /// Larger than any layout.
    #[error("{bytes} bytes or more are too many for a layout; at most {max} are read", max = SavedLayout::MAX_BYTES)]
    TooLarge {
        /// How much there is, at least.
        bytes: usize,
    },
    /// It is no text.
    #[error("the file is no text, so it is no layout; choose one that ends in .canlake.json")]
    NotText,
    /// It is no JSON, or cut off.
    #[error("the file is no layout, or a damaged one: it is no JSON")]
    Json {
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// It is JSON of another kind.
    #[error("the file is JSON but no layout: it has no {VERSION_FIELD} with a version number")]
    NotALayout,
    /// A later version wrote it. Update this program.
    #[error(
        "the layout is of version {version}, this program reads up to {VERSION}; update it to open the layout"
    )]
    Later {
        /// The version.
        version: u64,
    },
}

impl SavedLayout {
    /// The longest text that is read, in bytes.
    pub const MAX_BYTES: usize = 4 << 20;

    /// The text of the file.
    pub fn to_text(&self) -> String {
        let text = serde_json::to_string_pretty(&self.written());
        text.expect("plain data with text keys") + "\n"
    }

    /// The same in one line, for a link.
    pub fn to_line(&self) -> String {
        serde_json::to_string(&self.written()).expect("plain data with text keys")
    }

    fn written(&self) -> Written<'_> {
        let [a, b] = self.cursors.map(|it| it.map(|instant| instant.to_string()));
        let range = |range: TimeRange| [range.start.to_string(), range.end.to_string()];
        Written {
            canlake_layout: VERSION,
            writer: WRITER,
            vehicles: &self.vehicles,
            panels: with_slots(&self.panels),
            arrangement: &self.arrangement,
            active: self.active,
            analysis: with_slots(&self.analysis),
            namesakes: &self.namesakes,
            cursors: WrittenCursors { a, b },
            time: self.time.map(|time| WrittenTime {
                loaded: range(time.loaded),
                visible: range(time.visible),
            }),
            zone: self.zone.as_ref(),
            plots: self.look,
        }
    }

    /// Reads a file. What had to be left out comes in one line each.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, Vec<String>), LayoutError> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(LayoutError::TooLarge { bytes: bytes.len() });
        }
        let text = std::str::from_utf8(bytes).map_err(|_no_text| LayoutError::NotText)?;
        // Some editors begin a file with a mark of its byte order.
        let text = text.trim_start_matches('\u{FEFF}');
        let tree = serde_json::from_str(text).map_err(|source| LayoutError::Json { source })?;
        let Value::Object(mut file) = tree else {
            return Err(LayoutError::NotALayout);
        };
        let version = file.get(VERSION_FIELD).and_then(Value::as_u64);
        match version {
            None | Some(0) => return Err(LayoutError::NotALayout),
            Some(version) if version > VERSION => return Err(LayoutError::Later { version }),
            Some(_) => {}
        }
        let mut skipped = Skipped::default();
        let mut vehicles: Vec<String> = optional(&mut file, "vehicles", &mut skipped);
        vehicles.truncate(MAX_SLOTS);
        let panels = read_panels(&mut file, &mut vehicles, &mut skipped);
        let mut analysis = file.remove("analysis").unwrap_or_else(|| json!({}));
        refs::from_slots(&mut analysis, &mut vehicles, MAX_SLOTS);
        let analysis: Option<Analysis> = if let Value::Object(fields) = analysis {
            lenient::read(fields, &[], "analysis", &mut skipped)
        } else {
            skipped.add("analysis", "no object");
            None
        };
        let arrangement: Option<Node> = optional(&mut file, "arrangement", &mut skipped);
        let layout = Self {
            vehicles,
            panels,
            arrangement: arrangement.map(Layout::from).unwrap_or_default(),
            active: optional(&mut file, "active", &mut skipped),
            analysis: analysis.unwrap_or_default(),
            namesakes: optional(&mut file, "namesakes", &mut skipped),
            cursors: read_cursors(&mut file, &mut skipped),
            time: read_time(&mut file, &mut skipped),
            zone: read_zone(&mut file, &mut skipped),
            look: optional(&mut file, "plots", &mut skipped),
        };
        Ok((layout, skipped.into_lines()))
    }
}

/// The file, in the order in which people read it.
#[derive(Serialize)]
struct Written<'a> {
    canlake_layout: u64,
    writer: &'static str,
    vehicles: &'a [String],
    panels: Value,
    arrangement: &'a Layout,
    #[serde(skip_serializing_if = "Option::is_none")]
    active: Option<PanelId>,
    analysis: Value,
    #[serde(skip_serializing_if = "Namesakes::is_empty")]
    namesakes: &'a Namesakes,
    #[serde(skip_serializing_if = "WrittenCursors::is_empty")]
    cursors: WrittenCursors,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<WrittenTime>,
    #[serde(skip_serializing_if = "Option::is_none")]
    zone: Option<&'a ZoneChoice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    plots: Option<PlotLook>,
}

#[derive(Serialize)]
struct WrittenCursors {
    #[serde(skip_serializing_if = "Option::is_none")]
    a: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    b: Option<String>,
}

impl WrittenCursors {
    fn is_empty(&self) -> bool {
        self.a.is_none() && self.b.is_none()
    }
}

#[derive(Serialize)]
struct WrittenTime {
    loaded: [String; 2],
    visible: [String; 2],
}

fn with_slots(value: &impl Serialize) -> Value {
    let mut tree = serde_json::to_value(value).unwrap_or_default();
    refs::to_slots(&mut tree);
    tree
}

const CURSORS: [(&str, Cursor); 2] = [("a", Cursor::A), ("b", Cursor::B)];

/// A field that may be missing, or left out if it does not fit.
fn optional<T: serde::de::DeserializeOwned + Default>(
    file: &mut Map<String, Value>,
    name: &str,
    skipped: &mut Skipped,
) -> T {
    let Some(value) = file.remove(name) else {
        return T::default();
    };
    serde_json::from_value(value).unwrap_or_else(|error| {
        skipped.add(name, error);
        T::default()
    })
}

fn read_panels(
    file: &mut Map<String, Value>,
    vehicles: &mut Vec<String>,
    skipped: &mut Skipped,
) -> Vec<Panel> {
    let values = match file.remove("panels") {
        Some(Value::Array(values)) => values,
        Some(_) => {
            skipped.add("panels", "no list");
            Vec::new()
        }
        None => Vec::new(),
    };
    let mut panels: Vec<Panel> = Vec::new();
    let mut ids = BTreeSet::new();
    let mut n_signals = 0;
    for (idx, mut value) in values.into_iter().enumerate() {
        let what = format!("panel {}", idx + 1);
        if panels.len() == MAX_PANELS {
            skipped.add(&what, format!("more than {MAX_PANELS} panels"));
            continue;
        }
        refs::from_slots(&mut value, vehicles, MAX_SLOTS);
        let Value::Object(fields) = value else {
            skipped.add(&what, "no object");
            continue;
        };
        let Some(mut panel) = lenient::read::<Panel>(fields, &["id", "kind"], &what, skipped)
        else {
            continue;
        };
        if panel.id > PanelId(MAX_PANEL_ID) || !ids.insert(panel.id) {
            let PanelId(id) = panel.id;
            skipped.add(&what, format!("the id {id} is too great or there twice"));
            continue;
        }
        let room = MAX_SIGNALS - n_signals;
        if panel.signals.len() > room {
            skipped.add(&what, format!("more than {MAX_SIGNALS} signals"));
            panel.signals.truncate(room);
        }
        n_signals += panel.signals.len();
        panels.push(panel);
    }
    panels.sort_by_key(|panel| panel.id);
    panels
}

fn read_cursors(file: &mut Map<String, Value>, skipped: &mut Skipped) -> [Option<Timestamp>; 2] {
    let texts: Map<String, Value> = optional(file, "cursors", skipped);
    let mut cursors = [None; 2];
    for (name, cursor) in CURSORS {
        if let Some(value) = texts.get(name).filter(|value| !value.is_null()) {
            match instant(value) {
                Some(instant) => cursors[cursor as usize] = Some(instant),
                None => skipped.add("cursors", format!("{value} is no time")),
            }
        }
    }
    cursors
}

fn read_time(file: &mut Map<String, Value>, skipped: &mut Skipped) -> Option<SavedTime> {
    let value = file.remove("time").filter(|value| !value.is_null())?;
    let range = |name: &str| {
        let [start, end] = value.get(name)?.as_array()?.as_slice() else {
            return None;
        };
        let range = TimeRange::new(instant(start)?, instant(end)?);
        (!range.is_empty()).then_some(range)
    };
    let Some(loaded) = range("loaded") else {
        skipped.add("time", "no range with a start before its end");
        return None;
    };
    Some(SavedTime {
        loaded,
        visible: range("visible").unwrap_or(loaded),
    })
}

fn read_zone(file: &mut Map<String, Value>, skipped: &mut Skipped) -> Option<ZoneChoice> {
    let zone: Option<ZoneChoice> = optional(file, "zone", skipped);
    match zone {
        Some(ZoneChoice::Named(name)) => {
            let known = ZoneChoice::named(&name);
            if known.is_none() {
                skipped.add("zone", format!("{name:?} is not known here"));
            }
            known
        }
        zone => zone,
    }
}

fn instant(value: &Value) -> Option<Timestamp> {
    value.as_str()?.parse().ok()
}
