use canlake_shared::schema::SignalKey;

use super::*;
use crate::state::{Place, SourceId, VehicleRef};

fn signal(name: &str) -> SignalRef {
    SignalRef {
        vehicle: VehicleRef::new(SourceId(0), "V"),
        key: SignalKey::new("", "M", None, name),
    }
}

/// A plot with `volt` on the first axis, `amp` and `amp2` on the second, and an empty table.
fn state() -> (AppState, PanelId, PanelId) {
    let mut state = AppState::default();
    let plot = state.workspace.add_panel(PanelKind::Plot, Place::Below);
    for (name, unit) in [("volt", "V"), ("amp", "A"), ("amp2", "A")] {
        state
            .workspace
            .plot(plot, signal(name), AxisId::of_unit(unit));
    }
    let table = state.workspace.add_panel(PanelKind::Table, Place::Below);
    (state, plot, table)
}

fn dragged(names: &[&str]) -> DraggedSignals {
    DraggedSignals::new(names.iter().map(|name| signal(name)).collect())
}

#[test]
fn what_a_drop_does_is_said_before() {
    let (state, plot, table) = state();
    let said = |names: &[&str], target| judge(&state, &dragged(names), target, false).unwrap();
    assert_eq!(said(&["x"], PlotTarget::Panel(plot)), "Add to this plot");
    assert_eq!(
        said(&["x", "y"], PlotTarget::Panel(plot)),
        "Add 2 signals to this plot"
    );
    assert_eq!(
        said(&["x", "volt"], PlotTarget::Panel(plot)),
        "Add 1 of 2 signals to this plot; the others are there"
    );
    assert_eq!(
        said(&["volt"], PlotTarget::Panel(table)),
        "Add to this table"
    );
    assert_eq!(
        said(&["x"], PlotTarget::NewAxis(plot)),
        "Plot on a new axis"
    );
    assert_eq!(
        said(&["x"], PlotTarget::Axis(plot, 1)),
        "Add to the axis of A"
    );
    let above = PlotTarget::Beside(plot, Side::Top);
    assert_eq!(
        said(&["x", "y"], above),
        "Plot 2 signals in a new plot above"
    );
    assert_eq!(said(&["x"], PlotTarget::NewTab), "Plot in a new tab");
}

#[test]
fn a_refused_drop_says_why() {
    let (state, plot, _) = state();
    let refused =
        |names: &[&str], target| judge(&state, &dragged(names), target, false).unwrap_err();
    assert_eq!(
        refused(&["volt"], PlotTarget::Panel(plot)),
        "already in this plot"
    );
    assert_eq!(
        refused(&["volt", "amp"], PlotTarget::Panel(plot)),
        "all of them are in this plot"
    );
    assert_eq!(
        refused(&["amp"], PlotTarget::Axis(plot, 1)),
        "already on this axis"
    );
    assert_eq!(
        refused(&["volt"], PlotTarget::NewAxis(plot)),
        "already on an axis of its own"
    );
    // One of two on an axis gets another; from another unit it joins.
    assert!(judge(&state, &dragged(&["amp"]), PlotTarget::NewAxis(plot), false).is_ok());
    assert!(
        judge(
            &state,
            &dragged(&["volt"]),
            PlotTarget::Axis(plot, 1),
            false
        )
        .is_ok()
    );
    let many: Vec<String> = (0..33).map(|idx| idx.to_string()).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(
        refused(&many, PlotTarget::NewTab),
        "33 signals at once are too many: choose 32 or fewer"
    );
    let mut state = state.clone();
    let events = state.workspace.add_panel(PanelKind::Events, Place::Below);
    let verdict = judge(
        &state,
        &dragged(&["volt"]),
        PlotTarget::Panel(events),
        false,
    );
    assert!(verdict.unwrap_err().contains("takes no signals"));
}

#[test]
fn what_comes_from_a_legend_moves_or_is_copied() {
    let (state, plot, table) = state();
    let moved = DraggedSignals {
        from: Some(plot),
        ..dragged(&["volt"])
    };
    let said = |copies| judge(&state, &moved, PlotTarget::Panel(table), copies);
    assert_eq!(said(false).unwrap(), "Move to this table");
    assert_eq!(said(true).unwrap(), "Copy to this table");
}

#[test]
fn edges_strips_and_the_middle_of_a_panel_are_told_apart() {
    let (state, plot, table) = state();
    let rect = Rect::from_min_size(pos2(100.0, 100.0), vec2(400.0, 200.0));
    let target = |panel: PanelId, strip: Option<&AxisStrip>, x: f32, y: f32| {
        let panel = state.workspace.panel(panel).unwrap();
        target_in_panel(panel, rect, strip, [40.0, 60.0], pos2(x, y)).target
    };
    assert_eq!(target(plot, None, 300.0, 200.0), PlotTarget::Panel(plot));
    assert_eq!(target(plot, None, 110.0, 200.0), PlotTarget::NewAxis(plot));
    let beside = |panel, side| PlotTarget::Beside(panel, side);
    assert_eq!(target(plot, None, 300.0, 105.0), beside(plot, Side::Top));
    assert_eq!(target(plot, None, 300.0, 295.0), beside(plot, Side::Bottom));
    // Left and right of what is between the axes.
    let left = beside(plot, Side::Left);
    assert_eq!(target(plot, None, 150.0, 200.0), left);
    let right = beside(plot, Side::Right);
    assert_eq!(target(plot, None, 430.0, 200.0), right);
    assert_eq!(target(plot, None, 180.0, 200.0), PlotTarget::Panel(plot));
    assert_eq!(target(table, None, 110.0, 200.0), beside(table, Side::Left));
    assert_eq!(target(table, None, 150.0, 200.0), PlotTarget::Panel(table));
    let strip = |unit: &str| AxisStrip {
        panel: plot,
        axis: AxisId::of_unit(unit),
        rect,
        pass: 0,
    };
    // The first axis makes a new one, a further one is joined.
    let first = strip("V");
    assert_eq!(
        target(plot, Some(&first), 110.0, 200.0),
        PlotTarget::NewAxis(plot)
    );
    let second = strip("A");
    assert_eq!(
        target(plot, Some(&second), 490.0, 200.0),
        PlotTarget::Axis(plot, 1)
    );
}
