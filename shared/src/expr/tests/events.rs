//! Events against their definition.

use proptest::prelude::*;

use super::super::*;
use super::{NAN, SEC};

/// By runs of true steps, found from the whole series.
fn by_definition(steps: &[(i64, f64)], gap_starts: &[usize], at_least_ns: i64) -> Vec<Event> {
    let holds = |i: usize| !steps[i].1.is_nan() && steps[i].1 != 0.0;
    let begins = |i: &usize| holds(*i) && (*i == 0 || !holds(i - 1) || gap_starts.contains(i));
    let events = (0..steps.len()).filter(begins).map(|first| {
        let last = (first..steps.len())
            .take_while(|i| holds(*i) && (*i == first || !gap_starts.contains(i)))
            .last()
            .unwrap();
        let is_known_to_end =
            last + 1 < steps.len() && steps[last + 1].1 == 0.0 && !gap_starts.contains(&(last + 1));
        Event {
            start: steps[first].0,
            end: steps[last + usize::from(is_known_to_end)].0,
        }
    });
    events
        .filter(|event| event.end - event.start >= at_least_ns)
        .collect()
}

#[test]
fn an_event_ends_when_it_no_longer_holds() {
    let times = [0, 10, 20, 30, 40, 50, 60, 70];
    let truth = [0.0, 1.0, 2.0, 0.0, -1.0, NAN, 1.0, 1.0];
    let event = |start, end| Event { start, end };
    for (at_least_ns, events) in [
        (0, vec![event(10, 30), event(40, 40), event(60, 70)]),
        (1, vec![event(10, 30), event(60, 70)]),
        (20, vec![event(10, 30)]),
        (21, vec![]),
        (i64::MAX, vec![]),
    ] {
        assert_eq!(find_events(&times, &truth, &[], at_least_ns), events);
    }
    let cut = find_events(&times, &truth, &[2], 0);
    assert_eq!(cut[..2], [event(10, 10), event(20, 30)]);
    assert_eq!(find_events(&[], &[], &[], 0), []);
}

#[test]
fn going_on_is_told_from_its_time_on() {
    let mut finder = EventFinder::new(100);
    assert_eq!(finder.ongoing(0), None);
    assert_eq!(finder.push(0, 1.0), None);
    assert_eq!(finder.ongoing(99), None);
    let event = Event { start: 0, end: 100 };
    assert_eq!(finder.ongoing(100), Some(event));
    assert_eq!(event.duration_ns(), 100);
    // Nothing new came in, and what held still does.
    assert_eq!(finder.clone().finish(100), Some(event));
    assert_eq!(finder.finish(99), None);
    assert_eq!(finder.ongoing(200), None);
}

#[test]
fn going_back_in_time_ends_an_event() {
    let mut finder = EventFinder::new(0);
    finder.push(10 * SEC, 1.0);
    finder.push(11 * SEC, 1.0);
    assert_eq!(finder.push(11 * SEC - 5, 1.0), None);
    let event = Event {
        start: 10 * SEC,
        end: 11 * SEC,
    };
    assert_eq!(finder.push(2 * SEC, 1.0), Some(event));
    let event = Event {
        start: 2 * SEC,
        end: 3 * SEC,
    };
    assert_eq!(finder.push(3 * SEC, 0.0), Some(event));
}

proptest! {
    #[test]
    fn events_are_what_they_are_defined_to_be(
        steps in proptest::collection::vec(
            (0_i64..4, prop_oneof![Just(0.0), Just(1.0), Just(-3.0), Just(NAN)], any::<bool>()),
            0..24,
        ),
        at_least_ns in 0_i64..8,
    ) {
        let mut time = 0;
        let mut gap_starts = Vec::new();
        let mut timed = Vec::new();
        for (i, (ns, truth, is_after_gap)) in steps.into_iter().enumerate() {
            time += ns;
            timed.push((time, truth));
            if is_after_gap && i % 3 == 0 {
                gap_starts.push(i);
            }
        }
        let (times, truth): (Vec<i64>, Vec<f64>) = timed.iter().copied().unzip();
        let found = find_events(&times, &truth, &gap_starts, at_least_ns);
        prop_assert_eq!(found, by_definition(&timed, &gap_starts, at_least_ns));
    }
}
