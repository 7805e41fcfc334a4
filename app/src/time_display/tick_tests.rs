//! Marks of time axes, in zones whose clocks change.

use std::collections::BTreeSet;

use canlake_shared::time::{NS_PER_DAY, NS_PER_SEC, TimeRange, Timestamp};

use super::{Zone, ZoneChoice};

fn range(start: &str, end: &str) -> TimeRange {
    TimeRange::new(start.parse().unwrap(), end.parse().unwrap())
}

fn zone(name: &str) -> Zone {
    ZoneChoice::named(name).unwrap().zone(None)
}

fn texts(zone: &Zone, range: TimeRange, max_ticks: usize) -> Vec<(String, Option<String>)> {
    let ticks = zone.ticks(range, max_ticks);
    let texts = ticks.into_iter().map(|tick| (tick.label, tick.context));
    texts.collect()
}

#[track_caller]
fn check(name: &str, range: TimeRange, max_ticks: usize, expected: &[(&str, Option<&str>)]) {
    let texts = texts(&zone(name), range, max_ticks);
    let texts: Vec<_> = texts
        .iter()
        .map(|(label, context)| (label.as_str(), context.as_deref()))
        .collect();
    assert_eq!(texts, expected);
}

#[test]
fn ticks_are_round_and_inside() {
    check(
        "UTC",
        range("2026-02-23T23:58:30Z", "2026-02-24T00:02:00Z"),
        5,
        &[
            ("23:59", Some("2026-02-23")),
            ("00:00", Some("2026-02-24")),
            ("00:01", None),
        ],
    );
}

#[test]
fn every_scale_has_ticks_in_order_and_no_text_comes_twice() {
    let start: Timestamp = "2026-10-24T20:20:30.123456789Z".parse().unwrap();
    let zones = [
        Zone::UTC,
        zone("Europe/Berlin"),
        zone("America/St_Johns"),
        zone("America/Havana"),
        zone("Australia/Lord_Howe"),
        zone("Asia/Kathmandu"),
        Zone::since(start + 30 * NS_PER_SEC),
    ];
    for zone in zones {
        let mut length = 1_000;
        while length < 100 * 365 * NS_PER_DAY {
            let range = TimeRange::new(start, start + length);
            let ticks = zone.ticks(range, 8);
            assert!(
                (1..=16).contains(&ticks.len()),
                "{} ticks in {length} ns of {}",
                ticks.len(),
                zone.name()
            );
            assert!(ticks.iter().all(|tick| range.contains(tick.instant)));
            assert!(
                ticks
                    .windows(2)
                    .all(|pair| pair[0].instant < pair[1].instant)
            );
            // With the date and the offset that were told last.
            let mut context = String::new();
            let mut seen = BTreeSet::new();
            for tick in &ticks {
                context = tick.context.clone().unwrap_or(context);
                assert!(
                    seen.insert((context.clone(), tick.label.clone())),
                    "{tick:?} comes twice in {}",
                    zone.name()
                );
            }
            length *= 3;
        }
    }
}

#[test]
fn fractions_have_the_digits_of_the_step() {
    let range = range("2026-01-01T00:00:00Z", "2026-01-01T00:00:00.010Z");
    let labels: Vec<_> = texts(&Zone::UTC, range, 5)
        .into_iter()
        .map(|(label, _)| label)
        .collect();
    assert_eq!(
        labels,
        [
            "00:00:00.000",
            "00:00:00.002",
            "00:00:00.004",
            "00:00:00.006",
            "00:00:00.008"
        ]
    );
}

#[test]
fn clocks_put_forward_leave_a_time_out() {
    check(
        "Europe/Berlin",
        range("2026-03-28T23:30:00Z", "2026-03-29T03:30:00Z"),
        4,
        &[
            ("01:00", Some("2026-03-29 +01:00")),
            ("03:00", Some("+02:00")),
            ("04:00", None),
            ("05:00", None),
        ],
    );
}

#[test]
fn clocks_put_back_tell_the_offset_of_the_time_that_comes_twice() {
    check(
        "Europe/Berlin",
        range("2026-10-24T22:30:00Z", "2026-10-25T03:30:00Z"),
        5,
        &[
            ("01:00", Some("2026-10-25 +02:00")),
            ("02:00", None),
            ("02:00", Some("+01:00")),
            ("03:00", None),
            ("04:00", None),
        ],
    );
    // A day later nothing has to be told.
    check(
        "Europe/Berlin",
        range("2026-10-25T22:30:00Z", "2026-10-26T00:30:00Z"),
        2,
        &[("00:00", Some("2026-10-26")), ("01:00", None)],
    );
}

#[test]
fn offsets_of_half_hours_have_round_local_times() {
    check(
        "America/St_Johns",
        range("2026-11-01T03:00:00Z", "2026-11-01T06:00:00Z"),
        3,
        &[
            ("01:00", Some("2026-11-01 -02:30")),
            ("01:00", Some("-03:30")),
            ("02:00", None),
        ],
    );
    check(
        "Asia/Kathmandu",
        range("2026-01-31T18:00:00Z", "2026-01-31T20:00:00Z"),
        2,
        &[("00:00", Some("2026-02-01")), ("01:00", None)],
    );
}

#[test]
fn clocks_that_change_by_half_an_hour() {
    // Put back from 02:00 to 01:30.
    check(
        "Australia/Lord_Howe",
        range("2026-04-04T13:50:00Z", "2026-04-04T16:10:00Z"),
        5,
        &[
            ("01:00", Some("2026-04-05 +11:00")),
            ("01:30", None),
            ("01:30", Some("+10:30")),
            ("02:00", None),
            ("02:30", None),
        ],
    );
    // Put forward from 02:00 to 02:30.
    check(
        "Australia/Lord_Howe",
        range("2026-10-03T14:50:00Z", "2026-10-03T16:40:00Z"),
        4,
        &[
            ("01:30", Some("2026-10-04 +10:30")),
            ("02:30", Some("+11:00")),
            ("03:00", None),
            ("03:30", None),
        ],
    );
}

#[test]
fn days_begin_at_midnight_of_the_zone() {
    let range = range("2026-03-27T12:00:00Z", "2026-03-31T12:00:00Z");
    let ticks = zone("Europe/Berlin").ticks(range, 4);
    let found: Vec<_> = ticks
        .iter()
        .map(|tick| (tick.label.as_str(), tick.instant.to_string()))
        .collect();
    assert_eq!(
        found,
        [
            ("03-28", "2026-03-27T23:00:00.000000000Z".to_owned()),
            ("03-29", "2026-03-28T23:00:00.000000000Z".to_owned()),
            ("03-30", "2026-03-29T22:00:00.000000000Z".to_owned()),
            ("03-31", "2026-03-30T22:00:00.000000000Z".to_owned()),
        ]
    );
    assert_eq!(ticks[0].context.as_deref(), Some("2026"));
}

#[test]
fn times_since_a_start_count_both_ways() {
    let start: Timestamp = "2026-03-01T07:13:20Z".parse().unwrap();
    let zone = Zone::since(start);
    let around = TimeRange::new(start - 25 * NS_PER_SEC, start + 25 * NS_PER_SEC);
    let found = texts(&zone, around, 5);
    let labels: Vec<_> = found.iter().map(|(label, _)| label.as_str()).collect();
    assert_eq!(
        labels,
        ["−0:00:20", "−0:00:10", "0:00:00", "0:00:10", "0:00:20"]
    );
    assert_eq!(found[0].1.as_deref(), Some("h:min:s"));
    let days = TimeRange::new(start, start + 40 * NS_PER_DAY);
    let labels: Vec<_> = texts(&zone, days, 4)
        .into_iter()
        .map(|(label, _)| label)
        .collect();
    assert_eq!(labels, ["0 d", "10 d", "20 d", "30 d"]);
}
