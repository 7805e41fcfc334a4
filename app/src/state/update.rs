//! What the user wants: commands to changes of the state and work for others.

use std::collections::BTreeSet;

use canlake_shared::time::TimeRange;

use super::arranging::switch;
use super::measure::Step;
use super::{
    AppState, Cursor, Dialog, Effect, ExportKind, History, PanelKind, Place, RangeChoice,
    Selection, Severity, SignalRef, TimeWindow, VehicleRef, axis_of,
};
use crate::command::{Action, Command, PlotTarget};
use crate::share::Kind;

impl AppState {
    /// Carries out a command. What cannot be done at once comes back as effects, in order.
    pub fn update(&mut self, command: Command) -> Vec<Effect> {
        self.computations.is_due |= !command.is_look();
        let mut effects = self.carry_out(command);
        effects.extend(self.follow_overlays());
        effects
    }

    fn carry_out(&mut self, command: Command) -> Vec<Effect> {
        match command {
            Command::Run(action) => self.run(action),
            Command::Open(texts) => self.open(&texts),
            Command::DecodeWith { source, dbc } => self.decode_with(source, dbc),
            Command::ChooseDbc(source) => {
                self.dialog = Some(Dialog::ChooseDbc(source));
                Vec::new()
            }
            Command::PickDbc(source) => vec![Effect::PickDbc(source)],
            Command::AddDbc(source, path) => {
                self.offer_dbc(source, vec![path]);
                Vec::new()
            }
            Command::CloseSource(source) => self.close_source(source),
            Command::ReloadSource(source) => self.reload_source(source),
            Command::SelectVehicle(vehicle) => {
                self.selection = Some(Selection {
                    vehicle,
                    session: None,
                });
                Vec::new()
            }
            Command::SelectSession(idx) => {
                if let Some(selection) = &mut self.selection {
                    selection.session = Some(idx);
                }
                self.choose_range(RangeChoice::Session)
            }
            Command::ChooseRange(choice) => self.choose_range(choice),
            Command::Plot { signals, target } => self.plot(signals, target),
            Command::Compare(command) => self.compare(command),
            Command::Computed(command) => self.change_computed(command),
            Command::Events(command) => self.change_events(command),
            Command::Export(command) => self.change_exports(command),
            Command::Memory(command) => {
                self.change_memory(command);
                self.load_missing()
            }
            Command::Share(command) => self.update_sharing(command),
            Command::Note(command) => self.update_notes(command),
            Command::Inspector(command) => self.update_inspector(command),
            Command::Layout(command) => self.update_layouts(command),
            Command::Signals(command) => self.update_signals(command),
            Command::Partial(command) => self.update_partial(command),
            Command::Cancel(job) => self.cancel(job),
            Command::Answer(notice, choice) => {
                let command = self.notices.answer(notice, choice);
                command.map_or_else(Vec::new, |command| self.carry_out(command))
            }
            layout => {
                self.change_layout(layout);
                self.drop_unused()
            }
        }
    }

    /// Commands that need nobody else.
    fn change_layout(&mut self, command: Command) {
        let workspace = &mut self.workspace;
        match command {
            Command::Unplot(panel, signal) => self.unplot(panel, &signal),
            Command::ToggleSignal(panel, signal) => workspace.toggle(panel, &signal),
            Command::SoloSignal(panel, signal) => workspace.solo(panel, &signal),
            Command::SetLayout(layout) => workspace.set_layout(layout),
            Command::SelectSignal(signal) => self.select_signal(signal),
            Command::PlaceCursor(instant) => self.cursors.place(instant),
            Command::JumpTo(instant) => self.jump_to_instant(instant),
            Command::TakeBackCursor => self.cursors.take_back(),
            Command::ActivatePanel(panel) => workspace.activate(panel),
            Command::Panel(panel, command) => self.change_panel(panel, command),
            Command::ClosePanel(panel) => workspace.close_panel(panel),
            Command::SetAxis(panel, axis, range) => workspace.set_axis(panel, axis, range),
            Command::FitAxis(panel, axis) => workspace.fit_axis(panel, &axis),
            Command::SetWindow(range) => {
                if let Some(window) = &mut self.window {
                    window.set(range);
                }
            }
            Command::EndGesture => self.rest(),
            Command::Hover(instant) => self.hovered = instant,
            Command::ReadOut(is_read_out) => self.is_read_out = is_read_out,
            Command::DismissNotice(id) => self.notices.dismiss(id),
            Command::ClearNotices => self.notices.clear(),
            Command::SetTheme(theme) => self.settings.theme = theme,
            Command::SwapDrags(swap) => self.settings.swap_drags = swap,
            Command::SetZone(zone) => self.settings.zone = zone,
            Command::CloseDialog => {
                self.forget_question();
                self.link = None;
                self.dialog = None;
            }
            // Carried out by `update`.
            Command::Run(_)
            | Command::Open(_)
            | Command::DecodeWith { .. }
            | Command::ChooseDbc(_)
            | Command::PickDbc(_)
            | Command::AddDbc(..)
            | Command::CloseSource(_)
            | Command::ReloadSource(_)
            | Command::SelectVehicle(_)
            | Command::SelectSession(_)
            | Command::ChooseRange(_)
            | Command::Plot { .. }
            | Command::Compare(_)
            | Command::Computed(_)
            | Command::Events(_)
            | Command::Export(_)
            | Command::Memory(_)
            | Command::Share(_)
            | Command::Note(_)
            | Command::Inspector(_)
            | Command::Signals(_)
            | Command::Partial(_)
            | Command::Cancel(_)
            | Command::Answer(..)
            | Command::Layout(_) => {}
        }
    }

    fn run(&mut self, action: Action) -> Vec<Effect> {
        let settings = &mut self.settings;
        match action {
            Action::OpenFiles => return vec![Effect::PickFiles],
            Action::OpenFolder => return vec![Effect::PickFolder],
            Action::OpenDemo => return self.open_demo(),
            Action::DecodeAgain => self.ask_to_decode_again(),
            Action::OpenLayout => self.dialog = Some(Dialog::OpenLayout),
            Action::SaveLayout => return self.save_layout(),
            Action::SaveLayoutAs => self.ask_where_to_save_layout(),
            Action::NoteHere => self.note_here(),
            Action::ShowNotes => self.dialog = Some(Dialog::Notes),
            Action::CopyLink => self.copy_link(),
            Action::CopyAsPandas => return self.copy_active_as(Kind::Pandas),
            Action::CopyAsPolars => return self.copy_active_as(Kind::Polars),
            Action::CopyAsDuckDb => return self.copy_active_as(Kind::DuckDb),
            Action::CopyAsCommand => return self.copy_active_as(Kind::Command),
            Action::Export => self.ask_for_export(None),
            Action::ExportPng => self.ask_for_export(Some(ExportKind::Png)),
            Action::CancelWork => return self.cancel_all(),
            Action::LoadRest => return self.load_all_rest(),
            Action::Quit => return vec![Effect::Quit],
            Action::ToggleFullScreen => return vec![Effect::ToggleFullScreen],
            Action::FitAll => self.fit_all(),
            Action::FitY => self.fit_y(),
            Action::FitSelection => self.fit_selection(),
            Action::ZoomIn => self.zoom(0.5),
            Action::ZoomOut => self.zoom(2.0),
            Action::PanLeft if self.cursors.active_instant().is_some() => {
                self.step(Step::Samples(-1));
            }
            Action::PanRight if self.cursors.active_instant().is_some() => {
                self.step(Step::Samples(1));
            }
            Action::PanLeft => self.pan(-0.2),
            Action::PanRight => self.pan(0.2),
            Action::PanUp => self.pan_values(0.2),
            Action::PanDown => self.pan_values(-0.2),
            Action::PreviousSample => self.step(Step::Samples(-1)),
            Action::NextSample => self.step(Step::Samples(1)),
            Action::TenBack => self.step(Step::Samples(-10)),
            Action::TenOn => self.step(Step::Samples(10)),
            Action::PreviousChange => self.step(Step::PreviousChange),
            Action::NextChange => self.step(Step::NextChange),
            Action::PreviousGap => self.jump_to_gap(false),
            Action::NextGap => self.jump_to_gap(true),
            Action::CursorA => self.toggle_cursor(Cursor::A),
            Action::CursorB => self.toggle_cursor(Cursor::B),
            Action::RangeFromCursors => self.show_between_cursors(),
            Action::UndoZoom => self.undo_zoom(History::undo),
            Action::RedoZoom => self.undo_zoom(History::redo),
            Action::Undo => return self.undo(History::undo),
            Action::Redo => return self.undo(History::redo),
            Action::Compare => self.ask_what_to_compare(),
            Action::NudgeEarlier => self.nudge_overlay(-1),
            Action::NudgeLater => self.nudge_overlay(1),
            Action::StopComparing => return self.remove_overlays(),
            Action::NewComputed => self.dialog = Some(Dialog::Computed(None)),
            Action::Subtract => return self.subtract_plotted(),
            Action::NextEvent => self.step_event(true),
            Action::PreviousEvent => self.step_event(false),
            Action::Palette => self.dialog = Some(Dialog::Palette),
            Action::ChooseZone => self.dialog = Some(Dialog::Zone),
            Action::ToggleGrid
            | Action::ToggleDots
            | Action::ToggleLegend
            | Action::ToggleSideBar
            | Action::ToggleInspector
            | Action::ZoneUtc
            | Action::ZoneLocal
            | Action::ZoneRelative
            | Action::ToggleTheme => switch(settings, action),
            Action::SearchSignals => {
                settings.side_bar = true;
                self.search_requested = true;
            }
            Action::ShowKeys => self.dialog = Some(Dialog::Keys),
            Action::ShowNotices => self.dialog = Some(Dialog::Notices),
            Action::ShowMemory => self.dialog = Some(Dialog::Memory),
            Action::ShowSettings => self.dialog = Some(Dialog::Settings),
            Action::ShowAbout => self.dialog = Some(Dialog::About),
            // All others are about panels.
            _ => return self.arrange(action),
        }
        Vec::new()
    }

    fn zoom(&mut self, factor: f64) {
        let hovered = self.hovered;
        self.change_window(|window| {
            let visible = window.visible();
            let middle = visible.start + visible.duration_ns() / 2;
            let centre = hovered
                .filter(|instant| visible.contains(*instant))
                .unwrap_or(middle);
            window.set(window.zoomed(factor, centre));
        });
    }

    fn pan(&mut self, share: f64) {
        self.change_window(|window| {
            let visible = window.visible();
            let shift = (visible.duration_ns() as f64 * share) as i64;
            window.set(TimeRange::new(visible.start + shift, visible.end + shift));
        });
    }

    pub(super) fn plot(&mut self, signals: Vec<SignalRef>, target: PlotTarget) -> Vec<Effect> {
        let workspace = &mut self.workspace;
        let mut panel = match target {
            PlotTarget::Panel(panel) | PlotTarget::NewAxis(panel) | PlotTarget::Axis(panel, _) => {
                panel
            }
            PlotTarget::NewPanel | PlotTarget::EachInNewPanel => {
                workspace.add_panel(PanelKind::Plot, Place::Below)
            }
            PlotTarget::Beside(at, side) => {
                workspace.add_panel(PanelKind::Plot, Place::Beside(at, side))
            }
            PlotTarget::NewTab => workspace.add_panel(PanelKind::Plot, Place::Tab),
            PlotTarget::Active => match workspace.active_for_signals() {
                Some(active) => active,
                None => workspace.add_panel(PanelKind::Plot, Place::Below),
            },
        };
        self.workspace.activate(panel);
        let is_first = !self.workspace.has_signals();
        let mut vehicles = BTreeSet::new();
        let compared = signals.clone();
        for signal in signals {
            let Some(info) = self.signal_info(&signal) else {
                continue;
            };
            let axis = axis_of(info);
            vehicles.insert(signal.vehicle.clone());
            let other_half = self.other_half_for_track(panel, &signal);
            self.select_signal(signal.clone());
            match target {
                PlotTarget::NewAxis(_) => self.workspace.plot_on_new_axis(panel, &signal, &axis),
                PlotTarget::Axis(_, at) => self.workspace.plot_on_axis(panel, &signal, axis, at),
                PlotTarget::EachInNewPanel => {
                    // The panel that was added for the first takes one signal, too.
                    let is_taken = self
                        .workspace
                        .panel(panel)
                        .is_none_or(|it| !it.signals.is_empty());
                    if is_taken {
                        panel = self.workspace.add_panel(PanelKind::Plot, Place::Below);
                    }
                    self.workspace.plot(panel, signal, axis);
                }
                _ => self.workspace.plot(panel, signal, axis),
            }
            if let Some((signal, axis)) = other_half {
                self.workspace.plot(panel, signal, axis);
            }
        }
        self.plot_counterparts(panel, &compared);
        let Some(shown) = self.window.as_ref().map(TimeWindow::extent) else {
            return self.choose_range(RangeChoice::Session);
        };
        let is_absent = |vehicle: &&VehicleRef| {
            let range = self.vehicle(vehicle).map(|vehicle| vehicle.range);
            range.is_none_or(|range| !range.overlaps(shown))
        };
        if let Some(vehicle) = vehicles.iter().find(is_absent) {
            // Where nothing else is plotted, nothing has to stay where it is.
            if is_first {
                return self.choose_range(RangeChoice::Session);
            }
            let title = format!(
                "{} has no data in the time shown; choose one of its sessions to see it",
                vehicle.vehicle
            );
            self.notices.add(Severity::Warning, title, "");
        }
        self.load_missing()
    }
}
