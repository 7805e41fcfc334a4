//! Typed access to YAML that remembers what nobody asked for.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use serde_norway::Value;

use super::{ConfigError, Notice, parse_duration};

/// One mapping of the file. A key that is read is taken out; what is left when the section goes is
/// unknown.
pub(super) struct Section<'a> {
    /// With its dot; empty for the root.
    prefix: String,
    entries: BTreeMap<String, Value>,
    path: &'a Path,
    notices: Rc<RefCell<Vec<Notice>>>,
}

impl<'a> Section<'a> {
    pub(super) fn root(text: &str, path: &'a Path) -> Result<Self, ConfigError> {
        let failed = |source| ConfigError::Yaml {
            path: path.to_owned(),
            source,
        };
        let value = serde_norway::from_str(text).map_err(|error| failed(Some(error)))?;
        Ok(Self {
            prefix: String::new(),
            entries: entries(value).map_err(|_no_mapping| failed(None))?,
            path,
            notices: Rc::default(),
        })
    }

    pub(super) fn contains(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The section of that name, empty if it is not there or has nothing in it.
    pub(super) fn section(&mut self, key: &str) -> Result<Self, ConfigError> {
        let value = self.entries.remove(key).unwrap_or(Value::Null);
        let expected = "a section of keys and values";
        Ok(Self {
            prefix: format!("{}{key}.", self.prefix),
            entries: match value {
                Value::Null => BTreeMap::new(),
                value => entries(value).map_err(|value| self.wrong(key, &value, expected))?,
            },
            path: self.path,
            notices: Rc::clone(&self.notices),
        })
    }

    /// Text; a number or truth value counts as its text.
    pub(super) fn text(&mut self, key: &str) -> Result<Option<String>, ConfigError> {
        self.read(key, "text", |value| match value {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            _ => None,
        })
    }

    pub(super) fn number(&mut self, key: &str) -> Result<Option<u64>, ConfigError> {
        self.read(key, "a whole number, 0 or above", Value::as_u64)
    }

    /// A whole number above 0.
    pub(super) fn count(&mut self, key: &str) -> Result<Option<usize>, ConfigError> {
        self.read(key, "a whole number above 0", |value| {
            let count = usize::try_from(value.as_u64()?).ok()?;
            (count > 0).then_some(count)
        })
    }

    /// Seconds as a number, with a fraction if wanted.
    pub(super) fn seconds(&mut self, key: &str) -> Result<Option<Duration>, ConfigError> {
        self.read(key, "a number of seconds above 0", |value| {
            let seconds = Duration::try_from_secs_f64(value.as_f64()?).ok()?;
            (!seconds.is_zero()).then_some(seconds)
        })
    }

    /// A duration as people write it.
    pub(super) fn duration(&mut self, key: &str) -> Result<Option<Duration>, ConfigError> {
        self.read(key, "a duration above 0 such as 90min", |value| {
            parse_duration(value.as_str()?)
        })
    }

    /// Takes keys that are known and do nothing.
    pub(super) fn without_effect(&mut self, known: &[&str]) {
        for key in known {
            if self.entries.remove(*key).is_some() {
                let key = format!("{}{key}", self.prefix);
                self.notices
                    .borrow_mut()
                    .push(Notice::WithoutEffect { key });
            }
        }
    }

    /// Everything that was left over, here and in the sections, sorted.
    pub(super) fn into_notices(self) -> Vec<Notice> {
        let notices = Rc::clone(&self.notices);
        drop(self); // leaves its own notices
        let mut notices = notices.take();
        notices.sort();
        notices
    }

    fn read<T>(
        &mut self,
        key: &str,
        expected: &'static str,
        convert: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        match self.entries.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match convert(&value) {
                Some(converted) => Ok(Some(converted)),
                None => Err(self.wrong(key, &value, expected)),
            },
        }
    }

    fn wrong(&self, key: &str, value: &Value, expected: &'static str) -> ConfigError {
        ConfigError::Value {
            key: format!("{}{key}", self.prefix),
            found: printed(value),
            expected,
            path: self.path.to_owned(),
        }
    }
}

impl Drop for Section<'_> {
    fn drop(&mut self) {
        let mut notices = self.notices.borrow_mut();
        for key in self.entries.keys() {
            let key = format!("{}{key}", self.prefix);
            notices.push(Notice::Unknown { key });
        }
    }
}

/// The entries of a mapping; anything else comes back.
fn entries(value: Value) -> Result<BTreeMap<String, Value>, Value> {
    match value {
        Value::Mapping(mapping) => Ok(mapping
            .into_iter()
            .map(|(key, value)| {
                (
                    key.as_str().map_or_else(|| printed(&key), str::to_owned),
                    value,
                )
            })
            .collect()),
        other => Err(other),
    }
}

/// A value on one line, not too long.
fn printed(value: &Value) -> String {
    match value {
        Value::String(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => "empty".to_owned(),
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a section".to_owned(),
        Value::Tagged(_) => "a tagged value".to_owned(),
    }
}
