//! Signals that the user wants at hand, in whatever drive is open.

use std::collections::BTreeSet;

use canlake_shared::schema::SignalKey;
use serde::{Deserialize, Serialize};

/// A signal by what it has in common in all drives: message and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Favourite {
    /// The message.
    pub message: String,
    /// The signal.
    pub signal: String,
}

impl Favourite {
    /// Of a signal of one drive.
    pub fn of(key: &SignalKey) -> Self {
        Self {
            message: key.message.to_string(),
            signal: key.signal.to_string(),
        }
    }
}

/// Marks signals as favourites, or takes the mark from them.
pub(super) fn mark(favourites: &mut BTreeSet<Favourite>, keys: &[SignalKey], is_favourite: bool) {
    for favourite in keys.iter().map(Favourite::of) {
        if is_favourite {
            favourites.insert(favourite);
        } else {
            favourites.remove(&favourite);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_favourite_is_one_in_every_drive() {
        let mut favourites = BTreeSet::new();
        let key = SignalKey::new("can0", "Drive", Some(1), "Speed");
        mark(&mut favourites, &[key], true);
        let elsewhere = SignalKey::new("can1", "Drive", None, "Speed");
        assert!(favourites.contains(&Favourite::of(&elsewhere)));
        mark(&mut favourites, &[elsewhere], false);
        assert!(favourites.is_empty());
    }
}
