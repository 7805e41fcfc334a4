//! The tiles of the workspace: tabs and splits that can be dragged.
//!
//! The state owns the [`Layout`]; a tree of `egui_tiles` is made of it for one frame and read back
//! after it. Tiles are numbered in the order of the layout, so that a drag goes on from frame to frame.

use egui::Ui;
use egui_tiles::{Behavior, Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};

use crate::state::{Direction, Layout, Node, PanelId};

/// Draws panels where the layout puts them; gives the layout that the user made, if it is another.
pub(crate) fn show(
    ui: &mut Ui,
    layout: &Layout,
    behavior: &mut impl Behavior<PanelId>,
) -> Option<Layout> {
    let mut tree = tree_of(layout);
    tree.ui(behavior, ui);
    let changed = layout_of(&tree);
    (changed != *layout).then_some(changed)
}

fn tree_of(layout: &Layout) -> Tree<PanelId> {
    let mut tiles = Tiles::default();
    let children: Vec<TileId> = layout
        .tabs()
        .iter()
        .map(|tab| insert(&mut tiles, tab))
        .collect();
    let root = insert_tabs(&mut tiles, children, layout.active_tab());
    Tree::new(egui::Id::unique("workspace"), root, tiles)
}

fn insert(tiles: &mut Tiles<PanelId>, node: &Node) -> TileId {
    match node {
        Node::Panel(id) => tiles.insert_pane(*id),
        Node::Tabs { children, active } => {
            let children = children.iter().map(|child| insert(tiles, child)).collect();
            insert_tabs(tiles, children, *active)
        }
        Node::Split {
            direction,
            children,
        } => {
            let ids: Vec<TileId> = children
                .iter()
                .map(|(_, child)| insert(tiles, child))
                .collect();
            let dir = match direction {
                Direction::Row => LinearDir::Horizontal,
                Direction::Column => LinearDir::Vertical,
            };
            let mut linear = Linear::new(dir, ids.clone());
            for (id, (share, _)) in ids.into_iter().zip(children) {
                linear.shares.set_share(id, *share);
            }
            tiles.insert_container(linear)
        }
    }
}

fn insert_tabs(tiles: &mut Tiles<PanelId>, children: Vec<TileId>, active: usize) -> TileId {
    let mut tabs = egui_tiles::Tabs::new(children);
    tabs.active = tabs.children.get(active).copied();
    tiles.insert_container(tabs)
}

fn layout_of(tree: &Tree<PanelId>) -> Layout {
    let root = tree.root().and_then(|root| node_of(&tree.tiles, root));
    root.map(Layout::from).unwrap_or_default()
}

fn node_of(tiles: &Tiles<PanelId>, id: TileId) -> Option<Node> {
    let nodes =
        |ids: &[TileId]| -> Vec<Node> { ids.iter().filter_map(|id| node_of(tiles, *id)).collect() };
    Some(match tiles.get(id)? {
        Tile::Pane(panel) => Node::Panel(*panel),
        Tile::Container(Container::Tabs(tabs)) => Node::Tabs {
            children: nodes(&tabs.children),
            active: tabs
                .active
                .and_then(|active| tabs.children.iter().position(|child| *child == active))
                .unwrap_or(0),
        },
        Tile::Container(Container::Linear(linear)) => Node::Split {
            direction: match linear.dir {
                LinearDir::Horizontal => Direction::Row,
                LinearDir::Vertical => Direction::Column,
            },
            children: linear
                .children
                .iter()
                .filter_map(|child| Some((linear.shares[*child], node_of(tiles, *child)?)))
                .collect(),
        },
        // Nothing here makes grids.
        Tile::Container(Container::Grid(grid)) => Node::Split {
            direction: Direction::Column,
            children: grid
                .children()
                .filter_map(|child| Some((1.0, node_of(tiles, *child)?)))
                .collect(),
        },
    })
}
