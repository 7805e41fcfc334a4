//! Moving and resizing panels step by step: what keys do where a mouse would drag.

use super::{Layout, Node, Side};
use crate::state::PanelId;

/// The least share of a split that a panel is left with by shrinking it.
const MIN_SHARE: f32 = 0.05;

/// Where a panel is moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelMove {
    /// A step towards a side: past its neighbour, out of a split, or to that side of all others.
    Towards(Side),
    /// Into a tab of its own.
    NewTab,
    /// Into the tab of another panel, below all that it holds.
    TabOf(PanelId),
}

impl Layout {
    /// Moves a panel, and shows it. Nothing changes where it is there already.
    pub fn move_panel(&mut self, id: PanelId, to: PanelMove) {
        match to {
            PanelMove::Towards(side) => self.move_towards(id, side),
            PanelMove::NewTab => {
                if self.contains(id) {
                    self.remove(id);
                    self.add_tab(id);
                }
            }
            PanelMove::TabOf(other) => {
                if id != other && self.contains(id) && self.contains(other) {
                    self.remove(id);
                    self.show(other);
                    self.add_below(id);
                }
            }
        }
        self.show(id);
    }

    fn contains(&self, id: PanelId) -> bool {
        self.tabs.iter().any(|tab| tab.contains(id))
    }

    fn move_towards(&mut self, id: PanelId, side: Side) {
        let direction = side.direction();
        let Some(tab) = self.tabs.iter_mut().find(|tab| tab.contains(id)) else {
            return;
        };
        let goes_there =
            matches!(tab, Node::Split { direction: of_tab, .. } if *of_tab == direction);
        if !step(tab, id, side) && !goes_there {
            let mut others = std::mem::replace(tab, Node::Panel(id));
            others.remove(id);
            if let Some(others) = others.simplified() {
                let share = match &others {
                    Node::Split {
                        direction: of_others,
                        children,
                    } if *of_others == direction => children.len() as f32,
                    _ => 1.0,
                };
                *tab = Node::Split {
                    direction,
                    children: side.ordered((1.0, Node::Panel(id)), (share, others)),
                };
            }
        }
        self.restore();
    }

    /// Gives a panel `factor` times the room that it has in its split, as far as the others keep some.
    pub fn resize(&mut self, id: PanelId, factor: f32) {
        for tab in &mut self.tabs {
            resize(tab, id, factor);
        }
    }
}

/// Moves a panel a step towards a side inside a node; whether there was a place to go to.
fn step(node: &mut Node, id: PanelId, side: Side) -> bool {
    let (goes_there, children) = match node {
        Node::Panel(_) => return false,
        Node::Tabs { children, .. } => {
            return children.iter_mut().any(|child| step(child, id, side));
        }
        Node::Split {
            direction,
            children,
        } => (*direction == side.direction(), children),
    };
    let Some(at) = children.iter().position(|(_, child)| child.contains(id)) else {
        return false;
    };
    if step(&mut children[at].1, id, side) {
        return true;
    }
    if !goes_there {
        return false;
    }
    let is_forward = matches!(side, Side::Right | Side::Bottom);
    if children[at].1 == Node::Panel(id) {
        let to = if is_forward {
            Some(at + 1).filter(|to| *to < children.len())
        } else {
            at.checked_sub(1)
        };
        if let Some(to) = to {
            children.swap(at, to);
        }
        return to.is_some();
    }
    children[at].1.remove(id);
    let total: f32 = children.iter().map(|(share, _)| share).sum();
    let share = total / children.len() as f32;
    children.insert(at + usize::from(is_forward), (share, Node::Panel(id)));
    true
}

/// Changes the share of the innermost split that a panel is in; whether it is in one.
fn resize(node: &mut Node, id: PanelId, factor: f32) -> bool {
    match node {
        Node::Panel(_) => false,
        Node::Tabs { children, .. } => children.iter_mut().any(|child| resize(child, id, factor)),
        Node::Split { children, .. } => {
            let Some(at) = children.iter().position(|(_, child)| child.contains(id)) else {
                return false;
            };
            if !resize(&mut children[at].1, id, factor) {
                let total: f32 = children.iter().map(|(share, _)| share).sum();
                let others = total - children[at].0;
                let (least, most) = (
                    others * MIN_SHARE / (1.0 - MIN_SHARE),
                    others * (1.0 - MIN_SHARE) / MIN_SHARE,
                );
                children[at].0 = (children[at].0 * factor).clamp(least, most.max(least));
            }
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::Direction;

    fn panel(id: u32) -> PanelId {
        PanelId(id)
    }

    /// Panels 0 to 2 below each other.
    fn column() -> Layout {
        let mut layout = Layout::default();
        for id in 0..3 {
            layout.add_below(panel(id));
        }
        layout
    }

    /// The first tab in short: columns in brackets, rows in parentheses.
    fn drawn(layout: &Layout) -> String {
        fn draw(node: &Node) -> String {
            match node {
                Node::Panel(PanelId(id)) => id.to_string(),
                Node::Tabs { children, .. } => {
                    let children: Vec<_> = children.iter().map(draw).collect();
                    format!("<{}>", children.join(" "))
                }
                Node::Split {
                    direction,
                    children,
                } => {
                    let children: Vec<_> = children.iter().map(|(_, it)| draw(it)).collect();
                    let children = children.join(" ");
                    match direction {
                        Direction::Row => format!("({children})"),
                        Direction::Column => format!("[{children}]"),
                    }
                }
            }
        }
        let tabs: Vec<_> = layout.tabs().iter().map(draw).collect();
        tabs.join(" | ")
    }

    #[test]
    fn panels_go_step_by_step_to_where_a_mouse_would_drag_them() {
        let mut layout = column();
        let mut steps = |side: Side, id: u32| {
            layout.move_panel(panel(id), PanelMove::Towards(side));
            drawn(&layout)
        };
        assert_eq!(steps(Side::Top, 1), "[1 0 2]");
        assert_eq!(steps(Side::Top, 1), "[1 0 2]", "it is on top already");
        assert_eq!(steps(Side::Bottom, 1), "[0 1 2]");
        // Out of the column, and past it.
        assert_eq!(steps(Side::Right, 1), "([0 2] 1)");
        assert_eq!(steps(Side::Left, 1), "(1 [0 2])");
        assert_eq!(steps(Side::Left, 1), "(1 [0 2])");
        // Out of a split inside a split.
        assert_eq!(steps(Side::Left, 2), "(1 2 0)");
        assert_eq!(steps(Side::Bottom, 2), "[(1 0) 2]");
        // At the side of its split it goes to that of everything.
        assert_eq!(steps(Side::Right, 0), "([1 2] 0)");
    }

    #[test]
    fn panels_go_to_other_tabs() {
        let mut layout = column();
        layout.move_panel(panel(0), PanelMove::NewTab);
        assert_eq!(drawn(&layout), "[1 2] | 0");
        assert_eq!(layout.active_tab(), 1);
        layout.move_panel(panel(1), PanelMove::TabOf(panel(0)));
        assert_eq!(drawn(&layout), "2 | [0 1]");
        assert_eq!(layout.active_tab(), 1);
        // The last one of a tab takes it along.
        layout.move_panel(panel(2), PanelMove::TabOf(panel(0)));
        assert_eq!(drawn(&layout), "[0 1 2]");
        let before = layout.clone();
        layout.move_panel(panel(9), PanelMove::NewTab);
        layout.move_panel(panel(9), PanelMove::Towards(Side::Left));
        layout.move_panel(panel(0), PanelMove::TabOf(panel(9)));
        assert_eq!(layout, before, "what is not there is not moved");
    }

    #[test]
    fn a_panel_grows_as_far_as_the_others_keep_some_room() {
        let share = |layout: &Layout| {
            let [Node::Split { children, .. }] = layout.tabs() else {
                panic!("{layout:?}");
            };
            let total: f32 = children.iter().map(|(share, _)| share).sum();
            children[0].0 / total
        };
        let mut layout = column();
        assert!((share(&layout) - 1.0 / 3.0).abs() < 1e-4);
        layout.resize(panel(0), 2.0);
        assert!((share(&layout) - 0.5).abs() < 1e-4);
        for _ in 0..50 {
            layout.resize(panel(0), 2.0);
        }
        assert!((share(&layout) - 0.95).abs() < 1e-3);
        for _ in 0..50 {
            layout.resize(panel(0), 0.5);
        }
        assert!((share(&layout) - 0.05).abs() < 1e-3);
    }
}
