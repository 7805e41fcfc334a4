//! What the user does with signals of the tree and of legends, beside drawing them.

use canlake_shared::schema::SignalKey;

use super::{AppState, Effect, PanelId, SignalRef, favourites};
use crate::command::PlotTarget;

/// What the user wants with signals.
#[derive(Clone, Debug, PartialEq)]
pub enum SignalsCommand {
    /// Mark signals as favourites, or take the mark from them.
    Mark(Vec<SignalKey>, bool),
    /// Take signals out of a panel and draw them elsewhere.
    Move {
        /// Out of this panel.
        from: PanelId,
        /// In this order.
        signals: Vec<SignalRef>,
        /// Where to.
        target: PlotTarget,
    },
}

impl AppState {
    pub(super) fn update_signals(&mut self, command: SignalsCommand) -> Vec<Effect> {
        match command {
            SignalsCommand::Mark(keys, is_favourite) => {
                favourites::mark(&mut self.settings.favourites, &keys, is_favourite);
                Vec::new()
            }
            SignalsCommand::Move {
                from,
                signals,
                target,
            } => self.move_signals(from, &signals, target),
        }
    }

    fn move_signals(
        &mut self,
        from: PanelId,
        signals: &[SignalRef],
        target: PlotTarget,
    ) -> Vec<Effect> {
        let stays = match target {
            PlotTarget::Panel(to) | PlotTarget::NewAxis(to) | PlotTarget::Axis(to, _) => to == from,
            _ => false,
        };
        // Drawn before they are taken out, so that their samples stay.
        let mut effects = self.plot(signals.to_vec(), target);
        let to = self.workspace.active().filter(|_| !stays);
        if let Some(to) = to {
            for signal in signals {
                self.workspace.copy_look(from, to, signal);
                self.workspace.unplot(from, signal);
            }
            // A panel that gave its last signal away has nothing left to show.
            let is_empty = |panel: &super::Panel| panel.signals.is_empty();
            if self.workspace.panel(from).is_some_and(is_empty) {
                self.workspace.close_panel(from);
            }
        }
        effects.extend(self.drop_unused());
        effects
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{AxisId, Dash, LineLook, PanelKind, Place, SourceId, VehicleRef};

    fn signal(name: &str) -> SignalRef {
        SignalRef {
            vehicle: VehicleRef::new(SourceId(0), "V"),
            key: SignalKey::new("", "M", None, name),
        }
    }

    #[test]
    fn an_axis_that_is_joined_keeps_how_the_line_looks() {
        let mut state = AppState::default();
        let workspace = &mut state.workspace;
        let id = workspace.add_panel(PanelKind::Plot, Place::Below);
        workspace.plot(id, signal("volt"), AxisId::of_unit("V"));
        workspace.plot(id, signal("amp"), AxisId::of_unit("A"));
        let look = LineLook {
            dash: Some(Dash::Dotted),
            ..LineLook::default()
        };
        workspace.set_look(id, &signal("volt"), look);
        workspace.plot_on_axis(id, &signal("volt"), AxisId::of_unit("V"), 1);
        let panel = workspace.panel(id).unwrap();
        let signals: Vec<_> = panel
            .signals
            .iter()
            .map(|it| (&*it.signal.key.signal, it.axis.unit(), it.look))
            .collect();
        assert_eq!(
            signals,
            [("amp", "A", LineLook::default()), ("volt", "A", look)]
        );
        // An axis that is not there is one of its own.
        workspace.plot_on_axis(id, &signal("rpm"), AxisId::of_unit("rpm"), 7);
        assert_eq!(workspace.panel(id).unwrap().axes().len(), 2);
    }
}
