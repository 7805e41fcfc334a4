//! Computed signals and conditions as the user wrote them.

use std::sync::Arc;

use canlake_shared::expr::{BinaryOp, Expr, Function, Interpolation, Node, UnaryOp};
use canlake_shared::schema::SignalKey;
use canlake_shared::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::source::SignalInfo;

/// The message that computed signals belong to; they have no channel and no identifier.
pub const COMPUTED_MESSAGE: &str = "computed";

/// The identity of a computed signal.
pub fn computed_key(name: &str) -> SignalKey {
    SignalKey::new("", COMPUTED_MESSAGE, None, name)
}

/// What a signal has between its samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Between {
    /// The value of the sample before.
    #[default]
    Hold,
    /// A straight line to the next sample.
    Linear,
}

impl From<Between> for Interpolation {
    fn from(between: Between) -> Self {
        match between {
            Between::Hold => Self::Hold,
            Between::Linear => Self::Linear,
        }
    }
}

/// An expression with a name. It means the same for every vehicle that has the signals in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Written", into = "Written")]
pub struct ComputedSignal {
    text: String,
    between: Between,
    info: SignalInfo,
}

/// A computed signal in a layout file.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Written {
    name: String,
    expression: String,
    #[serde(default)]
    unit: String,
    #[serde(default)]
    between: Between,
}

impl From<Written> for ComputedSignal {
    fn from(written: Written) -> Self {
        Self::new(
            &written.name,
            &written.expression,
            &written.unit,
            written.between,
        )
    }
}

impl From<ComputedSignal> for Written {
    fn from(signal: ComputedSignal) -> Self {
        Self {
            name: signal.name().to_string(),
            unit: signal.info.unit.to_string(),
            expression: signal.text,
            between: signal.between,
        }
    }
}

impl ComputedSignal {
    /// The text need not be right: what is wrong with it is told when it is worked out.
    pub fn new(name: &str, text: &str, unit: &str, between: Between) -> Self {
        let is_truth = Expr::parse(text).is_ok_and(|expr| is_truth(&expr));
        let truth = is_truth.then_some([0.0, 1.0]);
        let info = SignalInfo {
            key: computed_key(name),
            unit: unit.into(),
            rows: 0,
            min: truth.map(|[least, _]| least),
            max: truth.map(|[_, most]| most),
            first: Timestamp::from_ns(0),
            last: Timestamp::from_ns(0),
            cycle_time_ms: None,
            on_change: true,
            integer: is_truth,
            labels: [].into(),
            comment: text.into(),
        };
        Self {
            text: text.to_owned(),
            between,
            info,
        }
    }

    /// What it is called.
    pub fn name(&self) -> &Arc<str> {
        &self.info.key.signal
    }

    /// The expression.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the signals in it have between their samples.
    pub fn between(&self) -> Between {
        self.between
    }

    /// What a catalogue would say of it; it knows no times and no values.
    pub fn info(&self) -> &SignalInfo {
        &self.info
    }
}

/// Whether the values of an expression can only be 0, 1 and missing.
fn is_truth(expr: &Expr) -> bool {
    match &expr.node {
        Node::Unary { op, .. } => *op == UnaryOp::Not,
        Node::Binary { op, .. } => op.is_comparison() || matches!(op, BinaryOp::And | BinaryOp::Or),
        Node::Call { function, .. } => matches!(
            function,
            Function::Between | Function::Missing | Function::Changed
        ),
        _ => false,
    }
}

/// Names a condition as long as the app runs, and in a saved layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConditionId(pub u32);

/// A condition whose events are looked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WatchedCondition {
    /// Names it.
    pub id: ConditionId,
    /// As it was typed, such as `Speed > 80 for 200 ms`.
    pub text: String,
    /// Position in the palette of signal colours.
    pub color_idx: usize,
    /// Whether its events are marked in the plots.
    pub visible: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_only_be_true_or_false_is_a_switch() {
        for (text, expected) in [
            ("Speed > 3", true),
            ("a and b", true),
            ("not a", true),
            ("changed(Gear)", true),
            ("Speed * 3", false),
            ("if(a > 1, 2, 3)", false),
            ("Speed >", false),
        ] {
            let signal = ComputedSignal::new("c", text, "", Between::Hold);
            assert_eq!(signal.info().integer, expected, "{text}");
        }
    }

    #[test]
    fn a_definition_survives_text() {
        let signal = ComputedSignal::new("Power", "U * I / 1000", "kW", Between::Linear);
        let text = serde_json::to_string(&signal).unwrap();
        assert_eq!(
            text,
            r#"{"name":"Power","expression":"U * I / 1000","unit":"kW","between":"linear"}"#
        );
        assert_eq!(
            serde_json::from_str::<ComputedSignal>(&text).unwrap(),
            signal
        );
    }
}
