//! Reading what can be read: a part that does not fit costs nothing but itself.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Parts that are named one by one; more are only counted.
const MAX_NAMED: usize = 20;

/// What was left out.
#[derive(Debug, Default)]
pub(in crate::state) struct Skipped {
    named: Vec<String>,
    more: usize,
}

impl Skipped {
    /// Notes a part and why it is left out.
    pub(in crate::state) fn add(&mut self, what: &str, why: impl std::fmt::Display) {
        if self.named.len() < MAX_NAMED {
            self.named.push(format!("{what}: {why}"));
        } else {
            self.more += 1;
        }
    }

    /// One line each.
    pub(in crate::state) fn into_lines(mut self) -> Vec<String> {
        if self.more > 0 {
            self.named.push(format!("and {} more", self.more));
        }
        self.named
    }
}

/// Reads an object. Where it does not fit as a whole, it is read field by field, and lists and maps in
/// it element by element; `None` when not even the `required` fields fit.
pub(in crate::state) fn read<T: DeserializeOwned>(
    fields: Map<String, Value>,
    required: &[&str],
    what: &str,
    skipped: &mut Skipped,
) -> Option<T> {
    if let Ok(whole) = serde_json::from_value(Value::Object(fields.clone())) {
        return Some(whole);
    }
    let (base, others): (Map<_, _>, Map<_, _>) = fields
        .into_iter()
        .partition(|(name, _)| required.contains(&name.as_str()));
    if let Err(error) = serde_json::from_value::<T>(Value::Object(base.clone())) {
        skipped.add(what, error);
        return None;
    }
    let complaint = |name: &str, value: Value| {
        let mut trial = base.clone();
        trial.insert(name.to_owned(), value);
        serde_json::from_value::<T>(Value::Object(trial)).err()
    };
    let mut kept = base.clone();
    for (name, value) in others {
        let Some(error) = complaint(&name, value.clone()) else {
            kept.insert(name, value);
            continue;
        };
        let what = format!("{what}, {name}");
        let value = match value {
            Value::Array(elements) => {
                let mut good = Vec::new();
                for (idx, element) in elements.into_iter().enumerate() {
                    match complaint(&name, Value::Array(vec![element.clone()])) {
                        None => good.push(element),
                        Some(error) => skipped.add(&format!("{what} {}", idx + 1), error),
                    }
                }
                Value::Array(good)
            }
            Value::Object(entries) if complaint(&name, Value::Object(Map::new())).is_none() => {
                let mut good = Map::new();
                for (key, entry) in entries {
                    let mut alone = Map::new();
                    alone.insert(key.clone(), entry.clone());
                    match complaint(&name, Value::Object(alone)) {
                        None => drop(good.insert(key, entry)),
                        Some(error) => skipped.add(&format!("{what} {key:?}"), error),
                    }
                }
                Value::Object(good)
            }
            _ => {
                skipped.add(&what, error);
                continue;
            }
        };
        kept.insert(name, value);
    }
    match serde_json::from_value(Value::Object(kept)) {
        Ok(read) => Some(read),
        Err(error) => {
            // Parts that fit alone but not together.
            skipped.add(what, error);
            serde_json::from_value(Value::Object(base)).ok()
        }
    }
}
