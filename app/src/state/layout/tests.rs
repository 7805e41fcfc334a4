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
                proptest::collection::vec((prop_oneof![Just(f32::NAN), 0.1_f32..5.0], inner), 0..4)
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
