//! Names in the expressions of a layout: which they are, and how they are changed for another drive.

use std::collections::{BTreeMap, BTreeSet};

use canlake_shared::expr::{Condition, Expr, Node, quote_name};

use crate::state::{Analysis, ComputedSignal};

/// The names of signals in expressions that files are to have, as they are written there. Names of other
/// vehicles are left out: they say whose they are.
pub(super) fn names(analysis: &Analysis) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for expr in expressions(analysis) {
        visit(&expr, &mut |name, _| {
            names.insert(name.to_owned());
        });
    }
    let is_computed = |name: &String| analysis.computed.iter().any(|it| **it.name() == **name);
    names.retain(|name| !is_computed(name) && !name.contains('/'));
    names
}

/// The same with other names in the expressions.
pub(super) fn renamed(mut analysis: Analysis, new: &BTreeMap<String, String>) -> Analysis {
    if new.is_empty() {
        return analysis;
    }
    for computed in &mut analysis.computed {
        if let Ok(expr) = Expr::parse(computed.text()) {
            let text = replaced(computed.text(), &expr, new);
            let unit = computed.info().unit.to_string();
            *computed = ComputedSignal::new(computed.name(), &text, &unit, computed.between());
        }
    }
    for condition in &mut analysis.conditions {
        if let Ok(parsed) = Condition::parse(&condition.text) {
            condition.text = replaced(&condition.text, &parsed.expr, new);
        }
    }
    analysis
}

/// Those that can be read; the others have no names.
fn expressions(analysis: &Analysis) -> Vec<Expr> {
    let computed = analysis.computed.iter().map(ComputedSignal::text);
    let computed = computed.filter_map(|text| Expr::parse(text).ok());
    let conditions = analysis.conditions.iter();
    let conditions = conditions.filter_map(|it| Some(Condition::parse(&it.text).ok()?.expr));
    computed.chain(conditions).collect()
}

fn replaced(text: &str, expr: &Expr, new: &BTreeMap<String, String>) -> String {
    let mut places = Vec::new();
    visit(expr, &mut |name, at| {
        places.extend(new.get(name).map(|new| (at, quote_name(new))));
    });
    // From the end, so that places before stay where they are.
    places.sort_by_key(|(at, _)| std::cmp::Reverse(at.start));
    let mut text = text.to_owned();
    for (at, name) in places {
        if text.get(at.clone()).is_some() {
            text.replace_range(at, &name);
        }
    }
    text
}

fn visit(expr: &Expr, seen: &mut dyn FnMut(&str, std::ops::Range<usize>)) {
    match &expr.node {
        Node::Signal(name) => seen(name, expr.at.clone()),
        Node::Unary { operand, .. } => visit(operand, seen),
        Node::Binary { left, right, .. } => {
            visit(left, seen);
            visit(right, seen);
        }
        Node::Call { arguments, .. } => {
            for argument in arguments {
                visit(argument, seen);
            }
        }
        Node::Number(_) | Node::Duration(_) | Node::Frequency(_) | Node::Text(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Between, ConditionId, WatchedCondition};

    #[test]
    fn names_are_found_and_changed_where_they_stand() {
        let analysis = Analysis {
            computed: vec![
                ComputedSignal::new(
                    "Power",
                    "Pack.U * `Pack I` + max(Pack.U, 3)",
                    "W",
                    Between::Hold,
                ),
                ComputedSignal::new("Half", "Power / 2 - `CAR_2/Pack.U`", "W", Between::Linear),
                ComputedSignal::new("Broken", "Pack.U *", "", Between::Hold),
            ],
            conditions: vec![WatchedCondition {
                id: ConditionId(3),
                text: "Pack.U > 400 and Gear == \"D\" for 200 ms".to_owned(),
                color_idx: 1,
                visible: true,
            }],
            ..Analysis::default()
        };
        let found = names(&analysis);
        let expected = ["Gear", "Pack I", "Pack.U"].map(str::to_owned);
        assert_eq!(found, BTreeSet::from(expected));
        let new = [("Pack.U", "Battery.Voltage"), ("Pack I", "a b")]
            .map(|(old, new)| (old.to_owned(), new.to_owned()));
        let analysis = renamed(analysis, &BTreeMap::from(new));
        let texts: Vec<&str> = analysis.computed.iter().map(ComputedSignal::text).collect();
        assert_eq!(
            texts,
            [
                "Battery.Voltage * `a b` + max(Battery.Voltage, 3)",
                "Power / 2 - `CAR_2/Pack.U`",
                "Pack.U *",
            ]
        );
        assert_eq!(
            analysis.conditions[0].text,
            "Battery.Voltage > 400 and Gear == \"D\" for 200 ms"
        );
        assert_eq!(analysis.computed[1].between(), Between::Linear);
    }
}
