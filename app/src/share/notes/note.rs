//! One note, and how it stands in the file.

use std::fmt;

use canlake_shared::schema::ContentHash;
use canlake_shared::time::{TimeRange, Timestamp};
use serde_json::{Map, Value, json};

/// What tells notes apart, whatever is changed of them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NoteId(String);

impl NoteId {
    /// An id that the caller made; `None` for an empty text.
    pub fn new(id: &str) -> Option<Self> {
        (!id.is_empty()).then(|| Self(id.to_owned()))
    }

    /// The id of a new note, from what it says: the same note made twice is one.
    pub fn of(time: NoteTime, text: &str, vehicle: Option<&str>, created: Timestamp) -> Self {
        let (start, end) = time.bounds();
        let content = json!([
            start.as_ns(),
            end.map(Timestamp::as_ns),
            text,
            vehicle,
            created.as_ns()
        ]);
        Self(ContentHash::of(content.to_string().as_bytes()).short())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NoteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a note is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteTime {
    /// An instant: a bookmark.
    At(Timestamp),
    /// A range.
    During(TimeRange),
}

impl NoteTime {
    /// Start, and end if it is a range.
    pub const fn bounds(self) -> (Timestamp, Option<Timestamp>) {
        match self {
            Self::At(instant) => (instant, None),
            Self::During(range) => (range.start, Some(range.end)),
        }
    }
}

/// A note.
#[derive(Debug, Clone, PartialEq)]
pub struct Note {
    /// Its identity.
    pub id: NoteId,
    /// What it is on.
    pub time: NoteTime,
    /// What it says.
    pub text: String,
    /// The vehicle that it is about; all when `None`.
    pub vehicle: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// When it was changed last; at first when it was made.
    pub changed: Timestamp,
    /// Its colour, as a position in the palette.
    pub colour: u8,
    /// Whether it was removed; it stays in the file to say so.
    pub removed: bool,
    /// What a later version says of it.
    pub extra: Map<String, Value>,
}

/// Why a note of a file is skipped.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteFault {
    /// It is no JSON object.
    #[error("it is no object")]
    NoObject,
    /// It lacks what every note has.
    #[error("it has no {field}")]
    Missing {
        /// What it lacks.
        field: &'static str,
    },
    /// A field has a value of another kind.
    #[error("its {field} {value} is not {expected}")]
    Field {
        /// The field.
        field: &'static str,
        /// What it should be.
        expected: &'static str,
        /// The value, shortened.
        value: String,
    },
}

const TIME: &str = "a time in RFC 3339, such as \"2026-01-31T12:00:00Z\"";

impl Note {
    /// A new note, with an id made from what it says.
    pub fn new(time: NoteTime, text: &str, vehicle: Option<&str>, created: Timestamp) -> Self {
        Self {
            id: NoteId::of(time, text, vehicle, created),
            time,
            text: text.to_owned(),
            vehicle: vehicle.map(str::to_owned),
            created,
            changed: created,
            colour: 0,
            removed: false,
            extra: Map::new(),
        }
    }

    /// What notes are ordered by.
    pub(super) fn order(&self) -> (Timestamp, Option<Timestamp>, Timestamp, &NoteId) {
        let (start, end) = self.time.bounds();
        (start, end, self.created, &self.id)
    }

    /// Of two notes with one id the one with the greater age counts; never equal for different notes.
    pub(super) fn age(&self) -> (Timestamp, String) {
        (self.changed, self.to_json().to_string())
    }

    pub(super) fn to_json(&self) -> Value {
        let mut object = self.extra.clone();
        let mut set = |field: &str, value: Value| {
            object.insert(field.to_owned(), value);
        };
        set("id", json!(self.id.as_str()));
        match self.time {
            NoteTime::At(instant) => set("at", json!(instant.to_string())),
            NoteTime::During(range) => {
                set("from", json!(range.start.to_string()));
                set("to", json!(range.end.to_string()));
            }
        }
        set("text", json!(self.text));
        if let Some(vehicle) = &self.vehicle {
            set("vehicle", json!(vehicle));
        }
        set("created", json!(self.created.to_string()));
        set("changed", json!(self.changed.to_string()));
        set("colour", json!(self.colour));
        if self.removed {
            set("removed", json!(true));
        }
        Value::Object(object)
    }

    pub(super) fn from_json(value: &Value) -> Result<Self, NoteFault> {
        let mut fields = Fields(value.as_object().ok_or(NoteFault::NoObject)?.clone());
        let id = fields.text("id")?.as_deref().and_then(NoteId::new);
        let id = id.ok_or(NoteFault::Missing { field: "id" })?;
        let instants = (fields.time("at")?, fields.time("from")?, fields.time("to")?);
        let time = match instants {
            (Some(instant), None, None) => NoteTime::At(instant),
            (None, Some(start), Some(end)) => NoteTime::During(TimeRange::new(start, end)),
            _ => {
                return Err(NoteFault::Missing {
                    field: "time: either `at`, or `from` and `to`",
                });
            }
        };
        let created = fields.time("created")?;
        let created = created.ok_or(NoteFault::Missing { field: "created" })?;
        let colour = fields.take("colour", "a number from 0 to 255", |value| {
            u8::try_from(value.as_u64()?).ok()
        })?;
        let removed = fields.take("removed", "true or false", Value::as_bool)?;
        Ok(Self {
            id,
            time,
            text: fields.text("text")?.unwrap_or_default(),
            vehicle: fields.text("vehicle")?,
            created,
            changed: fields.time("changed")?.unwrap_or(created),
            colour: colour.unwrap_or(0),
            removed: removed.unwrap_or(false),
            extra: fields.0,
        })
    }
}

/// The fields of a note that are not read yet.
struct Fields(Map<String, Value>);

impl Fields {
    fn take<T>(
        &mut self,
        field: &'static str,
        expected: &'static str,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Option<T>, NoteFault> {
        let value = self.0.remove(field).filter(|value| !value.is_null());
        let Some(value) = value else {
            return Ok(None);
        };
        let fault = || NoteFault::Field {
            field,
            expected,
            value: value.to_string().chars().take(80).collect(),
        };
        read(&value).map(Some).ok_or_else(fault)
    }

    fn text(&mut self, field: &'static str) -> Result<Option<String>, NoteFault> {
        self.take(field, "a text", |value| value.as_str().map(str::to_owned))
    }

    fn time(&mut self, field: &'static str) -> Result<Option<Timestamp>, NoteFault> {
        self.take(field, TIME, |value| value.as_str()?.parse().ok())
    }
}
