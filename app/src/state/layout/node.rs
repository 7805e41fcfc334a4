//! A part of the layout: a panel, or what holds others.
//!
//! Knows how one tree is changed; that all of it keeps the invariants is [`super::Layout`]'s.

use serde::{Deserialize, Serialize};

use crate::state::PanelId;

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

impl Side {
    /// Which way a split goes that has something at this side.
    pub(super) fn direction(self) -> Direction {
        match self {
            Self::Left | Self::Right => Direction::Row,
            Self::Top | Self::Bottom => Direction::Column,
        }
    }

    /// Two things, of which the first is at this side of the second, in the order of reading.
    pub(super) fn ordered<T>(self, at_side: T, other: T) -> Vec<T> {
        match self {
            Self::Left | Self::Top => vec![at_side, other],
            Self::Right | Self::Bottom => vec![other, at_side],
        }
    }
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

    pub(super) fn collect(&self, only_seen: bool, panels: &mut Vec<PanelId>) {
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

    pub(super) fn contains(&self, id: PanelId) -> bool {
        match self {
            Self::Panel(panel) => *panel == id,
            Self::Tabs { children, .. } => children.iter().any(|child| child.contains(id)),
            Self::Split { children, .. } => children.iter().any(|(_, child)| child.contains(id)),
        }
    }

    /// Restores the invariants below this node; `None` when nothing is left.
    pub(super) fn simplified(self) -> Option<Self> {
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

    pub(super) fn remove(&mut self, id: PanelId) {
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
    pub(super) fn insert_beside(&mut self, at: PanelId, side: Side, new: PanelId) -> bool {
        match self {
            Self::Panel(panel) if *panel == at => {
                *self = Self::Split {
                    direction: side.direction(),
                    children: side.ordered((1.0, Self::Panel(new)), (1.0, Self::Panel(at))),
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
    pub(super) fn show(&mut self, id: PanelId) {
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

/// The node without panels that are in `seen` already, which those that stay are added to.
pub(super) fn without_repeats(node: Node, seen: &mut Vec<PanelId>) -> Option<Node> {
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

/// The panel right below this one in the same column, if there is one.
pub(super) fn below(node: &Node, id: PanelId) -> Option<PanelId> {
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
