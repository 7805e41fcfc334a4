//! Where panels are: tabs and splits, as a tree that can be saved.
//!
//! Invariants, kept by every method: the root is a set of tabs; each panel is in the tree once; below
//! the root nothing has fewer than two children, and no split is directly inside one of the same
//! direction.

mod moving;
mod node;

use serde::{Deserialize, Serialize};

use super::PanelId;

pub use moving::PanelMove;
pub use node::{Direction, Node, Side};

/// The whole arrangement of panels.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Node", into = "Node")]
pub struct Layout {
    tabs: Vec<Node>,
    active: usize,
}

impl From<Node> for Layout {
    /// Brings any tree into the form that the invariants ask for. A panel that is in it several
    /// times stays where it comes first.
    fn from(node: Node) -> Self {
        let mut seen = Vec::new();
        let node = node::without_repeats(node, &mut seen).and_then(Node::simplified);
        match node {
            None => Self::default(),
            Some(Node::Tabs { children, active }) => Self {
                tabs: children,
                active,
            },
            Some(other) => Self {
                tabs: vec![other],
                active: 0,
            },
        }
    }
}

impl From<Layout> for Node {
    fn from(layout: Layout) -> Self {
        Self::Tabs {
            children: layout.tabs,
            active: layout.active,
        }
    }
}

impl Layout {
    /// The tabs, from left to right.
    pub fn tabs(&self) -> &[Node] {
        &self.tabs
    }

    /// Position of the tab that is seen.
    pub fn active_tab(&self) -> usize {
        self.active
    }

    /// All panels, in the order of reading.
    pub fn panels(&self) -> Vec<PanelId> {
        self.tabs.iter().flat_map(Node::panels).collect()
    }

    /// The panels that are seen, in the order of reading.
    pub fn seen(&self) -> Vec<PanelId> {
        let mut panels = Vec::new();
        if let Some(tab) = self.tabs.get(self.active) {
            tab.collect(true, &mut panels);
        }
        panels
    }

    /// Adds a panel in a new tab, which comes to the front.
    pub fn add_tab(&mut self, id: PanelId) {
        self.tabs.push(Node::Panel(id));
        self.active = self.tabs.len() - 1;
    }

    /// Adds a panel below all that the tab in front holds; in a first tab where there is none.
    pub fn add_below(&mut self, id: PanelId) {
        self.add_last(id, |n_others| n_others);
    }

    /// As [`Self::add_below`], with a quarter of the room.
    pub fn add_strip(&mut self, id: PanelId) {
        self.add_last(id, |_| 3.0);
    }

    /// `share_of_others` makes of their number what they get together, where the new one gets 1.
    fn add_last(&mut self, id: PanelId, share_of_others: impl FnOnce(f32) -> f32) {
        let Some(tab) = self.tabs.get_mut(self.active) else {
            return self.add_tab(id);
        };
        let before = std::mem::replace(tab, Node::Panel(id));
        // A new panel gets as much room as each of those in the column before it.
        let share = match &before {
            Node::Split {
                direction: Direction::Column,
                children,
            } => children.len() as f32,
            _ => 1.0,
        };
        *tab = Node::Split {
            direction: Direction::Column,
            children: vec![(share_of_others(share), before), (1.0, Node::Panel(id))],
        };
        self.restore();
    }

    /// Adds a panel at a side of another.
    pub fn add_beside(&mut self, at: PanelId, side: Side, id: PanelId) {
        let is_found = self
            .tabs
            .iter_mut()
            .any(|tab| tab.insert_beside(at, side, id));
        if !is_found {
            self.add_below(id);
        }
        self.restore();
        self.show(id);
    }

    /// Takes a panel out.
    pub fn remove(&mut self, id: PanelId) {
        let mut root = Node::from(std::mem::take(self));
        root.remove(id);
        *self = Self::from(root);
    }

    /// Brings a panel to the front.
    pub fn show(&mut self, id: PanelId) {
        if let Some(at) = self.tabs.iter().position(|tab| tab.contains(id)) {
            self.active = at;
            self.tabs[at].show(id);
        }
    }

    /// Brings the next tab to the front, or the one before.
    pub fn cycle_tabs(&mut self, forward: bool) {
        let n_tabs = self.tabs.len();
        if n_tabs > 0 {
            let step = if forward { 1 } else { n_tabs - 1 };
            self.active = (self.active + step) % n_tabs;
        }
    }

    /// Puts the panels of the tab in front below each other, in the order of reading.
    pub fn stack(&mut self, panels: Vec<PanelId>) {
        let children = panels.into_iter().map(|id| (1.0, Node::Panel(id)));
        let column = Node::Split {
            direction: Direction::Column,
            children: children.collect(),
        };
        match self.tabs.get_mut(self.active) {
            Some(tab) => *tab = column,
            None => self.tabs.push(column),
        }
        self.restore();
    }

    /// The panel right below this one in the same column, if there is one.
    pub fn below(&self, id: PanelId) -> Option<PanelId> {
        self.tabs.iter().find_map(|tab| node::below(tab, id))
    }

    fn restore(&mut self) {
        *self = Self::from(Node::from(std::mem::take(self)));
    }
}

#[cfg(test)]
mod tests;
