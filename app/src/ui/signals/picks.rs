//! Which signals of the tree are chosen, with the mouse and with the keys. Pure.
//!
//! What is chosen is not what is plotted: the choice is what Enter, a drag and the menu act on.

use std::collections::BTreeSet;

use canlake_shared::schema::SignalKey;

use super::rows::{GroupId, Listing, Row};

/// A line: a signal can stand in several groups.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub group: Option<GroupId>,
    pub key: SignalKey,
}

/// The chosen signals.
#[derive(Debug, Default)]
pub(super) struct Picks {
    keys: BTreeSet<SignalKey>,
    /// Where a range begins.
    anchor: Option<Place>,
    /// Where the keys go on from.
    focus: Option<Place>,
}

impl Picks {
    /// Chooses nothing.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Chooses one signal alone.
    pub(super) fn only(&mut self, place: Place) {
        self.keys.clear();
        self.keys.insert(place.key.clone());
        self.anchor = Some(place.clone());
        self.focus = Some(place);
    }

    /// Chooses these signals.
    pub(super) fn all(&mut self, keys: impl Iterator<Item = SignalKey>) {
        *self = Self {
            keys: keys.collect(),
            ..Self::default()
        };
    }

    /// Adds a signal, or takes it away.
    pub(super) fn toggle(&mut self, place: Place) {
        if !self.keys.remove(&place.key) {
            self.keys.insert(place.key.clone());
        }
        self.anchor = Some(place.clone());
        self.focus = Some(place);
    }

    /// Chooses all signals from where the range began to a line.
    pub(super) fn extend_to(&mut self, rows: &[Row], listing: Listing<'_>, place: Place) {
        let anchor = self.anchor.clone().unwrap_or_else(|| place.clone());
        let ends = (
            position(rows, listing, &anchor),
            position(rows, listing, &place),
        );
        let (Some(from), Some(to)) = ends else {
            self.only(place);
            return;
        };
        let range = rows.get(from.min(to)..=from.max(to)).unwrap_or_default();
        let signals = range.iter().filter_map(Row::signal);
        let keys = signals.filter_map(|at| Some(listing.get(at)?.key.clone()));
        self.keys = keys.collect();
        self.anchor = Some(anchor);
        self.focus = Some(place);
    }

    /// Goes up or down by some signals; off the upper end nothing is chosen. Gives the line that was
    /// reached.
    pub(super) fn step(
        &mut self,
        rows: &[Row],
        listing: Listing<'_>,
        steps: isize,
        extends: bool,
    ) -> Option<usize> {
        let focus = self.focus.as_ref();
        let at = focus.and_then(|place| position(rows, listing, place));
        let is_signal = |at: &usize| rows.get(*at).is_some_and(|row| row.signal().is_some());
        let n_steps = steps.unsigned_abs().saturating_sub(1);
        let reached = if steps > 0 {
            let from = at.map_or(0, |at| at + 1);
            let mut below = (from..rows.len()).filter(is_signal);
            // Past the last one it stays there.
            let last = (from..rows.len()).rev().find(is_signal).or(at);
            below.nth(n_steps).or(last)
        } else {
            let mut above = (0..at.unwrap_or(0)).rev().filter(is_signal);
            let first = (0..at.unwrap_or(0)).find(is_signal);
            above.nth(n_steps).or(first.filter(|_| n_steps > 0))
        };
        let Some(reached) = reached else {
            if !extends {
                self.clear();
            }
            return None;
        };
        let place = place_of(rows.get(reached)?, listing)?;
        if extends && self.anchor.is_some() {
            self.extend_to(rows, listing, place);
        } else {
            self.only(place);
        }
        Some(reached)
    }

    /// Whether a signal is chosen.
    pub(super) fn contains(&self, key: &SignalKey) -> bool {
        self.keys.contains(key)
    }

    /// Whether the keys go on from a line.
    pub(super) fn is_focus(&self, group: Option<&GroupId>, key: &SignalKey) -> bool {
        let focus = self.focus.as_ref();
        focus.is_some_and(|focus| focus.key == *key && focus.group.as_ref() == group)
    }

    /// The chosen signals, in order of their names.
    pub(super) fn keys(&self) -> impl ExactSizeIterator<Item = &SignalKey> {
        self.keys.iter()
    }
}

/// The line of a signal.
pub(super) fn place_of(row: &Row, listing: Listing<'_>) -> Option<Place> {
    match row {
        Row::Signal { at, group } => Some(Place {
            group: group.clone(),
            key: listing.get(*at)?.key.clone(),
        }),
        Row::Group { .. } => None,
    }
}

fn position(rows: &[Row], listing: Listing<'_>, place: &Place) -> Option<usize> {
    rows.iter().position(|row| match row {
        Row::Signal { at, group } => {
            *group == place.group && listing.get(*at).is_some_and(|info| info.key == place.key)
        }
        Row::Group { .. } => false,
    })
}

#[cfg(test)]
mod tests {
    use canlake_shared::time::TimeRange;

    use super::super::rows::{groups, rows};
    use super::super::testing::info;
    use super::*;
    use crate::source::Vehicle;

    fn car() -> Vehicle {
        Vehicle {
            id: "V".into(),
            range: TimeRange::ALL,
            rows: 0,
            bytes: 0,
            files: 0,
            sessions: Vec::new(),
            signals: vec![
                info("A", "a1", ""),
                info("A", "a2", ""),
                info("B", "b1", ""),
                info("B", "b2", ""),
            ],
        }
    }

    struct Tree {
        car: Vehicle,
        rows: Vec<Row>,
        picks: Picks,
    }

    impl Tree {
        fn new() -> Self {
            let car = car();
            let groups = groups(listing(&car), &BTreeSet::new(), false);
            let rows = rows(groups, &BTreeSet::new());
            Self {
                car,
                rows,
                picks: Picks::default(),
            }
        }

        fn place(&self, row: usize) -> Place {
            place_of(&self.rows[row], listing(&self.car)).unwrap()
        }

        fn step(&mut self, steps: isize, extends: bool) -> Vec<String> {
            self.picks
                .step(&self.rows, listing(&self.car), steps, extends);
            self.picked()
        }

        fn extend(&mut self, row: usize) -> Vec<String> {
            let place = self.place(row);
            self.picks.extend_to(&self.rows, listing(&self.car), place);
            self.picked()
        }

        fn picked(&self) -> Vec<String> {
            self.picks
                .keys()
                .map(|key| key.signal.to_string())
                .collect()
        }
    }

    fn listing(vehicle: &Vehicle) -> Listing<'_> {
        Listing {
            vehicle,
            computed: &[],
        }
    }

    #[test]
    fn keys_go_from_signal_to_signal_over_headings() {
        let mut tree = Tree::new();
        assert_eq!(tree.step(1, false), ["a1"]);
        assert_eq!(tree.step(1, false), ["a2"]);
        assert_eq!(tree.step(1, false), ["b1"]);
        assert_eq!(tree.step(10, false), ["b2"]);
        assert_eq!(tree.step(1, false), ["b2"]);
        assert_eq!(tree.step(-1, false), ["b1"]);
        assert_eq!(tree.step(-10, false), ["a1"]);
        assert!(tree.step(-1, false).is_empty());
        assert_eq!(tree.step(1, false), ["a1"]);
    }

    #[test]
    fn shift_and_keys_choose_ranges() {
        let mut tree = Tree::new();
        tree.step(1, false);
        assert_eq!(tree.step(1, true), ["a1", "a2"]);
        assert_eq!(tree.step(1, true), ["a1", "a2", "b1"]);
        assert_eq!(tree.step(-1, true), ["a1", "a2"]);
        assert_eq!(tree.step(-1, true), ["a1"]);
        assert_eq!(tree.step(-1, true), ["a1"]);
    }

    #[test]
    fn clicks_choose_ranges_and_single_signals() {
        let mut tree = Tree::new();
        let (a2, b2) = (tree.place(2), tree.place(5));
        tree.picks.only(a2.clone());
        assert_eq!(tree.extend(4), ["a2", "b1"]);
        assert_eq!(tree.extend(1), ["a1", "a2"]);
        tree.picks.toggle(b2.clone());
        assert_eq!(tree.picked(), ["a1", "a2", "b2"]);
        tree.picks.toggle(a2);
        assert_eq!(tree.picked(), ["a1", "b2"]);
        assert!(tree.picks.contains(&b2.key));
        // A range that began on a line which is gone begins anew.
        tree.rows.truncate(5);
        tree.picks.toggle(b2);
        assert_eq!(tree.extend(1), ["a1"]);
    }
}
