use std::time::Instant;

use canlake_shared::search::{Hits, Index};
use proptest::prelude::*;

use super::super::testing::info;
use super::lit as lit_of;
use super::*;

fn motor() -> Vec<SignalInfo> {
    let mut temp = info("Motor", "Stator_Temp", "degC");
    temp.comment = "Warmest of the three windings,\nfiltered".into();
    let mut state = info("Motor", "Motor_State", "");
    state.labels = [(0.0, "off".into()), (1.0, "derating".into())].into();
    vec![
        info("BMS", "Pack_Voltage", "V"),
        info("BMS", "Pack_Voltage_Max_Allowed", "V"),
        info("BMS", "Temperatur_Kühlmittel", "degC"),
        info("Motor", "Motor_RPM", "rpm"),
        state,
        temp,
    ]
}

fn hits(signals: &[SignalInfo], text: &str) -> Hits {
    let all: Vec<u32> = (0..u32::try_from(signals.len()).unwrap()).collect();
    let index = Index::new(signals.iter().map(entry));
    index.search(&mut Searcher::default(), text, &all)
}

fn names(text: &str) -> Vec<String> {
    let signals = motor();
    let hits = hits(&signals, text);
    let names = hits.positions.iter();
    names
        .map(|at| signals[*at as usize].key.signal.to_string())
        .collect()
}

#[test]
fn all_words_must_occur_somewhere() {
    assert_eq!(names("mot temp"), ["Stator_Temp"]);
    assert_eq!(names("RPM"), ["Motor_RPM"]);
    assert_eq!(
        names("0x1a0 volt"),
        ["Pack_Voltage", "Pack_Voltage_Max_Allowed"]
    );
    assert_eq!(names("416 rpm"), ["Motor_RPM"]);
    assert_eq!(names("degc stator"), ["Stator_Temp"]);
    assert_eq!(names("derating"), ["Motor_State"]);
    assert_eq!(names("windings"), ["Stator_Temp"]);
    assert_eq!(names("Motor.Motor_RPM"), ["Motor_RPM"]);
    assert_eq!(names("KÜHL"), ["Temperatur_Kühlmittel"]);
    assert_eq!(names("kuhl"), ["Temperatur_Kühlmittel"]);
    assert!(names("rpm volt").is_empty());
    assert!(names("zzz").is_empty());
}

#[test]
fn the_best_come_first() {
    // The whole name, then the start of one.
    assert_eq!(
        names("pack_voltage"),
        ["Pack_Voltage", "Pack_Voltage_Max_Allowed"]
    );
    // A name before a unit, both before a comment.
    let mut signals = vec![
        info("A", "Other", "temp"),
        info("A", "Coolant_Temp", ""),
        info("A", "Another", ""),
    ];
    signals[2].comment = "temp".into();
    assert_eq!(hits(&signals, "temp").positions, [1, 0, 2]);
    // The start of a word before its middle.
    let signals = ["Xspeedometer", "WheelSpeedFront", "Rear_Speed_Of_All"];
    let signals = signals.map(|name| info("A", name, ""));
    assert_eq!(hits(&signals, "speed").positions, [1, 2, 0]);
}

#[test]
fn letters_left_out_and_single_mistakes_still_find() {
    let closeness = |text: &str| hits(&motor(), text).closeness;
    assert_eq!(names("pckvolt")[0], "Pack_Voltage");
    assert_eq!(closeness("pckvolt"), Closeness::Similar);
    // A swapped pair, a wrong letter, one too many.
    for text in ["vlotage", "voktage", "voltaage"] {
        assert_eq!(names(text)[0], "Pack_Voltage", "{text}");
        assert_eq!(closeness(text), Closeness::Mistyped);
    }
    assert_eq!(closeness("voltage"), Closeness::Exact);
    assert!(names("qqqqqq").is_empty());
}

#[test]
fn found_letters_are_lit_where_they_are() {
    let mut searcher = Searcher::default();
    let mut lit = |text: &str, closeness, message: &str, name: &str| {
        let lit = lit_of(
            &mut searcher,
            &Query::new(text, closeness),
            &info(message, name, ""),
        );
        (lit.message, lit.name)
    };
    let exact = Closeness::Exact;
    assert_eq!(
        lit("temp stat", exact, "Motor", "Stator_Temp"),
        (vec![], vec![0, 1, 2, 3, 7, 8, 9, 10])
    );
    // Letters, not bytes.
    assert_eq!(
        lit("MITTEL", exact, "Kühlung", "Kühlmittel"),
        (vec![], vec![4, 5, 6, 7, 8, 9])
    );
    assert_eq!(
        lit("lung.küh", exact, "Kühlung", "Kühlmittel"),
        (vec![3, 4, 5, 6], vec![0, 1, 2])
    );
    // Every time that it occurs.
    assert_eq!(lit("a", exact, "aba", "ca"), (vec![0, 2], vec![1]));
    assert_eq!(
        lit("bpvol", Closeness::Similar, "BMS", "Pack_Voltage"),
        (vec![0], vec![0, 5, 6, 7])
    );
}

#[test]
fn what_a_row_does_not_show_is_told() {
    let signals = motor();
    let elsewhere = |text: &str, at: usize| {
        let query = Query::new(text, Closeness::Exact);
        elsewhere(&query, &signals[at])
    };
    assert_eq!(elsewhere("stator", 5), None);
    assert_eq!(elsewhere("degc", 5), None);
    assert_eq!(elsewhere("stator 1a0", 5).as_deref(), Some("0x1A0"));
    assert_eq!(elsewhere("416", 5).as_deref(), Some("416"));
    assert_eq!(elsewhere("derat", 4).as_deref(), Some("derating"));
    let comment = elsewhere("windings", 5).unwrap();
    assert_eq!(comment, "…f the three windings, filtered");
}

proptest! {
    #[test]
    fn any_text_over_any_names_is_searched(
        text in ".{0,30}",
        names in prop::collection::vec((".{0,20}", ".{0,8}"), 0..8),
    ) {
        let signals: Vec<_> = names
            .iter()
            .map(|(name, unit)| info("M", name, unit))
            .collect();
        let found = hits(&signals, &text);
        let query = Query::new(&text, found.closeness);
        let mut searcher = Searcher::default();
        for at in &found.positions {
            let signal = &signals[*at as usize];
            let n_letters = signal.key.signal.chars().count();
            let lit = lit(&mut searcher, &query, signal);
            prop_assert!(lit.name.iter().all(|at| (*at as usize) < n_letters));
            prop_assert!(lit.message.iter().all(|at| *at < 1));
            if let Some(text) = elsewhere(&query, signal) {
                searcher.lit(&query, &text);
            }
        }
        // A signal is found by its own name.
        for (at, (name, _)) in names.iter().enumerate() {
            if !name.trim().is_empty() {
                let found = hits(&signals, name);
                prop_assert!(found.positions.contains(&u32::try_from(at).unwrap()), "{:?}", name);
            }
        }
    }
}

/// Prints how long searches over 20,000 signals take.
#[test]
#[ignore = "a measurement, to be run alone"]
fn searching_20_000_signals() {
    let signals: Vec<_> = (0..20_000_usize)
        .map(|idx| {
            let parts = ["Motor", "Battery", "Brake", "Coolant", "Steering"];
            let name = format!("{}_Temp_{idx}", parts[idx % parts.len()]);
            let mut signal = info(&format!("Message_{}", idx / 20), &name, "degC");
            signal.comment = format!("Temperature number {idx} of the vehicle, filtered").into();
            signal
        })
        .collect();
    let start = Instant::now();
    let index = Index::new(signals.iter().map(entry));
    println!("{:>16}: {:?}", "index", start.elapsed());
    let all: Vec<u32> = (0..20_000).collect();
    let mut searcher = Searcher::default();
    for text in [
        "t",
        "temp",
        "mot temp",
        "0x1a0 brake 77",
        "vehicle filt",
        "btrytmp",
        "stering",
    ] {
        let start = Instant::now();
        let found = index.search(&mut searcher, text, &all);
        let elapsed = start.elapsed();
        println!("{text:>16}: {elapsed:?}, {} found", found.positions.len());
    }
}
