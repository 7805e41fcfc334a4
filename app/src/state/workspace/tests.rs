use canlake_shared::schema::SignalKey;

use super::*;
use crate::state::{AxisId, SourceId, VehicleRef};

fn signal(name: &str) -> SignalRef {
    SignalRef {
        vehicle: VehicleRef::new(SourceId(0), "V"),
        key: SignalKey::new("", "M", None, name),
    }
}

fn axis(unit: &str) -> AxisId {
    AxisId::of_unit(unit)
}

fn first(workspace: &Workspace) -> &Panel {
    workspace.panels().next().unwrap()
}

#[test]
fn a_signal_is_in_a_panel_once_and_keeps_its_colour() {
    let mut workspace = Workspace::default();
    let id = workspace.add_panel(PanelKind::Plot, Place::Below);
    for name in ["a", "b", "a", "c"] {
        workspace.plot(id, signal(name), axis("V"));
    }
    workspace.unplot(id, &signal("a"));
    let colors: Vec<_> = first(&workspace)
        .signals
        .iter()
        .map(|plotted| plotted.color_idx)
        .collect();
    assert_eq!(colors, [1, 2]);
    workspace.plot(id, signal("d"), axis("V"));
    assert_eq!(first(&workspace).signals[2].color_idx, 0);
}

#[test]
fn colours_go_on_across_panels_and_begin_again_before_lines_are_dashed() {
    let mut workspace = Workspace::default();
    let fill = |workspace: &mut Workspace, names: std::ops::Range<usize>| {
        let id = workspace.add_panel(PanelKind::Plot, Place::Below);
        for name in names {
            workspace.plot(id, signal(&name.to_string()), axis("V"));
        }
        let signals = &workspace.panel(id).unwrap().signals;
        signals.iter().map(|it| it.color_idx).collect::<Vec<_>>()
    };
    assert_eq!(fill(&mut workspace, 0..3), [0, 1, 2]);
    assert_eq!(fill(&mut workspace, 3..8), [3, 4, 5, 6, 7]);
    // What is plotted elsewhere keeps its colour; the others are told apart from it.
    assert_eq!(fill(&mut workspace, 7..10), [7, 0, 1]);
    let many = fill(&mut workspace, 20..30);
    assert_eq!(many, (0..10).collect::<Vec<_>>());
}

#[test]
fn signals_of_one_unit_get_axes_of_their_own_when_asked() {
    let mut workspace = Workspace::default();
    let id = workspace.add_panel(PanelKind::Plot, Place::Below);
    workspace.plot(id, signal("a"), axis("V"));
    workspace.plot(id, signal("b"), axis("V"));
    assert_eq!(first(&workspace).axes().len(), 1);
    workspace.plot_on_new_axis(id, &signal("b"), &axis("V"));
    workspace.plot_on_new_axis(id, &signal("c"), &axis("V"));
    let axes: Vec<_> = first(&workspace).axes().into_iter().cloned().collect();
    assert_eq!(axes.len(), 3);
    assert!(axes.iter().all(|axis| axis.unit() == "V"));
    // Taken off an axis that it was put on by hand, a signal is back on one of its own unit.
    workspace.plot(id, signal("d"), axis("A"));
    let units = |workspace: &Workspace| -> Vec<String> {
        let signals = first(workspace).signals.iter();
        signals.map(|it| it.axis.unit().to_owned()).collect()
    };
    workspace.move_to_axis(id, &signal("a"), Some(axis("A")), &axis("V"));
    assert_eq!(units(&workspace), ["A", "V", "V", "A"]);
    workspace.move_to_axis(id, &signal("a"), None, &axis("V"));
    assert_eq!(units(&workspace), ["V", "V", "V", "A"]);
}

#[test]
fn solo_and_back() {
    let mut workspace = Workspace::default();
    let id = workspace.add_panel(PanelKind::Plot, Place::Below);
    for name in ["a", "b"] {
        workspace.plot(id, signal(name), axis("V"));
    }
    let visible = |workspace: &Workspace| -> Vec<bool> {
        first(workspace)
            .signals
            .iter()
            .map(|plotted| plotted.visible)
            .collect()
    };
    workspace.solo(id, &signal("b"));
    assert_eq!(visible(&workspace), [false, true]);
    workspace.solo(id, &signal("b"));
    assert_eq!(visible(&workspace), [true, true]);
}

#[test]
fn stack_and_overlay_keep_all_signals() {
    let mut workspace = Workspace::default();
    let id = workspace.add_panel(PanelKind::Plot, Place::Below);
    for name in ["a", "b", "c"] {
        workspace.plot(id, signal(name), axis("V"));
    }
    workspace.stack_or_overlay();
    assert_eq!(workspace.panels().count(), 3);
    workspace.stack_or_overlay();
    assert_eq!(workspace.panels().count(), 1);
    assert_eq!(workspace.signals().len(), 3);
}

#[test]
fn stacking_leaves_tables_and_other_tabs_alone() {
    let mut workspace = Workspace::default();
    let hidden = workspace.add_panel(PanelKind::Plot, Place::Tab);
    workspace.plot(hidden, signal("x"), axis("V"));
    let id = workspace.add_panel(PanelKind::Plot, Place::Tab);
    let table = workspace.add_panel(PanelKind::Table, Place::Beside(id, Side::Right));
    for name in ["a", "b"] {
        workspace.plot(id, signal(name), axis("V"));
        workspace.plot(table, signal(name), axis("V"));
    }
    workspace.stack_or_overlay();
    let kinds: Vec<_> = workspace.panels().map(|panel| panel.kind).collect();
    assert_eq!(
        kinds,
        [
            PanelKind::Plot,
            PanelKind::Plot,
            PanelKind::Plot,
            PanelKind::Table
        ]
    );
    assert_eq!(workspace.panel(hidden).unwrap().signals.len(), 1);
    assert_eq!(workspace.panel(table).unwrap().signals.len(), 2);
}

#[test]
fn the_active_panel_is_always_seen() {
    let mut workspace = Workspace::default();
    let first = workspace.add_panel(PanelKind::Plot, Place::Tab);
    let second = workspace.add_panel(PanelKind::Plot, Place::Tab);
    assert_eq!(workspace.active(), Some(second));
    workspace.cycle_tabs(true);
    assert_eq!(workspace.active(), Some(first));
    workspace.duplicate(first);
    assert_eq!(workspace.layout().seen().len(), 2);
    workspace.close_panel(second);
    assert_eq!(workspace.layout().tabs().len(), 1);
    workspace.clear();
    assert_eq!(workspace.active(), None);
}

#[test]
fn axes_only_take_ranges() {
    let mut workspace = Workspace::default();
    let id = workspace.add_panel(PanelKind::Plot, Place::Below);
    workspace.plot(id, signal("a"), axis("V"));
    workspace.set_axis(id, axis("V"), [1.0, 1.0]);
    workspace.set_axis(id, axis("V"), [f64::NAN, 1.0]);
    assert!(first(&workspace).fixed_axes.is_empty());
    workspace.set_axis(id, axis("V"), [0.0, 1.0]);
    workspace.unplot(id, &signal("a"));
    assert!(first(&workspace).fixed_axes.is_empty());
}
