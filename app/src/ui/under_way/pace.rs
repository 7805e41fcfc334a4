//! How long work will still take, from how fast it went so far.

/// Seconds of work before a guess makes sense.
const FIRST_GUESS_AFTER: f64 = 0.5;
/// Shares of work below this tell too little.
const LEAST_SHARE: f32 = 0.01;
/// Seconds between two guesses that are shown.
const GUESS_EVERY: f64 = 1.0;
/// A guess that is larger than what is left of the one shown replaces it only when it is so much larger,
/// and more than a second.
const WORSE: f64 = 1.3;

/// A piece of work, as seen by whoever watches it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    since: f64,
    /// How much was done then: work may have begun before it was seen.
    first_share: Option<f32>,
    /// When the guess was made, and when the work will have ended by it.
    guess: Option<(f64, f64)>,
}

impl Pace {
    /// Of work that is seen for the first time at `now`, in seconds of any clock.
    pub(super) fn new(now: f64) -> Self {
        Self {
            since: now,
            first_share: None,
            guess: None,
        }
    }

    /// Since how many seconds the work is seen.
    pub(super) fn age(&self, now: f64) -> f64 {
        now - self.since
    }

    /// Seconds that are left, once that can be said. What was said counts down; it jumps up only where it
    /// was far off.
    pub(super) fn secs_left(&mut self, share: f32, now: f64) -> Option<f64> {
        let first = *self.first_share.get_or_insert(share);
        let done = share - first;
        if self.age(now) >= FIRST_GUESS_AFTER && done >= LEAST_SHARE {
            let end = now + self.age(now) * f64::from(1.0 - share) / f64::from(done);
            self.guess = match self.guess {
                Some((at, shown)) if now - at < GUESS_EVERY => Some((at, shown)),
                Some((_, shown))
                    if end > shown && end - now < (shown - now).max(0.0) * WORSE + 1.0 =>
                {
                    Some((now, shown))
                }
                _ => Some((now, end)),
            };
        }
        self.guess.map(|(_, end)| (end - now).max(0.0))
    }
}

/// How long that is, in words that do not change with every frame.
pub(super) fn left_text(secs: f64) -> String {
    let secs = secs.ceil().max(1.0) as u64;
    match secs {
        1 => "about 1 s left".to_owned(),
        2..=10 => format!("about {secs} s left"),
        11..=55 => format!("about {} s left", secs.div_ceil(5) * 5),
        56..=3_300 => format!("about {} min left", secs.div_ceil(60)),
        _ => format!("about {} h left", secs.div_ceil(3_600)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_guessed_before_it_makes_sense() {
        let mut pace = Pace::new(10.0);
        assert_eq!(pace.secs_left(0.0, 10.0), None);
        assert_eq!(pace.secs_left(0.3, 10.4), None, "too early");
        assert_eq!(pace.secs_left(0.005, 11.0), None, "too little");
        assert_eq!(pace.secs_left(0.25, 12.0), Some(6.0));
    }

    #[test]
    fn what_was_done_before_is_no_measure_of_speed() {
        let mut pace = Pace::new(0.0);
        assert_eq!(pace.secs_left(0.5, 0.0), None);
        let left = pace.secs_left(0.75, 1.0).unwrap();
        assert!((left - 1.0).abs() < 1e-6, "{left}");
    }

    #[test]
    fn what_is_said_counts_down() {
        let mut pace = Pace::new(0.0);
        pace.secs_left(0.0, 0.0);
        // A tenth a second, then a little slower, then much slower.
        let mut before = pace.secs_left(0.1, 1.0).unwrap();
        assert!((before - 9.0).abs() < 1e-5, "{before}");
        for step in 2..=40 {
            let now = f64::from(step) / 4.0 + 0.5;
            let left = pace.secs_left(0.1 * (now as f32).powf(0.97), now).unwrap();
            assert!(left <= before, "{left} after {before}");
            before = left;
        }
        let slow = pace.secs_left(0.93, 60.0).unwrap();
        assert!(slow > before, "{slow}");
    }

    #[test]
    fn lengths_are_rough() {
        for (secs, expected) in [
            (0.0, "about 1 s left"),
            (3.2, "about 4 s left"),
            (11.0, "about 15 s left"),
            (55.0, "about 55 s left"),
            (56.0, "about 1 min left"),
            (100.0, "about 2 min left"),
            (5_000.0, "about 2 h left"),
        ] {
            assert_eq!(left_text(secs), expected);
        }
    }
}
