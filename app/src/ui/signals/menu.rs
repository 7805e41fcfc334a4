//! The menus of the tree.

use std::sync::Arc;

use egui::Ui;

use super::Wish;
use super::rows::GroupId;
use crate::command::PlotTarget;
use crate::state::{ComputedCommand, SignalRef};
use crate::ui::drop;

/// The menu of chosen signals, and what was chosen of it. Of those in `partial` samples are missing; `definition` is the position of a computed
/// signal.
pub(super) fn signals(
    ui: &mut Ui,
    signals: &[SignalRef],
    partial: Vec<SignalRef>,
    is_favourite: bool,
    definition: Option<usize>,
) -> Option<Wish> {
    let mut wish = None;
    let refusal = drop::too_many(signals.len());
    ui.add_enabled_ui(refusal.is_none(), |ui| {
        let each = (signals.len() > 1)
            .then_some(("Plot each in its own panel", PlotTarget::EachInNewPanel));
        let targets = [
            ("Plot here", PlotTarget::Active),
            ("Plot in a new panel", PlotTarget::NewPanel),
            ("Plot in a new tab", PlotTarget::NewTab),
        ];
        for (label, target) in targets.into_iter().chain(each) {
            if ui.button(label).clicked() {
                wish = Some(Wish::Plot(signals.to_vec(), target));
            }
        }
    });
    if let Some(refusal) = refusal {
        ui.weak(refusal);
    }
    ui.separator();
    if !partial.is_empty() && ui.button("Load the rest").clicked() {
        wish = Some(Wish::LoadRest(partial));
    }
    if let [only] = signals
        && ui.button("Inspect").clicked()
    {
        wish = Some(Wish::Inspect(only.clone()));
    }
    let label = if is_favourite {
        "Remove from the favourites"
    } else {
        "Add to the favourites"
    };
    if ui.button(label).clicked() {
        wish = Some(Wish::Mark(signals.to_vec(), !is_favourite));
    }
    let label = if signals.len() == 1 {
        "Copy name"
    } else {
        "Copy names"
    };
    if ui.button(label).clicked() {
        let names: Vec<_> = signals.iter().map(|it| it.key.to_string()).collect();
        wish = Some(Wish::Copy(names.join("\n")));
    }
    if let ([only], Some(at)) = (signals, definition) {
        ui.separator();
        if ui.button("Edit…").clicked() {
            wish = Some(Wish::Computed(ComputedCommand::Edit(Some(at))));
        }
        if ui.button("Remove definition").clicked() {
            let name = Arc::clone(&only.key.signal);
            wish = Some(Wish::Computed(ComputedCommand::Remove(name)));
        }
    }
    if wish.is_some() {
        ui.close();
    }
    wish
}

/// The menu of a heading, and what was chosen of it.
pub(super) fn group(ui: &mut Ui, id: &GroupId, signals: &[SignalRef]) -> Option<Wish> {
    let mut wish = None;
    let refusal = drop::too_many(signals.len());
    let whose = match id {
        GroupId::Message(_) => "all signals of this message",
        GroupId::Favourites => "all favourites",
        GroupId::Computed => "all computed signals",
    };
    ui.add_enabled_ui(refusal.is_none(), |ui| {
        for (place, target) in [
            ("in one plot", PlotTarget::NewPanel),
            ("each in its own panel", PlotTarget::EachInNewPanel),
        ] {
            if ui.button(format!("Plot {whose} {place}")).clicked() {
                wish = Some(Wish::Plot(signals.to_vec(), target));
            }
        }
    });
    if let Some(refusal) = refusal {
        ui.weak(refusal);
    }
    ui.separator();
    if ui.button("Choose them").clicked() {
        wish = Some(Wish::Pick(signals.to_vec()));
    }
    if *id == GroupId::Computed && ui.button("New computed signal…").clicked() {
        wish = Some(Wish::Computed(ComputedCommand::Edit(None)));
    }
    if let GroupId::Message(name) = id
        && ui.button("Copy name").clicked()
    {
        wish = Some(Wish::Copy(name.to_string()));
    }
    ui.separator();
    for (label, all) in [("Fold all", Wish::FoldAll), ("Open all", Wish::OpenAll)] {
        if ui.button(label).clicked() {
            wish = Some(all);
        }
    }
    if wish.is_some() {
        ui.close();
    }
    wish
}
