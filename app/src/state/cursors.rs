//! The cursors A and B: two instants that all panels measure at.

use canlake_shared::time::Timestamp;

/// One of the two cursors.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cursor {
    /// The first.
    #[default]
    A,
    /// The second.
    B,
}

/// Where the cursors are. One of them is active: it moves with clicks and keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursors {
    a: Option<Timestamp>,
    b: Option<Timestamp>,
    active: Cursor,
    /// Where the active cursor was before it was placed last.
    before: Option<Timestamp>,
}

impl Cursors {
    /// Where a cursor is, if it is shown.
    pub fn get(&self, cursor: Cursor) -> Option<Timestamp> {
        match cursor {
            Cursor::A => self.a,
            Cursor::B => self.b,
        }
    }

    /// The cursor that moves.
    pub fn active(&self) -> Cursor {
        self.active
    }

    /// Where the active cursor is, if it is shown.
    pub fn active_instant(&self) -> Option<Timestamp> {
        self.get(self.active)
    }

    /// Both, when both are shown.
    pub fn both(&self) -> Option<(Timestamp, Timestamp)> {
        self.a.zip(self.b)
    }

    /// Moves the active cursor, and shows it.
    pub fn place(&mut self, instant: Timestamp) {
        self.before = self.active_instant();
        self.set(self.active, Some(instant));
    }

    /// Shows a cursor at an instant and makes it active.
    pub fn show(&mut self, cursor: Cursor, instant: Timestamp) {
        self.active = cursor;
        self.set(cursor, Some(instant));
    }

    /// Puts a cursor at an instant; which one is active stays.
    pub fn put(&mut self, cursor: Cursor, instant: Timestamp) {
        self.set(cursor, Some(instant));
    }

    /// Undoes the last placement.
    pub fn take_back(&mut self) {
        self.set(self.active, self.before);
    }

    /// Shows a cursor at an instant and makes it active; hides it if it is active already.
    pub fn toggle(&mut self, cursor: Cursor, instant: Timestamp) {
        let is_shown = self.get(cursor).is_some();
        if is_shown && self.active == cursor {
            self.set(cursor, None);
            let other = match cursor {
                Cursor::A => Cursor::B,
                Cursor::B => Cursor::A,
            };
            if self.get(other).is_some() {
                self.active = other;
            }
            return;
        }
        self.active = cursor;
        if !is_shown {
            self.set(cursor, Some(instant));
        }
    }

    fn set(&mut self, cursor: Cursor, instant: Option<Timestamp>) {
        match cursor {
            Cursor::A => self.a = instant,
            Cursor::B => self.b = instant,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_shows_activates_and_hides() {
        let at = Timestamp::from_ns;
        let mut cursors = Cursors::default();
        cursors.toggle(Cursor::A, at(5));
        cursors.toggle(Cursor::B, at(7));
        assert_eq!(cursors.both(), Some((at(5), at(7))));
        cursors.place(at(9));
        assert_eq!(cursors.get(Cursor::B), Some(at(9)));
        cursors.toggle(Cursor::A, at(100));
        assert_eq!(
            cursors.active_instant(),
            Some(at(5)),
            "it only becomes active"
        );
        cursors.toggle(Cursor::A, at(100));
        assert_eq!(cursors.get(Cursor::A), None);
        assert_eq!(cursors.active(), Cursor::B);
    }
}
