//! Where panels are: tabs and splits, as a tree that can be saved.
//!
//! Invariants, kept by every method: the root is a set of tabs; each panel is in the tree once; below
//! the root nothing has fewer than two children, and no split is directly inside one of the same
//! direction.

use serde::{Deserialize, Serialize};

use super::PanelId;

/// Which way the children of a split follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From left to right.
    Row,
    /// From top to bottom.
    Column,
}

/// A side of a panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Its left.
    Left,
    /// Its right.
    Right,
    /// Above it.
    Top,
    /// Below it.
    Bottom,
}

/// A part of the layout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Node {
    /// A panel.
    Panel(PanelId),
    /// Children of which one is seen.
    Tabs {
        /// From left to right.
        children: Vec<Self>,
        /// Position of the one that is seen.
        active: usize,
    },
    /// Children beside each other.
    Split {
        /// Which way they follow each other.
        direction: Direction,
        /// The children, each with its share of the room; only the ratios of shares matter.
        children: Vec<(f32, Self)>,
    },
}

impl Node {
    /// The panels in it, in the order of reading.
    pub fn panels(&self) -> Vec<PanelId> {
        let mut panels = Vec::new();
        self.collect(false, &mut panels);
        panels
    }

    fn collect(&self, only_seen: bool, panels: &mut Vec<PanelId>) {
        match self {
            Self::Panel(id) => panels.push(*id),
            Self::Tabs { children, active } if only_seen => {
                if let Some(child) = children.get(*active) {
                    child.collect(only_seen, panels);
                }
            }
            Self::Tabs { children, .. } => {
                for child in children {
                    child.collect(only_seen, panels);
                }
            }
            Self::Split { children, .. } => {
                for (_, child) in children {
                    child.collect(only_seen, panels);
                }
            }
        }
    }

    fn contains(&self, id: PanelId) -> bool {
        match self {
            Self::Panel(panel) => *panel == id,
            Self::Tabs { children, .. } => children.iter().any(|child| child.contains(id)),
            Self::Split { children, .. } => children.iter().any(|(_, child)| child.contains(id)),
        }
    }

    /// Restores the invariants below this node; `None` when nothing is left.
    fn simplified(self) -> Option<Self> {
        match self {
            Self::Panel(_) => Some(self),
            Self::Tabs { children, active } => {
                let mut children: Vec<Self> =
                    children.into_iter().filter_map(Self::simplified).collect();
                let last = children.len().checked_sub(1)?;
                if last == 0 {
                    return children.pop();
                }
                Some(Self::Tabs {
                    children,
                    active: active.min(last),
                })
            }
            Self::Split {
                direction,
                children,
            } => {
                let mut kept: Vec<(f32, Self)> = Vec::new();
                for (share, child) in children {
                    let share = if share.is_finite() && share > 0.0 {
                        share
                    } else {
                        1.0
                    };
                    match child.simplified() {
                        Some(Self::Split {
                            direction: inner,
                            children,
                        }) if inner == direction => {
                            // The inner children divide the room that the inner split had.
                            let total: f32 = children.iter().map(|(share, _)| share).sum();
                            let scaled = children
                                .into_iter()
                                .map(|(inner, child)| (share * inner / total, child));
                            kept.extend(scaled);
                        }
                        Some(child) => kept.push((share, child)),
                        None => {}
                    }
                }
                if kept.len() > 1 {
                    return Some(Self::Split {
                        direction,
                        children: kept,
                    });
                }
                kept.pop().map(|(_, only)| only)
            }
        }
    }

    fn remove(&mut self, id: PanelId) {
        match self {
            Self::Panel(_) => {}
            Self::Tabs { children, active } => {
                let gone = children.iter().position(|child| *child == Self::Panel(id));
                if let Some(gone) = gone {
                    children.remove(gone);
                    if gone < *active {
                        *active -= 1;
                    }
                }
                for child in children {
                    child.remove(id);
                }
            }
            Self::Split { children, .. } => {
                children.retain(|(_, child)| *child != Self::Panel(id));
                for (_, child) in children {
                    child.remove(id);
                }
            }
        }
    }

    /// Puts a panel at a side of another; whether that was found.
    fn insert_beside(&mut self, at: PanelId, side: Side, new: PanelId) -> bool {
        match self {
            Self::Panel(panel) if *panel == at => {
                let (old, new) = (Self::Panel(at), Self::Panel(new));
                let children = match side {
                    Side::Left | Side::Top => vec![(1.0, new), (1.0, old)],
                    Side::Right | Side::Bottom => vec![(1.0, old), (1.0, new)],
                };
                let direction = match side {
                    Side::Left | Side::Right => Direction::Row,
                    Side::Top | Side::Bottom => Direction::Column,
                };
                *self = Self::Split {
                    direction,
                    children,
                };
                true
            }
            Self::Panel(_) => false,
            Self::Tabs { children, .. } => children
                .iter_mut()
                .any(|child| child.insert_beside(at, side, new)),
            Self::Split { children, .. } => children
                .iter_mut()
                .any(|(_, child)| child.insert_beside(at, side, new)),
        }
    }

    /// Brings a panel to the front of all tabs that it is in.
    fn show(&mut self, id: PanelId) {
        match self {
            Self::Panel(_) => {}
            Self::Tabs { children, active } => {
                if let Some(at) = children.iter().position(|child| child.contains(id)) {
                    *active = at;
                    children[at].show(id);
                }
            }
            Self::Split { children, .. } => {
                for (_, child) in children {
                    child.show(id);
                }
            }
        }
    }
}

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
        let node = without_repeats(node, &mut seen).and_then(Node::simplified);
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

fn without_repeats(node: Node, seen: &mut Vec<PanelId>) -> Option<Node> {
    match node {
        Node::Panel(id) if seen.contains(&id) => None,
        Node::Panel(id) => {
            seen.push(id);
            Some(node)
        }
        Node::Tabs { children, active } => Some(Node::Tabs {
            children: children
                .into_iter()
                .filter_map(|child| without_repeats(child, seen))
                .collect(),
            active,
        }),
        Node::Split {
            direction,
            children,
        } => Some(Node::Split {
            direction,
            children: children
                .into_iter()
                .filter_map(|(share, child)| Some((share, without_repeats(child, seen)?)))
                .collect(),
        }),
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
        self.tabs.iter().find_map(|tab| below(tab, id))
    }

    fn restore(&mut self) {
        *self = Self::from(Node::from(std::mem::take(self)));
    }
}

fn below(node: &Node, id: PanelId) -> Option<PanelId> {
    match node {
        Node::Panel(_) => None,
        Node::Tabs { children, .. } => children.iter().find_map(|child| below(child, id)),
        Node::Split {
            direction,
            children,
        } => {
            if *direction == Direction::Column {
                let next = children.windows(2).find_map(|pair| match pair {
                    [(_, Node::Panel(upper)), (_, Node::Panel(lower))] if *upper == id => {
                        Some(*lower)
                    }
                    _ => None,
                });
                if next.is_some() {
                    return next;
                }
            }
            children.iter().find_map(|(_, child)| below(child, id))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn panel(id: u32) -> PanelId {
        PanelId(id)
    }

    fn any_node() -> impl Strategy<Value = Node> {
        let leaf = (0_u32..12).prop_map(|id| Node::Panel(PanelId(id)));
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                (proptest::collection::vec(inner.clone(), 0..4), 0_usize..5)
                    .prop_map(|(children, active)| Node::Tabs { children, active }),
                (
                    any::<bool>(),
                    proptest::collection::vec(
                        (prop_oneof![Just(f32::NAN), 0.1_f32..5.0], inner),
                        0..4
                    )
                )
                    .prop_map(|(is_row, children)| Node::Split {
                        direction: if is_row {
                            Direction::Row
                        } else {
                            Direction::Column
                        },
                        children,
                    }),
            ]
        })
    }

    fn check(node: &Node, is_inside: Option<Direction>) {
        match node {
            Node::Panel(_) => {}
            Node::Tabs { children, active } => {
                assert!(children.len() >= 2 && *active < children.len());
                for child in children {
                    check(child, None);
                }
            }
            Node::Split {
                direction,
                children,
            } => {
                assert!(children.len() >= 2);
                assert_ne!(is_inside, Some(*direction));
                for (share, child) in children {
                    assert!(share.is_finite() && *share > 0.0);
                    check(child, Some(*direction));
                }
            }
        }
    }

    fn check_layout(layout: &Layout) {
        let panels = layout.panels();
        let mut distinct = panels.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(panels.len(), distinct.len());
        assert!(layout.active_tab() < layout.tabs().len().max(1));
        layout.tabs().iter().for_each(|tab| check(tab, None));
    }

    proptest! {
        #[test]
        fn any_tree_becomes_a_layout_and_survives_text(node in any_node()) {
            let mut expected = node.panels();
            expected.sort_unstable();
            expected.dedup();
            let layout = Layout::from(node);
            check_layout(&layout);
            let mut panels = layout.panels();
            panels.sort_unstable();
            prop_assert_eq!(panels, expected);
            let text = serde_json::to_string(&layout).unwrap();
            prop_assert_eq!(serde_json::from_str::<Layout>(&text).unwrap().panels(), layout.panels());
        }

        #[test]
        fn changes_keep_the_invariants(
            node in any_node(),
            changes in proptest::collection::vec((0_u8..6, 0_u32..12, 0_u32..4), 0..20),
        ) {
            let mut layout = Layout::from(node);
            for (idx, (what, at, side)) in changes.into_iter().enumerate() {
                let new = panel(100 + idx as u32);
                let side = [Side::Left, Side::Right, Side::Top, Side::Bottom][side as usize];
                let before = layout.panels().len();
                let (added, id) = match what {
                    0 => { layout.add_tab(new); (1, new) }
                    1 => { layout.add_below(new); (1, new) }
                    2 => { layout.add_beside(panel(at), side, new); (1, new) }
                    3 => {
                        let was_there = layout.panels().contains(&panel(at));
                        layout.remove(panel(at));
                        prop_assert_eq!(layout.panels().len() + usize::from(was_there), before);
                        continue;
                    }
                    4 => { layout.cycle_tabs(side == Side::Left); continue; }
                    _ => { let seen = layout.seen(); layout.stack(seen); continue; }
                };
                check_layout(&layout);
                prop_assert_eq!(layout.panels().len(), before + added);
                prop_assert!(layout.seen().contains(&id));
            }
            check_layout(&layout);
        }
    }

    #[test]
    fn panels_below_each_other_share_the_room_evenly() {
        let mut layout = Layout::default();
        for id in 0..4 {
            layout.add_below(panel(id));
        }
        let Node::Split {
            direction,
            children,
        } = &layout.tabs()[0]
        else {
            panic!("{layout:?}");
        };
        assert_eq!(*direction, Direction::Column);
        let total: f32 = children.iter().map(|(share, _)| share).sum();
        for (share, _) in children {
            assert!((share / total - 0.25).abs() < 1e-4, "{children:?}");
        }
        assert_eq!(layout.below(panel(1)), Some(panel(2)));
        assert_eq!(layout.below(panel(3)), None);
    }

    #[test]
    fn a_panel_that_goes_takes_its_split_with_it() {
        let mut layout = Layout::default();
        layout.add_tab(panel(0));
        layout.add_beside(panel(0), Side::Right, panel(1));
        layout.add_beside(panel(1), Side::Top, panel(2));
        assert_eq!(layout.panels(), [panel(0), panel(2), panel(1)]);
        layout.remove(panel(2));
        layout.remove(panel(1));
        assert_eq!(layout.tabs(), [Node::Panel(panel(0))]);
        layout.remove(panel(0));
        assert_eq!(layout, Layout::default());
    }
}
