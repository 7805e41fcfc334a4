use canlake_shared::schema::SignalKey;

use super::*;
use crate::state::{
    AxisId, Direction, Form, LineLook, Node, PanelKind, PanelOptions, PlottedSignal,
};

fn layout() -> SavedLayout {
    let mut layout = SavedLayout {
        vehicles: vec!["EV_1".to_owned(), "EV_2".to_owned()],
        active: Some(PanelId(4)),
        cursors: [Some(Timestamp::from_ns(5)), None],
        time: Some(SavedTime {
            loaded: TimeRange::new(Timestamp::from_ns(0), Timestamp::from_ns(100)),
            visible: TimeRange::new(Timestamp::from_ns(10), Timestamp::from_ns(20)),
        }),
        zone: Some(ZoneChoice::Named("Europe/Berlin".to_owned())),
        look: Some(PlotLook {
            grid: false,
            dots: true,
            legend: true,
        }),
        ..SavedLayout::default()
    };
    let plotted = |slot, name: &str, copy| PlottedSignal {
        signal: SignalRef {
            vehicle: layout.slot_ref(slot),
            key: SignalKey::new("can0", "Drive", Some(0x100), name),
        },
        axis: AxisId {
            copy,
            ..AxisId::of_unit("km/h")
        },
        color_idx: slot,
        visible: copy == 0,
        look: LineLook {
            width: (copy == 1).then_some(2.5),
            dash: None,
            form: (copy == 1).then_some(Form::Lane),
        },
    };
    let signals = vec![plotted(0, "Speed", 0), plotted(1, "Speed", 1)];
    layout.panels = vec![
        Panel {
            id: PanelId(1),
            kind: PanelKind::Plot,
            fixed_axes: [(signals[1].axis.clone(), [0.0, 12.5])].into(),
            signals,
            own_window: Some(TimeRange::new(
                Timestamp::from_ns(12),
                Timestamp::from_ns(15),
            )),
            options: PanelOptions {
                area: Some([[0.0, 1.0], [-2.5, 2.5]]),
                bins: Some(12),
                ..PanelOptions::default()
            },
        },
        Panel {
            id: PanelId(4),
            kind: PanelKind::Table,
            signals: vec![plotted(0, "Torque", 0)],
            fixed_axes: [].into(),
            own_window: None,
            options: PanelOptions::default(),
        },
    ];
    layout.arrangement = Layout::from(Node::Split {
        direction: Direction::Row,
        children: vec![
            (2.0, Node::Panel(PanelId(1))),
            (1.0, Node::Panel(PanelId(4))),
        ],
    });
    let [one, other] = ["Drive.Speed", "Car.V"].map(|text| text.parse().unwrap());
    layout.namesakes.add(&one, &other);
    layout
}

#[test]
fn a_layout_reads_back_as_it_was() {
    let layout = layout();
    let text = layout.to_text();
    let (read, skipped) = SavedLayout::from_bytes(text.as_bytes()).unwrap();
    assert_eq!(skipped, [""; 0]);
    assert_eq!(read, layout);
    assert_eq!(read.to_text(), text);
    let (read, _) = SavedLayout::from_bytes(layout.to_line().as_bytes()).unwrap();
    assert_eq!(read, layout);
    let empty = SavedLayout::default();
    let (read, _) = SavedLayout::from_bytes(empty.to_text().as_bytes()).unwrap();
    assert_eq!(read, empty);
}

#[test]
fn people_can_read_it() {
    let text = layout().to_text();
    assert!(
        text.starts_with("{\n  \"canlake_layout\": 1,\n  \"writer\": \"canlake "),
        "{text}"
    );
    for part in [
        r#""key": "can0:Drive[0x100].Speed""#,
        r#""slot": 1"#,
        r#""vehicles": ["#,
        r#""a": "1970-01-01T00:00:00.000000005Z""#,
    ] {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert!(!text.contains("source_id"), "{text}");
}

#[test]
fn the_example_of_the_format_is_one() {
    let doc = include_str!("mod.rs");
    let example: String = doc
        .lines()
        .skip_while(|line| !line.contains("```json"))
        .skip(1)
        .take_while(|line| !line.contains("```"))
        .map(|line| line.trim_start_matches("//!"))
        .collect();
    let example = example.replace(
        r#"["…", "…"]"#,
        r#"["2026-03-04T00:00:00Z", "2026-03-05T00:00:00Z"]"#,
    );
    let (layout, skipped) = SavedLayout::from_bytes(example.as_bytes()).unwrap();
    assert_eq!(skipped, [""; 0]);
    assert_eq!(layout.panels.len(), 1);
    assert_eq!(layout.panels[0].fixed_axes.len(), 1);
    assert!(layout.cursors[0].is_some() && layout.time.is_some());
}

fn error(text: &str) -> String {
    let error = SavedLayout::from_bytes(text.as_bytes()).unwrap_err();
    canlake_shared::error_chain(&error)
}

#[test]
fn other_texts_are_refused_with_one_reason() {
    let future = r#"{"canlake_layout": 7, "panels": "in another way"}"#;
    assert_eq!(
        error(future),
        "the layout is of version 7, this program reads up to 1; update it to open the layout"
    );
    let whole = layout().to_text();
    for cut in [0, 1, 20, whole.len() / 2, whole.len() - 3] {
        let text = error(whole.get(..cut).unwrap());
        assert!(text.contains("damaged"), "{text}");
    }
    for text in [
        "[]",
        "{}",
        "1",
        r#"{"canlake_layout": "1"}"#,
        r#"{"version": 1}"#,
    ] {
        assert!(error(text).contains("no canlake_layout"), "{}", error(text));
    }
    let rubbish = vec![b'['; 10 << 20];
    let refused = SavedLayout::from_bytes(&rubbish).unwrap_err();
    assert!(matches!(refused, LayoutError::TooLarge { .. }), "{refused}");
    let deep = "[".repeat(SavedLayout::MAX_BYTES);
    assert!(error(&deep).contains("damaged"));
    assert!(matches!(
        SavedLayout::from_bytes(&[0xFF, 0xFE]),
        Err(LayoutError::NotText)
    ));
}

#[test]
fn what_does_not_fit_is_left_out_and_named() {
    let text = r#"{
        "canlake_layout": 1, "a later field": {"x": [1, 2]},
        "vehicles": "EV_1",
        "panels": [
            {"id": 0, "kind": "plot", "new": true, "signals": [
                {"vehicle": {"slot": 0}, "key": "M.S", "axis": {"unit": "V"}, "later": 1},
                {"vehicle": {"slot": 0}, "key": "a:b:c", "axis": {"unit": "V"}},
                {"vehicle": {"slot": 4000000000}, "key": "M.S", "axis": {"unit": "V"}},
                {"vehicle": 3, "key": "M.S", "axis": {"unit": "V"}},
                17],
             "axes": [{"axis": {"unit": "V"}, "range": [1.0, 0.0]}, {"axis": "V"}]},
            {"id": 0, "kind": "plot"},
            {"id": 4000000000, "kind": "plot"},
            {"id": 1, "kind": "hologram"},
            {"kind": "plot"},
            null,
            {"id": 2, "kind": "table"}],
        "arrangement": {"tabs": "left"},
        "active": -1,
        "analysis": [],
        "namesakes": [["M.S"]], "zone": {"named": "Nowhere/City"},
        "cursors": {"a": "yesterday", "b": "2026-03-04T00:00:00Z"},
        "time": {"loaded": ["2026-03-04T00:00:00Z", "2026-03-03T00:00:00Z"]}
    }"#;
    let (layout, skipped) = SavedLayout::from_bytes(text.as_bytes()).unwrap();
    let ids: Vec<_> = layout.panels.iter().map(|panel| panel.id.0).collect();
    assert_eq!(ids, [0, 2]);
    assert_eq!(layout.panels[0].signals.len(), 1);
    assert!(layout.panels[0].fixed_axes.is_empty());
    assert!(layout.cursors[0].is_none() && layout.cursors[1].is_some());
    let all = skipped.join("\n");
    for what in [
        "vehicles:",
        "panel 1, signals 2:",
        "panel 1, signals 3:",
        "panel 1, signals 5:",
        "panel 1, axes 2:",
        "panel 2:",
        "panel 3:",
        "panel 4:",
        "hologram",
        "panel 5:",
        "panel 6:",
        "arrangement:",
        "active:",
        "analysis:",
        "namesakes:",
        "Nowhere/City",
        "yesterday",
        "time:",
    ] {
        assert!(all.contains(what), "{what} in {all}");
    }
}

#[test]
fn a_layout_of_a_million_parts_is_cut() {
    let panel = r#"{"id":0,"kind":"plot"},"#;
    let many = format!(
        r#"{{"canlake_layout":1,"panels":[{}null]}}"#,
        panel.repeat(150_000)
    );
    assert!(many.len() < SavedLayout::MAX_BYTES);
    let (layout, skipped) = SavedLayout::from_bytes(many.as_bytes()).unwrap();
    assert_eq!(layout.panels.len(), 1);
    assert!(skipped.len() < 30 && skipped.last().unwrap().contains("more"));
}

#[test]
fn a_number_that_json_cannot_hold_costs_its_part_alone() {
    let mut layout = layout();
    let axis = layout.panels[0].signals[0].axis.clone();
    layout.panels[0].fixed_axes.insert(axis, [f64::NAN, 1.0]);
    let same = |panel| with_references::<Panel>(panel, &mut |it| it, &mut |it| it);
    assert!(same(&layout.panels[0]).is_none());
    assert_eq!(same(&layout.panels[1]).as_ref(), Some(&layout.panels[1]));
    // What was written of it is read up to that range.
    let (read, skipped) = SavedLayout::from_bytes(layout.to_text().as_bytes()).unwrap();
    assert_eq!(read.panels.len(), 2);
    assert_eq!(skipped.len(), 1, "{skipped:?}");
}
