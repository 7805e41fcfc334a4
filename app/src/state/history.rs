//! Undo: the states that something had when no gesture was going on.

use std::collections::VecDeque;

/// Steps that can be undone.
const MAX_STEPS: usize = 100;

/// What something was before and, after an undo, will be again.
#[derive(Clone, Debug)]
pub struct History<T> {
    // As it was when it last rested; `None` until it first does.
    rested: Option<T>,
    undo: VecDeque<T>,
    redo: Vec<T>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        Self {
            rested: None,
            undo: VecDeque::new(),
            redo: Vec::new(),
        }
    }
}

impl<T: Clone + PartialEq> History<T> {
    /// Notes a state in which nothing is going on. What has changed since the last one is a step.
    pub fn rest(&mut self, now: &T) {
        if self.rested.as_ref() == Some(now) {
            return;
        }
        if let Some(before) = self.rested.replace(now.clone()) {
            if self.undo.len() == MAX_STEPS {
                self.undo.pop_front();
            }
            self.undo.push_back(before);
            self.redo.clear();
        }
    }

    /// The state before the last step.
    pub fn undo(&mut self, now: &T) -> Option<T> {
        self.rest(now);
        let before = self.undo.pop_back()?;
        self.redo.push(now.clone());
        self.rested = Some(before.clone());
        Some(before)
    }

    /// The state after the step that was undone last.
    pub fn redo(&mut self, now: &T) -> Option<T> {
        self.rest(now);
        let after = self.redo.pop()?;
        self.undo.push_back(now.clone());
        self.rested = Some(after.clone());
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gesture_is_one_step() {
        let mut history = History::default();
        history.rest(&0);
        // 1 to 8 were passed while a button was held.
        history.rest(&9);
        history.rest(&9);
        assert_eq!(
            history.undo(&12),
            Some(9),
            "what did not rest yet is a step too"
        );
        assert_eq!(history.undo(&9), Some(0));
        assert_eq!(history.undo(&0), None);
        assert_eq!(history.redo(&0), Some(9));
        assert_eq!(history.redo(&9), Some(12));
        assert_eq!(history.redo(&12), None);
        history.undo(&12);
        history.rest(&100);
        assert_eq!(history.redo(&100), None, "a new step ends what was undone");
    }

    #[test]
    fn a_hundred_steps_are_kept() {
        let mut history = History::default();
        for step in 0..=150 {
            history.rest(&step);
        }
        let mut now = 150;
        while let Some(before) = history.undo(&now) {
            now = before;
        }
        assert_eq!(now, 50);
    }
}
